#include "adapters/haproxy/runtime_replies.h"

#include <gtest/gtest.h>

namespace stellwerk::adapters::haproxy {
namespace {

TEST(RuntimeReplies, TellTheWorkerThatServes) {
  const WorkerInfo info = parse_info(
      "Name: HAProxy\nPid: 4711\nStopping: 1\nCurrConns: 12\ndescription: sha256:ab\n\n");
  EXPECT_EQ(info.pid, 4711);
  EXPECT_TRUE(info.stopping);
  EXPECT_EQ(info.connections, 12U);
  EXPECT_EQ(info.digest, "sha256:ab");
}

TEST(RuntimeReplies, TellOldWorkersAndFailedReloads) {
  const MasterInfo info = parse_processes(
      "#<PID>          <type>          <reloads>       <uptime>        <version>\n"
      "100             master          2 [failed: 1]   0d00h01m28s     2.6.12\n"
      "# workers\n"
      "104             worker          0               0d00h00m00s     2.6.12\n"
      "# old workers\n"
      "102             worker          2               0d00h00m01s     2.6.12\n"
      "# programs\n");
  EXPECT_EQ(info.failed_reloads, 1U);
  EXPECT_EQ(info.old_workers, std::vector<pid_t>{102});
}

TEST(RuntimeReplies, TellLivingLeasesOnly) {
  const LivingLeases leases = parse_leases(
      "# table: leases-60000, type: string, size:1024, used:2\n"
      "0x55d0c8: key=rel-1 use=0 exp=57127 gpc0=1\n"
      "0x55d0d8: key=rel-2 use=0 exp=0 gpc0=1\n"
      "0x55d0e8: key=rel-3 use=0 exp=9223372036854775807 gpc0=1\n");
  EXPECT_EQ(leases, (LivingLeases{{base::ReleaseId("rel-1"), base::milliseconds(57127)}}));
}

}  // namespace
}  // namespace stellwerk::adapters::haproxy

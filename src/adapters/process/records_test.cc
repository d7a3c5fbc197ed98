// Goal: by these records processes are adopted and signalled, so nothing is read as something else.
#include "adapters/process/records.h"

#include <gtest/gtest.h>

namespace stellwerk::adapters::process {
namespace {

InstanceRecord instance() {
  return {.number = 1,
          .port = 20001,
          .restarts = 3,
          .process = {.pid = 4711, .start_ticks = 123456, .boot_id = "boot"},
          .command = base::sha256("command")};
}

WorkloadRecord workload() {
  WorkloadRecord record;
  record.version = {base::ComponentName("document-domain"), {1, 3, 0, {}, {}}};
  record.spec.command.arguments = {"document-domain", "--port", "{port}"};
  record.spec.ports = {20000, 20100};
  record.health.url = "/health";
  record.health.expect.json = {{"/status", "\"ok\""}};
  record.health.expect.time_max = base::seconds(1);
  record.wanted = 2;
  return record;
}

TEST(Records, AreReadAsTheyWereWritten) {
  const auto instance_read = instance_from_json(to_json(instance()));
  ASSERT_TRUE(instance_read);
  EXPECT_EQ(to_json(*instance_read), to_json(instance()));
  const auto workload_read = workload_from_json(to_json(workload()));
  ASSERT_TRUE(workload_read);
  EXPECT_EQ(to_json(*workload_read), to_json(workload()));
}

// An installation that was begun with an older Stellwerk goes on.
TEST(Records, KeepADigestOnlyWhereThereIsOne) {
  EXPECT_FALSE(to_json(instance()).contains("artifact"));
  EXPECT_FALSE(to_json(workload()).at("spec").contains("digest"));
  auto compared = workload();
  compared.spec.digest = base::sha256("program");
  compared.spec.artifact_file = "/srv/{version}.jar";
  const auto workload_read = workload_from_json(to_json(compared));
  ASSERT_TRUE(workload_read);
  EXPECT_EQ(workload_read->spec, compared.spec);
  auto started = instance();
  started.artifact = compared.spec.digest;
  EXPECT_EQ(instance_from_json(to_json(started)).value().artifact, compared.spec.digest);
  auto bad = to_json(started);
  bad["artifact"] = "sha256:12";
  EXPECT_FALSE(instance_from_json(bad)) << "it is not taken for none";
}

// 70000 is 4464 in 16 bits, 2^32+1 is 1 in 32, and 1.5 is 1 for the library.
TEST(Records, AreNothingWhenANumberDoesNotFit) {
  const std::pair<const char*, base::Json> misfits[] = {
      {"port", 70000},   {"port", -1},       {"pid", std::int64_t{4294967297}},
      {"restarts", 1.5}, {"restarts", 1e40}, {"number", std::int64_t{4294967297}}};
  for (const auto& [key, value] : misfits) {
    base::Json json = to_json(instance());
    json[key] = value;
    EXPECT_FALSE(instance_from_json(json)) << key << ": " << value;
  }
  base::Json json = to_json(workload());
  json["spec"]["ports"] = {20000, 90000};
  EXPECT_FALSE(workload_from_json(json));
  json = to_json(workload());
  json["spec"]["instances"] = std::int64_t{4294967298};
  EXPECT_FALSE(workload_from_json(json));
}

}  // namespace
}  // namespace stellwerk::adapters::process

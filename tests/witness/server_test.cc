// Goal: over HTTP, with a folder for memory, a witness cosigns one history, whatever is tried, also
// when it dies between remembering and answering (c2sp.org/tlog-witness).
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "adapters/file/file_signer.h"
#include "adapters/file/file_witness_store.h"
#include "adapters/memory/memory_witness_store.h"
#include "api/witness_server.h"
#include "audit/cosignature.h"
#include "base/testing/temporary_folder.h"
#include "witness/witness_client.h"

namespace stellwerk {
namespace {

using api::testing::WitnessLog;
using testing::lines_of;
using testing::size_of;
using testing::WitnessClient;

/// Remembers, and dies before anybody hears of it.
class DyingStore final : public ports::WitnessStore {
 public:
  explicit DyingStore(ports::WitnessStore& store) : store_(store) {}
  base::Result<std::optional<std::string>> load(std::string_view origin) override {
    return store_.load(origin);
  }
  base::Result<void> replace(std::string_view origin, std::string_view checkpoint) override {
    auto replaced = store_.replace(origin, checkpoint);
    if (checkpoint.find("\n9\n") != std::string_view::npos) ::kill(::getpid(), SIGKILL);
    return replaced;
  }

 private:
  ports::WitnessStore& store_;
};

/// A witness in this process over a folder.
class RunningWitness {
 public:
  RunningWitness(const std::string& path, std::vector<audit::VerifierKey> logs, bool dying = false)
      : folder_(adapters::WitnessFolder::acquire(path).value()),
        signer_(adapters::FileSigner::open(path + "/witness.key", "w.example/w1").value()),
        store_(adapters::FileWitnessStore::open(folder_, key()).value()),
        dying_store_(*store_) {
    ports::WitnessStore& store = dying ? static_cast<ports::WitnessStore&>(dying_store_) : *store_;
    server_ = api::WitnessServer::open(
                  {"127.0.0.1", 0}, std::nullopt,
                  {clock_, store, *signer_, std::move(logs), [](const api::WitnessEvent&) {}})
                  .value();
  }
  [[nodiscard]] audit::VerifierKey key() const {
    return audit::VerifierKey::parse(signer_->cosigner_key()).value();
  }
  [[nodiscard]] std::string url() const { return "http://" + server_->address().to_string(); }

 private:
  ports::testing::RealClock clock_;
  adapters::WitnessFolder folder_;
  std::unique_ptr<adapters::FileSigner> signer_;
  std::unique_ptr<adapters::FileWitnessStore> store_;
  DyingStore dying_store_;
  std::unique_ptr<api::WitnessServer> server_;
};

class WitnessServerTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_ / "witness"; }
  base::testing::TemporaryFolder folder_;
  WitnessLog log_;
  std::vector<audit::VerifierKey> logs_{log_.key()};
};

TEST_F(WitnessServerTest, CosignsAGrowingLogAndAnswersItsLatest) {
  RunningWitness witness(path(), logs_);
  WitnessClient client(witness.url());
  std::uint64_t old_size = 0;
  for (const std::uint64_t size : {3U, 4U, 4U, 60U}) {
    const auto answer = client.submit(log_, old_size, size);
    const std::string lines = lines_of(answer);
    ASSERT_FALSE(lines.empty()) << size << (answer ? "" : answer.error().one_line());
    const auto cosigned = audit::verify_cosigned(log_.checkpoint(size) + lines, log_.key(),
                                                 std::vector{witness.key()});
    ASSERT_TRUE(cosigned) << cosigned.error().one_line();
    EXPECT_EQ(cosigned->cosigners.size(), 1U);
    const auto latest = client.latest(log_.origin());
    ASSERT_TRUE(latest);
    EXPECT_EQ(latest->body, log_.checkpoint(size) + lines);
    EXPECT_EQ(latest->content_type, "text/plain; charset=utf-8");
    old_size = size;
  }
}

TEST_F(WitnessServerTest, RefusesReplayRollbackSplitForgeryAndStrangers) {
  RunningWitness witness(path(), logs_);
  WitnessClient client(witness.url());
  ASSERT_FALSE(lines_of(client.submit(log_, 0, 20)).empty());
  EXPECT_EQ(size_of(client.submit(log_, 0, 20)), 20);   // a replay
  EXPECT_EQ(size_of(client.submit(log_, 5, 9)), 20);    // a rollback
  const auto split = client.submit(log_, 20, 25, "b");  // another history
  ASSERT_FALSE(split);
  EXPECT_EQ(split.error().id, "WIT-0002");
  EXPECT_EQ(split.error().code, base::Code::Corruption);
  EXPECT_EQ(client.submit(log_, 20, 20, "b").error().id, "WIT-0002");
  const WitnessLog forger(log_.origin(), 99);
  EXPECT_EQ(client.submit(forger, 20, 25).error().code, base::Code::Forbidden);
  const WitnessLog stranger("stranger.example", 1);
  EXPECT_EQ(client.submit(stranger, 0, 5).error().code, base::Code::NotFound);
  ASSERT_FALSE(lines_of(client.submit(log_, 20, 25)).empty());
}

TEST_F(WitnessServerTest, AnswersWithTheStatusesOfTheSpecification) {
  RunningWitness witness(path(), logs_);
  WitnessClient client(witness.url());
  ASSERT_EQ(client.post(log_.body(0, 20))->status, 200);
  const auto conflict = client.post(log_.body(0, 20));
  EXPECT_EQ(conflict->status, 409);
  EXPECT_EQ(conflict->content_type, "text/x.tlog.size");
  EXPECT_EQ(conflict->body, "20\n");
  EXPECT_EQ(client.post("garbage")->status, 400);
  EXPECT_EQ(client.post(log_.body(30, 20))->status, 400);
  EXPECT_EQ(client.post(log_.body(20, 30, "b"))->status, 422);
  EXPECT_EQ(client.post("old 0\n\n" + std::string(64 << 10, 'x'))->status, 413);
  EXPECT_EQ(client.post(std::string(8 << 20, 'x'))->status, 413);
  EXPECT_EQ(client.latest("stranger.example")->status, 404);
}

TEST_F(WitnessServerTest, RemembersWhatItCosignedBeforeItDied) {
  int ports[2];
  ASSERT_EQ(::pipe(ports), 0);
  // Before any thread of this test runs.
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const RunningWitness witness(path(), logs_, true);
    const std::string url = witness.url() + "\n";
    if (::write(ports[1], url.data(), url.size()) < 0) ::_exit(1);
    for (;;) ::pause();
  }
  ::close(ports[1]);
  char buffer[64];
  const auto count = ::read(ports[0], buffer, sizeof buffer);
  ::close(ports[0]);
  ASSERT_GT(count, 1);
  {
    WitnessClient client(std::string(buffer, static_cast<std::size_t>(count - 1)));
    EXPECT_FALSE(lines_of(client.submit(log_, 0, 5)).empty());
    const auto lost = client.submit(log_, 5, 9);
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, base::Code::OutcomeUnknown);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  RunningWitness witness(path(), logs_);
  WitnessClient client(witness.url());
  EXPECT_EQ(size_of(client.submit(log_, 5, 10)), 9);
  // What it may have cosigned unheard stands: no other history gets in.
  EXPECT_EQ(size_of(client.submit(log_, 5, 9, "b")), 9);
  EXPECT_EQ(client.submit(log_, 9, 12, "b").error().id, "WIT-0002");
  EXPECT_FALSE(lines_of(client.submit(log_, 9, 12)).empty());
}

TEST_F(WitnessServerTest, OfTwoSubmissionsAtOnceCosignsWhatFitsTogether) {
  RunningWitness witness(path(), logs_);
  WitnessClient one(witness.url());
  WitnessClient two(witness.url());
  ASSERT_FALSE(lines_of(one.submit(log_, 0, 5)).empty());
  std::uint64_t size = 5;
  for (int round = 0; round < 20; ++round) {
    // Both continue the tree that is known; they are two histories.
    std::string first;
    std::thread other([&] { first = lines_of(one.submit(log_, size, size + 3)); });
    const std::string second = lines_of(two.submit(log_, size, size + 1));
    other.join();
    ASSERT_NE(first.empty(), second.empty()) << round;
    size += first.empty() ? 1U : 3U;
  }
}

TEST_F(WitnessServerTest, GoesBeyondThisMachineOnlyWithTls) {
  adapters::MemoryWitnessStore store;
  api::testing::TestCosigner cosigner;
  const ports::testing::RealClock clock;
  const auto open = [&](const std::optional<api::TlsIdentity>& tls) {
    return api::WitnessServer::open({"0.0.0.0", 0}, tls,
                                    {clock, store, cosigner, logs_, [](const auto&) {}});
  };
  const auto plain = open(std::nullopt);
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().id, "WIT-0008");
  const auto wrong = open(api::TlsIdentity{"no PEM", base::Secret("no PEM")});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().id, "WIT-0008");
}

}  // namespace
}  // namespace stellwerk

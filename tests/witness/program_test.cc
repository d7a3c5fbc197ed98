// Goal: `stellwerk witness` as another team runs it: its key, its memory over kill -9 and restart,
// its end, and TLS that openssl's certificates serve.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "audit/cosignature.h"
#include "base/files.h"
#include "base/json.h"
#include "base/testing/temporary_folder.h"
#include "common/testing/child_process.h"
#include "witness/witness_client.h"

namespace stellwerk {
namespace {

using api::testing::WitnessLog;
using examples::testing::ChildProcess;
using testing::lines_of;
using testing::size_of;
using testing::WitnessClient;

class WitnessProgram : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> command(std::vector<std::string> more = {}) const {
    std::vector<std::string> words{
        STELLWERK_PROGRAM, "witness",     "--data", folder_ / "witness",    "--name", "w.example/1",
        "--listen",        "127.0.0.1:0", "--log",  log_.key().to_string(), "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  /// What it says when it is ready; null: it is not.
  base::Json start(std::vector<std::string> more = {}) {
    program_.emplace(command(std::move(more)));
    const auto line = program_->line_after("{");
    if (!line) return {};
    return base::parse_json("{" + *line).value_or(base::Json());
  }
  int end_with(int signal, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    program_->signal(signal);
    const auto ending = program_->wait(limit);
    if (!ending) return -1;
    return ending->exit_code ? *ending->exit_code : -*ending->signal;
  }
  [[nodiscard]] std::string memory_file() const {
    return folder_ / ("witness/checkpoints/" + base::sha256(log_.origin()).hex());
  }

  base::testing::TemporaryFolder folder_;
  WitnessLog log_;
  std::optional<ChildProcess> program_;
};

TEST_F(WitnessProgram, SaysItsKeyAndCosignsWithIt) {
  auto words = command({"--show-key"});
  const auto shown = examples::testing::run(words);
  ASSERT_EQ(shown.ending->exit_code, 0) << shown.err;
  const auto ready = start();
  ASSERT_TRUE(ready.is_object()) << program_->err();
  EXPECT_EQ(ready["key"], base::parse_json(shown.out).value()["key"]);
  WitnessClient client(ready["url"].get<std::string>());
  const std::string lines = lines_of(client.submit(log_, 0, 7));
  const auto cosigned = audit::verify_cosigned(
      log_.checkpoint(7) + lines, log_.key(),
      std::vector{audit::VerifierKey::parse(ready["key"].get<std::string>()).value()});
  ASSERT_TRUE(cosigned) << cosigned.error().one_line();
  EXPECT_EQ(cosigned->cosigners.size(), 1U);
  const auto said = program_->line_after("{\"origin\"");
  ASSERT_TRUE(said);
  EXPECT_NE(said->find("\"cosigned\""), std::string::npos) << *said;
}

TEST_F(WitnessProgram, KeepsItsWordOverKillAndRestart) {
  std::uint64_t size = 0;
  for (int life = 0; life < 5; ++life) {
    const auto ready = start();
    ASSERT_TRUE(ready.is_object()) << program_->err();
    WitnessClient client(ready["url"].get<std::string>());
    if (size > 0) {
      EXPECT_EQ(size_of(client.submit(log_, 0, size + 1)), size);
      EXPECT_EQ(client.submit(log_, size, size + 1, "b").error().id, "WIT-0002");
    }
    for (int i = 0; i < 3; ++i, size += 4)
      ASSERT_FALSE(lines_of(client.submit(log_, size, size + 4)).empty()) << size;
    ASSERT_EQ(end_with(SIGKILL), -SIGKILL);
  }
}

TEST_F(WitnessProgram, EndsAtASignalWithoutWaitingForConnections) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const auto ready = start();
    ASSERT_TRUE(ready.is_object()) << program_->err();
    WitnessClient client(ready["url"].get<std::string>());
    EXPECT_EQ(client.post("garbage")->status, 400);
    EXPECT_EQ(end_with(signal, std::chrono::seconds(5)), 0) << program_->err();
  }
}

TEST_F(WitnessProgram, DoesNotStartTwiceOnOneFolder) {
  const auto ready = start();
  ASSERT_TRUE(ready.is_object()) << program_->err();
  const auto second = examples::testing::run(command());
  EXPECT_EQ(second.ending->exit_code, 2);
  EXPECT_NE(second.err.find("WIT-0006"), std::string::npos) << second.err;
  // Its key can be asked for beside it.
  EXPECT_EQ(examples::testing::run(command({"--show-key"})).ending->exit_code, 0);
}

TEST_F(WitnessProgram, DoesNotStartWithADamagedMemoryAndSaysWhy) {
  auto ready = start();
  ASSERT_TRUE(ready.is_object());
  {
    WitnessClient client(ready["url"].get<std::string>());
    ASSERT_FALSE(lines_of(client.submit(log_, 0, 7)).empty());
  }
  ASSERT_EQ(end_with(SIGTERM), 0);
  std::string memory = base::read_file(memory_file(), 1 << 16).value();
  memory.replace(memory.find("\n7\n"), 3, "\n6\n");
  ASSERT_TRUE(base::replace_file(memory_file(), memory));
  const auto refused = examples::testing::run(command());
  EXPECT_NE(refused.ending->exit_code, 0);
  EXPECT_NE(refused.err.find("WIT-0005"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("does not fit"), std::string::npos) << refused.err;
  ASSERT_EQ(::unlink((folder_ / "witness/witness.key").c_str()), 0);
  const auto other_key = examples::testing::run(command());
  EXPECT_NE(other_key.err.find("key replaced"), std::string::npos) << other_key.err;
}

TEST_F(WitnessProgram, ServesTlsAndALogThatDoesNotTrustItSendsNothing) {
  const std::string key = folder_ / "tls.key";
  const std::string certificate = folder_ / "tls.pem";
  if (::access("/usr/bin/openssl", X_OK) != 0)
    GTEST_SKIP() << "the Debian package openssl is needed";
  const auto made = examples::testing::run(
      {"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
       "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=witness",
       "-addext", "subjectAltName=IP:127.0.0.1"});
  ASSERT_EQ(made.ending->exit_code, 0) << made.err;
  const auto ready = start({"--tls-cert", certificate, "--tls-key", key});
  ASSERT_TRUE(ready.is_object()) << program_->err();
  const std::string url = ready["url"].get<std::string>();
  ASSERT_TRUE(url.starts_with("https://127.0.0.1:")) << url;
  WitnessClient client(url);
  const auto untrusted = client.submit(log_, 0, 7);
  ASSERT_FALSE(untrusted);
  EXPECT_EQ(untrusted.error().id, "HLT-0002") << untrusted.error().one_line();
  const auto connected = examples::testing::run({"/usr/bin/openssl", "s_client", "-connect",
                                                 url.substr(8), "-CAfile", certificate, "-brief"});
  EXPECT_NE(connected.err.find("Verification: OK"), std::string::npos) << connected.err;
}

}  // namespace
}  // namespace stellwerk

// Goal: a command ends by its deadline with all its children, and what it wrote is kept in bounded
// space.
#include "adapters/process/process_command_runner.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "adapters/process/captured_output.h"
#include "base/testing/temporary_folder.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::adapters::process {
namespace {

using ports::CommandEnd;

class CommandRunnerTest : public ::testing::Test {
 protected:
  ports::CommandResult run(const std::string& script, base::Duration timeout = base::seconds(20)) {
    const auto result = runner_.run(shell(script), clock_.call(timeout));
    EXPECT_TRUE(result) << result.error().one_line();
    return result.value_or(ports::CommandResult{});
  }
  static core::CommandSpec shell(const std::string& script) {
    core::CommandSpec spec;
    spec.arguments = {"/bin/sh", "-c", script};
    return spec;
  }

  ports::testing::RealClock clock_;
  ProcessCommandRunner runner_{clock_};
};

TEST_F(CommandRunnerTest, ReportsExitCodeAndBothOutputs) {
  const auto result = run("echo out; echo err >&2; exit 3");
  EXPECT_EQ(result.end, CommandEnd::Exited);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "out\nerr\n");
}

TEST_F(CommandRunnerTest, ReportsASignal) {
  const auto result = run("kill -SEGV $$");
  EXPECT_EQ(result.end, CommandEnd::Signalled);
  EXPECT_EQ(result.signal, SIGSEGV);
}

TEST_F(CommandRunnerTest, KillsTheWholeGroupAtTheDeadline) {
  const auto began = clock_.mono();
  // The shell and its child both ignore SIGTERM, and the child holds the pipe open.
  const auto result =
      run("trap '' TERM; echo begun; sleep 600 & sleep 600", base::milliseconds(500));
  EXPECT_EQ(result.end, CommandEnd::Deadline);
  EXPECT_EQ(result.output, "begun\n");
  EXPECT_LT(clock_.mono() - began, base::milliseconds(500) + base::seconds(2));
}

TEST_F(CommandRunnerTest, KillsTheWholeGroupAtAStop) {
  auto call = clock_.call(base::minutes(10));
  call.stop.stop();
  const auto result = runner_.run(shell("sleep 600"), call);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end, CommandEnd::Stopped);
}

TEST_F(CommandRunnerTest, LeavesNothingBehindInTheBackground) {
  const base::testing::TemporaryFolder folder;
  const auto result = run("sleep 600 & echo $!");
  EXPECT_EQ(result.end, CommandEnd::Exited);
  const auto pid = static_cast<pid_t>(std::stol(result.output));
  EXPECT_TRUE(ports::testing::eventually([&] {
    // A zombie whose new parent has not collected it yet is gone as well.
    char state = 'X';
    if (FILE* stat = ::fopen(("/proc/" + std::to_string(pid) + "/stat").c_str(), "r")) {
      if (::fscanf(stat, "%*d (%*[^)]) %c", &state) != 1) state = 'X';
      ::fclose(stat);
    }
    return state == 'Z' || state == 'X';
  }));
}

TEST_F(CommandRunnerTest, KeepsBothEndsOfTooMuchOutput) {
  const auto result = run("echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo last");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(result.output.starts_with("first\n"));
  EXPECT_TRUE(result.output.ends_with("xlast\n"));
  EXPECT_GT(result.output_bytes_cut, 2000000U);
  EXPECT_LT(result.output.size(), 500000U);
}

TEST_F(CommandRunnerTest, EndsAProgramThatWritesForEver) {
  const auto result = run("exec cat /dev/zero", base::milliseconds(300));
  EXPECT_EQ(result.end, CommandEnd::Deadline);
  EXPECT_LT(result.took, base::seconds(3));
}

TEST_F(CommandRunnerTest, RunsSideBySide) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([this, i] {
      const auto text = std::to_string(i);
      EXPECT_EQ(run("echo " + text).output, text + "\n");
    });
  for (auto& thread : threads) thread.join();
}

TEST(CapturedOutput, SaysHowMuchIsMissing) {
  CapturedOutput output(8);
  output.add("abcd");
  output.add("efgh");
  EXPECT_EQ(output.text(), "abcdefgh");
  output.add("ijklmnop");
  EXPECT_EQ(output.text(), "abcd\n[8 bytes left out]\nmnop");
  EXPECT_EQ(output.bytes_cut(), 8U);
}

}  // namespace
}  // namespace stellwerk::adapters::process

// Goal: a program is started as described, with nothing inherited, or refused with the reason.
#include "adapters/process/spawn.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "adapters/process/process_command_runner.h"
#include "adapters/process/process_identity.h"
#include "base/testing/temporary_folder.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::adapters::process {
namespace {

core::CommandSpec command(std::vector<std::string> arguments) {
  core::CommandSpec spec;
  spec.arguments = std::move(arguments);
  return spec;
}

class SpawnTest : public ::testing::Test {
 protected:
  std::string output_of(const core::CommandSpec& spec) {
    const auto result = runner_.run(spec, clock_.call(base::seconds(20)));
    EXPECT_TRUE(result) << result.error().one_line();
    return result ? result->output : "";
  }
  void expect_refused(const core::CommandSpec& spec, const std::string& reason) {
    const auto result = runner_.run(spec, clock_.call(base::seconds(20)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().id, "PRC-0001");
    EXPECT_EQ(result.error().code, base::Code::Rejected);
    EXPECT_NE(result.error().why.find(reason), std::string::npos) << result.error().why;
  }

  ports::testing::RealClock clock_;
  base::testing::TemporaryFolder folder_;
  ProcessCommandRunner runner_{clock_};
};

TEST_F(SpawnTest, FillsKnownPlaceholdersOnly) {
  const Placeholders values{{"port", "41234"}, {"version", "1.3.0"}};
  EXPECT_EQ(filled("--port={port}", values), "--port=41234");
  EXPECT_EQ(filled("{version}{port}", values), "1.3.041234");
  EXPECT_EQ(filled("{other} {} { {{port}}", values), "{other} {} { {41234}");
  EXPECT_EQ(filled("", values), "");
}

TEST_F(SpawnTest, GivesTheProgramNothingItWasNotGiven) {
  ::setenv("STELLWERK_TEST_INHERITED", "1", 1);
  auto spec = command({"/usr/bin/env"});
  spec.environment = {{"GIVEN", "yes {x}"}};
  const auto output = output_of(spec);
  EXPECT_EQ(output.find("STELLWERK_TEST_INHERITED"), std::string::npos);
  EXPECT_NE(output.find("GIVEN=yes {x}\n"), std::string::npos);
  EXPECT_NE(output.find("PATH=/usr/local/sbin:"), std::string::npos);
  EXPECT_NE(output.find("HOME=/"), std::string::npos);
  EXPECT_NE(output.find("LANG=C.UTF-8\n"), std::string::npos);
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 4) << output;
}

TEST_F(SpawnTest, PassesArgumentsWithoutAShell) {
  EXPECT_EQ(output_of(command({"printf", "%s|", "a b", "$HOME", "`id`", "x;y", ""})),
            "a b|$HOME|`id`|x;y||");
}

TEST_F(SpawnTest, LeavesNoDescriptorOpenButTheThreeStandardOnes) {
  const base::UniqueFd inheritable(::open("/dev/null", O_RDONLY));
  // One more: the folder that ls reads.
  EXPECT_EQ(output_of(command({"ls", "/proc/self/fd"})), "0\n1\n2\n3\n");
}

TEST_F(SpawnTest, LeadsASessionOfItsOwnWithDefaultSignals) {
  EXPECT_EQ(output_of(command({"/bin/sh", "-c",
                               "read a b c d pgrp session e < /proc/$$/stat; "
                               "test $$ = $pgrp && test $$ = $session && echo own"})),
            "own\n");
  EXPECT_NE(output_of(command({"grep", "SigIgn", "/proc/self/status"})).find("0000000000000000"),
            std::string::npos);
}

TEST_F(SpawnTest, RunsInItsWorkingFolderAndFindsRelativeProgramsThere) {
  std::ofstream(folder_ / "hello") << "#!/bin/sh\npwd\n";
  ::chmod((folder_ / "hello").c_str(), 0755);
  auto spec = command({"./hello"});
  spec.working_folder = folder_.path();
  EXPECT_EQ(output_of(spec), folder_.path() + "\n");
}

TEST_F(SpawnTest, RefusesWhatCannotBeStarted) {
  expect_refused(command({}), "empty");
  expect_refused(command({"no-such-program-here"}), "no such program");
  expect_refused(command({"/no/such/program"}), "No such file");
  expect_refused(command({"/usr"}), "folder");
  expect_refused(command({std::string("/bin/echo\0x", 11)}), "zero byte");

  std::ofstream(folder_ / "plain") << "text";
  expect_refused(command({folder_ / "plain"}), "not executable");
  ::chmod((folder_ / "plain").c_str(), 0755);
  expect_refused(command({folder_ / "plain"}), "Exec format");

  auto lost = command({"/bin/true"});
  lost.working_folder = "/no/such/folder";
  expect_refused(lost, "working folder");
  auto nobody = command({"/bin/true"});
  nobody.user = "no-such-user";
  expect_refused(nobody, "no user");
}

TEST_F(SpawnTest, TakesAnotherUserOnlyAsRoot) {
  auto spec = command({"id", "-un"});
  spec.user = "nobody";
  if (::geteuid() == 0) {
    EXPECT_EQ(output_of(spec), "nobody\n");
    spec.arguments = {"id", "-G"};
    EXPECT_EQ(output_of(spec), "65534\n") << "no group of root's may be left";
  } else {
    expect_refused(spec, "only root");
  }
}

/// Everything that is written to the pipe until nobody holds its other end any more.
std::string all_of(int pipe) {
  std::string text;
  char part[256];
  for (ssize_t count = 0; (count = ::read(pipe, part, sizeof part)) > 0;)
    text.append(part, static_cast<std::size_t>(count));
  return text;
}

/// What the program says that is started with this `born`; all who could say something have ended.
std::string said_with(const Born& born, bool in_a_process_of_its_own) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const base::UniqueFd read_end(ends[0]);
  base::UniqueFd write_end(ends[1]);
  const auto program = prepare(command({"/bin/echo", "I run"}), {});
  if (!in_a_process_of_its_own) {
    const auto child = spawn(*program, write_end.get(), born);
    EXPECT_TRUE(child || child.error().id == "PRC-0002");
  } else if (const pid_t starter = ::fork(); starter == 0) {
    static_cast<void>(spawn(*program, write_end.get(), born));
    ::_exit(0);
  } else {
    ::waitpid(starter, nullptr, 0);
  }
  write_end.reset();
  return all_of(read_end.get());
}

// Goal: no process runs that nobody knows of, whenever the one who starts it dies.
TEST_F(SpawnTest, RunsNothingBeforeItIsKnown) {
  EXPECT_EQ(said_with([](pid_t) { return base::Result<void>{}; }, true), "I run\n");
  const auto dies = [](pid_t) {
    ::kill(::getpid(), SIGKILL);
    return base::Result<void>{};
  };
  EXPECT_EQ(said_with(dies, true), "");
  const auto fails = [](pid_t) -> base::Result<void> {
    return base::fail(base::Code::Unavailable, "PRC-0002", "cannot be recorded");
  };
  EXPECT_EQ(said_with(fails, false), "");
}

TEST_F(SpawnTest, RecognisesAProcessByMoreThanItsNumber) {
  const auto program = prepare(command({"sleep", "60"}), {});
  ASSERT_TRUE(program);
  const base::UniqueFd null(::open("/dev/null", O_WRONLY));
  const auto child = spawn(*program, null.get());
  ASSERT_TRUE(child);
  const auto identity = identify(child->pid);
  ASSERT_TRUE(identity);
  EXPECT_TRUE(adopt(*identity).valid());

  auto recycled = *identity;
  recycled.start_ticks -= 1;
  EXPECT_FALSE(adopt(recycled).valid()) << "same number, another process";
  auto rebooted = *identity;
  rebooted.boot_id = "another boot";
  EXPECT_FALSE(adopt(rebooted).valid());
  EXPECT_FALSE(adopt({}).valid());

  signal_group(child->pid, SIGKILL);
  EXPECT_TRUE(ports::testing::eventually([&] { return has_ended(child->pidfd.get()); }));
  EXPECT_EQ(to_string(collect(*identity, child->pidfd.get())), "killed by signal 9 (SIGKILL)");
  EXPECT_FALSE(adopt(*identity).valid());
}

}  // namespace
}  // namespace stellwerk::adapters::process

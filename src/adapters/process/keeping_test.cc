// Goal: what instances leave on disk is bounded, readable after a restart, and never guessed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "adapters/process/back_off.h"
#include "adapters/process/instance_store.h"
#include "adapters/process/output_log.h"
#include "adapters/process/port_book.h"
#include "base/files.h"
#include "base/testing/temporary_folder.h"

namespace stellwerk::adapters::process {
namespace {

void write(int fd, const std::string& text) {
  ASSERT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

TEST(OutputLog, ShowsTheLastLinesOfThePresentRunOnly) {
  const base::testing::TemporaryFolder folder;
  const base::Scrubber scrubber;
  OutputLog log(folder / "x.log", 1000);
  EXPECT_EQ(log.tail(20, scrubber), "");
  write(log.open("first run").value().get(), "old\n");
  const auto file = log.open("second run").value();
  EXPECT_EQ(log.tail(20, scrubber), "");
  write(file.get(), "a\nb\nc\n");
  EXPECT_EQ(log.tail(2, scrubber), "b\nc");
  EXPECT_EQ(log.tail(20, scrubber), "a\nb\nc");
}

TEST(OutputLog, ScrubsSecretsAndHostileBytes) {
  const base::testing::TemporaryFolder folder;
  base::Scrubber scrubber;
  scrubber.learn(base::Secret("s3cret-token"));
  OutputLog log(folder / "x.log", 1000);
  write(log.open("run").value().get(), "token=s3cret-token\n\x1b[2Jclear\xff\n");
  const auto tail = log.tail(20, scrubber);
  EXPECT_EQ(tail.find("s3cret"), std::string::npos);
  EXPECT_EQ(tail.find('\x1b'), std::string::npos);
  EXPECT_NE(tail.find("token=***"), std::string::npos);
}

TEST(OutputLog, StaysBoundedWhileTheProgramWrites) {
  const base::testing::TemporaryFolder folder;
  OutputLog log(folder / "x.log", 1000);
  const auto file = log.open("run").value();
  for (int i = 0; i < 100; ++i) {
    write(file.get(), std::string(99, 'x') + "\n");
    log.bound();
    EXPECT_LE(std::filesystem::file_size(folder / "x.log"), 1100U);
  }
  EXPECT_LE(std::filesystem::file_size(folder / "x.log.1"), 1000U);
  write(file.get(), "end\n");
  EXPECT_TRUE(log.tail(1, base::Scrubber()).ends_with("end"));
}

/// A port somebody listens on.
class TakenPort {
 public:
  TakenPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    socklen_t size = sizeof address;
    ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::listen(socket_.get(), 1);
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  base::UniqueFd socket_;
  std::uint16_t port_ = 0;
};

TEST(PortBook, NeverGivesATakenPortOrOneTwice) {
  const TakenPort taken;
  PortBook book;
  const auto first = book.choose(std::nullopt, taken.port());
  ASSERT_TRUE(first);
  EXPECT_NE(*first, taken.port());
  const auto second = book.choose(std::nullopt, *first);
  ASSERT_TRUE(second);
  EXPECT_NE(*second, *first);
  book.give_back(*first);
  EXPECT_EQ(book.choose(std::nullopt, *first).value(), *first) << "kept over a restart";
}

TEST(PortBook, SaysSoWhenTheRangeIsExhausted) {
  const TakenPort taken;
  PortBook book;
  const auto port = book.choose({{taken.port(), taken.port()}}, 0);
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().id, "PRC-0003");
  EXPECT_EQ(port.error().code, base::Code::Conflict);
}

TEST(BackOff, DoublesUpToItsMaximum) {
  EXPECT_EQ(back_off(1), base::milliseconds(200));
  EXPECT_EQ(back_off(2), base::milliseconds(400));
  EXPECT_EQ(back_off(8), base::milliseconds(25600));
  EXPECT_EQ(back_off(9), base::seconds(30));
  EXPECT_EQ(back_off(4000000000U), base::seconds(30));
}

WorkloadRecord record() {
  WorkloadRecord record;
  record.version = {base::ComponentName("doc"), *base::SemVer::parse("1.3.0-rc.1+b5")};
  record.spec.command = {.arguments = {"./doc", "--port={port}", "\xff"},
                         .environment = {{"A", "b"}},
                         .working_folder = "/tmp",
                         .user = "nobody"};
  record.spec.ports = {{41000, 41010}};
  record.health.url = "/health";
  record.health.expect = {
      .status = {200, 204}, .json = {{"/ok", "true"}}, .time_max = base::seconds(1)};
  record.wanted = 3;
  return record;
}

TEST(InstanceStore, ReadsBackWhatItWrote) {
  const base::testing::TemporaryFolder folder;
  const InstanceStore store(folder / "workload");
  auto written = record();
  written.spec.command.arguments.pop_back();
  ASSERT_TRUE(store.save(written));
  const InstanceRecord instance{.number = 2,
                                .port = 41001,
                                .restarts = 4,
                                .process = {77, 123456, "boot"},
                                .command = command_digest(written.spec.command)};
  ASSERT_TRUE(store.save(written.version, instance));

  const auto read = store.load();
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->front().version, written.version);
  EXPECT_EQ(read->front().spec, written.spec);
  EXPECT_EQ(read->front().health, written.health);
  EXPECT_EQ(read->front().wanted, 3U);
  const auto again = store.load_instance(written.version, 2);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->process, instance.process);
  EXPECT_EQ(again->port, 41001);
  EXPECT_FALSE(store.load_instance(written.version, 1));
}

TEST(InstanceStore, WritesEvenArgumentsThatAreNoText) {
  const base::testing::TemporaryFolder folder;
  const InstanceStore store(folder / "workload");
  EXPECT_TRUE(store.save(record()));
  EXPECT_EQ(store.load().value().size(), 1U);
}

TEST(InstanceStore, MovesUnreadableFilesAside) {
  const base::testing::TemporaryFolder folder;
  const InstanceStore store(folder / "workload");
  ASSERT_TRUE(store.save(record()));
  const auto path = folder / "workload/doc/1.3.0-rc.1+b5/";
  for (const std::string bytes :
       {"", "{", "{}", R"({"format":2})", R"({"format":1,"number":"1"})"}) {
    std::ofstream(path + "doc-1.3.0-rc.1+b5-1.json") << bytes;
    EXPECT_FALSE(store.load_instance(record().version, 1)) << bytes;
    EXPECT_TRUE(std::filesystem::exists(path + "doc-1.3.0-rc.1+b5-1.json.unreadable"));
  }
  std::ofstream(path + "workload.json") << "garbage";
  EXPECT_TRUE(store.load().value().empty());
  EXPECT_TRUE(std::filesystem::exists(path + "workload.json.unreadable"));
}

TEST(InstanceStore, ReadsNoFolderThatWasCopiedElsewhere) {
  const base::testing::TemporaryFolder folder;
  const InstanceStore store(folder / "workload");
  ASSERT_TRUE(store.save(record()));
  std::filesystem::rename(folder / "workload/doc/1.3.0-rc.1+b5", folder / "workload/doc/1.3.1");
  EXPECT_TRUE(store.load().value().empty());
}

}  // namespace
}  // namespace stellwerk::adapters::process

// main.cc — the program: the command line over the real world.
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <optional>

#include "app/host.h"
#include "app/mirrors.h"
#include "app/ssh_sign.h"
#include "app/witness_host.h"
#include "cli/cli.h"

namespace stellwerk::app {
namespace {

class RealWorld final : public cli::World {
 public:
  base::Result<std::unique_ptr<cli::EngineHost>> open_engine(
      const config::EnvironmentFile& environment) override {
    auto host = Host::open(environment, signals());
    if (!host) return base::fail(std::move(host.error()));
    return std::unique_ptr<cli::EngineHost>(std::move(*host));
  }

  base::Result<std::unique_ptr<cli::EngineHost>> open_record(
      const config::EnvironmentFile& environment) override {
    auto host = Host::open(environment, signals(), Purpose::Record);
    if (!host) return base::fail(std::move(host.error()));
    return std::unique_ptr<cli::EngineHost>(std::move(*host));
  }

  base::Result<cli::Reader> open_reader(const std::string& data_folder) override {
    auto journal = adapters::SqliteJournal::open_reader(data_folder);
    if (!journal) return base::fail(std::move(journal.error()));
    return cli::Reader{std::move(*journal),
                       std::make_unique<adapters::FileContentStore>(data_folder + "/content")};
  }

  base::Result<std::unique_ptr<cli::WitnessHost>> open_witness(
      const cli::WitnessSettings& settings) override {
    auto host = WitnessHost::open(settings, signals());
    if (!host) return base::fail(std::move(host.error()));
    return std::unique_ptr<cli::WitnessHost>(std::move(*host));
  }

  base::Result<std::string> witness_key(const std::string& folder,
                                        const std::string& name) override {
    return app::witness_key(folder, name);
  }

  std::string socket_path(const std::string& data_folder) override {
    return app::socket_path(data_folder);
  }

  bool engine_runs(const std::string& data_folder) override {
    struct stat info{};
    if (stat(data_folder.c_str(), &info) != 0) return false;
    const auto holder = adapters::DataFolderLock::holder(data_folder);
    return holder && holder->has_value();
  }

  std::string os_user() override {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
        found == nullptr)
      return std::to_string(geteuid());
    return found->pw_name;
  }

  base::Now now() override {
    const base::WallTime wall = clock_.wall();
    return {wall, clock_.mono(), {wall.us}};
  }

  bool sleep(base::Duration span) override {
    std::unique_lock lock(mutex_);
    bool came = false;
    signals().on_signal([this] { woken_.notify_all(); });
    woken_.wait_for(lock, std::chrono::microseconds(span.us), [&] {
      came = came || signals().take() != 0;
      return came;
    });
    return !came;
  }

  std::string adapter_list() override { return adapter_names(); }

  std::vector<config::AdapterSettings> adapter_settings() override {
    return app::adapter_settings();
  }

  std::vector<base::Error> section_problems(const config::EnvironmentFile& file) override {
    return app::section_problems(file);
  }

  base::Result<std::string> log_key(const config::EnvironmentFile& environment) override {
    return Host::log_key(environment);
  }

  base::Result<cli::KeyChange> rotate_key(
      const config::EnvironmentFile& environment,
      const std::function<base::Result<void>(cli::EngineHost&, const core::Event&)>& record)
      override {
    base::Result<cli::KeyChange> change;
    {
      auto host = Host::open(environment, signals(), Purpose::Record);
      if (!host) return base::fail(std::move(host.error()));
      change = (*host)->rotate_key(record);
      if (!change) return change;
    }
    auto host = Host::open(environment, signals(), Purpose::Record);  // with the new key
    if (!host) return base::fail(std::move(host.error()));
    if (auto signed_now = (*host)->sign_now(); !signed_now)
      return base::fail(std::move(signed_now.error()));
    return change;
  }

  base::Result<std::vector<std::unique_ptr<cli::Mirror>>> open_mirrors(
      const config::EnvironmentFile& environment) override {
    return app::open_mirrors(environment, clock_);
  }

  base::Result<void> draw(std::span<std::uint8_t> out) override { return entropy_.fill(out); }

  base::Result<std::string> ssh_sign(const cli::SshSignRequest& request) override {
    return app::ssh_sign(request);
  }

  std::string variable(const std::string& name) override {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no thread of this program changes variables
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::string() : value;
  }

 private:
  /// From the first time that somebody waits for one; until then a signal ends the program. What
  /// only computes has nothing to end in order.
  Signals& signals() { return signals_ ? *signals_ : signals_.emplace(); }

  SystemClock clock_;
  SystemEntropy entropy_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::optional<Signals> signals_;  // last: it wakes those above
};

/// A closed standard file would be the next one to be opened: what is printed would land in the
/// journal. Its place is taken by something that cannot be written to.
void occupy_standard_files() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0) {
      const int taken = ::open("/dev/null", O_RDONLY);  // the lowest number that is free: this one
      if (taken != fd) std::abort();
    }
}

}  // namespace
}  // namespace stellwerk::app

int main(int argc, char** argv) {
  stellwerk::app::occupy_standard_files();
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of writing, not the end
  stellwerk::app::RealWorld world;
  return stellwerk::cli::cli_main(world, argc, argv);
}

// machine.h — this machine as a place for instances: the real workload, prober and services. For
// tests.
//
// Thread-safety: one thread.                                              Start here: Machine
#pragma once

#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "adapters/http/curl_http_client.h"
#include "adapters/http/http_prober.h"
#include "adapters/process/process_workload.h"
#include "base/testing/temporary_folder.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::testing {

class Machine {
 public:
  explicit Machine(std::uint64_t log_bytes_max = std::uint64_t{1} << 20)
      : log_bytes_max_(log_bytes_max) {
    open();
  }
  /// In a folder that outlives this object.
  explicit Machine(const std::string& folder) : folder_path_(folder) { open(); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine() {
    for (const auto& version : used_)
      if (workload_ || open_quietly())
        (void)workload_->retire(version, impatient(), clock_.call(base::seconds(20)));
  }

  ports::Workload& workload() { return *workload_; }
  const ports::Clock& clock() const { return clock_; }
  ports::Call call(base::Duration timeout = base::seconds(60)) const {
    return clock_.call(timeout);
  }
  base::Scrubber& scrubber() { return scrubber_; }
  const std::string& folder() const { return folder_path_; }

  /// As when Stellwerk ends: supervision stops, instances go on.
  void close() { workload_.reset(); }
  void open() {
    if (!open_quietly()) std::abort();
  }
  /// As `kill -9` and a new start of Stellwerk.
  void reopen() {
    close();
    open();
  }

  /// `doc` in a version of its own per test; `flags` go to the test service.
  static ports::VersionRef version(const std::string& text = "1.3.0") {
    return {base::ComponentName("doc"), *base::SemVer::parse(text)};
  }
  static core::WorkloadSpec spec(std::uint32_t instances,
                                 const std::vector<std::string>& flags = {}) {
    core::WorkloadSpec spec;
    spec.command.arguments = {STELLWERK_TEST_SERVICE, "--port", "{port}"};
    spec.command.arguments.insert(spec.command.arguments.end(), flags.begin(), flags.end());
    spec.instances = instances;
    spec.start_timeout = base::seconds(30);
    spec.stop_timeout = base::seconds(5);
    return spec;
  }
  static core::HealthCheck health() {
    core::HealthCheck check;
    check.url = "/health";
    check.expect.json = {{"/valid", "true"}};
    return check;
  }

  base::Result<ports::WorkloadStatus> ensure(const core::WorkloadSpec& spec,
                                             base::Duration timeout = base::seconds(60)) {
    used_.push_back(version());
    return workload_->ensure(version(), spec, health(), call(timeout));
  }
  ports::WorkloadStatus status() { return workload_->status(version()).value(); }
  ports::Instance instance(std::size_t index = 0) {
    const auto all = status().instances;
    return index < all.size() ? all[index] : ports::Instance{};
  }
  /// What the versions have logged so far, as the engine learns it.
  std::shared_ptr<ports::MetricSource> logs() { return workload_->logs(); }
  /// GET on the instance; whether it answers does not matter.
  void get(const ports::Instance& instance, const std::string& path) {
    (void)client_.send({.method = "GET",
                        .url = "http://127.0.0.1:" + std::to_string(instance.port) + path,
                        .headers = {},
                        .body = {}},
                       call(base::seconds(2)));
  }
  bool answers(const ports::Instance& instance) {
    return client_
        .send({.method = "GET",
               .url = "http://127.0.0.1:" + std::to_string(instance.port) + "/health",
               .headers = {},
               .body = {}},
              call(base::seconds(2)))
        .has_value();
  }

 private:
  bool open_quietly() {
    auto opened = adapters::process::ProcessWorkload::open(
        {.folder = folder_path_ + "/workload", .log_bytes_max = log_bytes_max_},
        {.clock = clock_, .prober = prober_, .scrubber = scrubber_});
    if (!opened) return false;
    workload_ = std::move(*opened);
    return true;
  }
  static core::WorkloadSpec impatient() {
    core::WorkloadSpec spec;
    spec.stop_timeout = base::Duration{0};
    return spec;
  }

  ports::testing::RealClock clock_;
  std::uint64_t log_bytes_max_ = std::uint64_t{1} << 20;
  base::testing::TemporaryFolder own_folder_;
  std::string folder_path_ = own_folder_.path();
  base::Scrubber scrubber_;
  std::unique_ptr<adapters::http::CurlLoop> loop_ = adapters::http::CurlLoop::make(clock_).value();
  adapters::http::HttpProber prober_{*loop_};
  adapters::http::CurlHttpClient client_{*loop_};
  std::unique_ptr<adapters::process::ProcessWorkload> workload_;
  std::vector<ports::VersionRef> used_;
};

}  // namespace stellwerk::testing

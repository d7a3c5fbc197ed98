// site.h — one installation on this machine, in a folder of its own: the real stellwerk, the real
// HAProxy, real services, and load.
//
// Role: every end-to-end test has one. It writes the files, runs commands, lets people answer what
// the release waits for, and ends everything it started, whatever happened. Start here: Site
// Thread-safety: one thread.     Invariants: nothing outlives the site; every wait has a deadline.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/testing/child_process.h"
#include "common/testing/temporary_folder.h"
#include "e2e/files.h"
#include "e2e/program.h"

namespace stellwerk::e2e {

using nlohmann::json;
using namespace std::chrono_literals;

/// A public event as a subscriber has it.
struct Told {
  std::uint64_t index = 0;
  std::string name;
  std::string release;
  json entry;  ///< the journal's own
};

struct Finished {
  int exit_code = -1;  ///< -1: it did not end in time
  std::string out;
  std::string err;
};

class Site {
 public:
  /// Writes stellwerk.yaml with two neighbours that are well; `change` may alter it before.
  explicit Site(const std::function<void(SiteFile&)>& change = {});
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  ~Site();

  // ---- files
  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path data() const { return folder() / "data"; }
  void write(const std::string& name, const std::string& text) const;
  /// Writes `<id>.yaml` and makes it the release the site is about.
  void plan(ReleaseFile release);
  /// … the same with a text that stands already.
  void plan_text(const std::string& id, const std::string& text);
  [[nodiscard]] std::string release_file(const std::string& id) const;
  void rewrite(const std::function<void(SiteFile&)>& change);

  // ---- commands
  /// Runs a command of stellwerk to its end.
  Finished stellwerk(const std::vector<std::string>& words,
                     std::chrono::milliseconds limit = 30s) const;
  /// `stellwerk run` of the planned release, an hour of the runbook in a second.
  Program& run(const std::vector<std::string>& more = {},
               const std::vector<std::string>& before = {});
  /// Any other command that stays: `release watch`, `release pause` without an engine.
  Program& start(const std::vector<std::string>& words,
                 const std::vector<std::string>& before = {});
  [[nodiscard]] Program& running() { return *run_; }
  /// kill -9, and the end of it.
  void kill_stellwerk();
  json show(const std::string& id = {}, std::chrono::milliseconds limit = 30s) const;

  // ---- people
  /// From now on somebody attests and approves what the release waits for, whenever it is waited.
  void attend() { attended_ = true; }
  /// What that person does besides, each time they look: they are given what `release show` says.
  void also(std::function<void(const json&)> more) { more_ = std::move(more); }
  /// … but never answers for this step.
  void leave_alone(const std::string& step) { left_alone_ = step; }
  /// Nobody answers any more.
  void leave() { attended_ = false; }

  // ---- waiting
  /// Until `condition` or the deadline; fails the test (and returns false) at the deadline, or when
  /// stellwerk ended before.
  bool wait_for(const std::string& what, const std::function<bool()>& condition,
                std::chrono::milliseconds limit = 40s);
  bool wait_event(const std::string& name, std::chrono::milliseconds limit = 40s);
  /// Waits for the end of `stellwerk run` while people answer.
  int exit_code(std::chrono::milliseconds limit = 60s);
  /// Attended, through preparation and pre-checks until wave 1 has traffic.
  bool reach_first_wave();

  // ---- what was told
  /// Every event once, in the order of the journal.
  [[nodiscard]] std::vector<Told> told() const;
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool was_told(const std::string& name) const;
  /// The data of the last event of that name; null when there is none.
  [[nodiscard]] json data_of(const std::string& name) const;

  // ---- traffic
  [[nodiscard]] std::string url() const;
  /// What a tenant (empty: nobody's request) is answered at document-domain's port now.
  struct Answered {
    int status = 0;  ///< 0: nothing
    std::string body;
  };
  [[nodiscard]] Answered answered(const std::string& tenant) const;
  /// The version that answers a tenant now; empty when nobody does within some seconds.
  [[nodiscard]] std::string served(const std::string& tenant) const;
  /// … at another component's port.
  [[nodiscard]] std::string served_at(int port, const std::string& tenant) const;
  [[nodiscard]] bool all_served_by(const std::string& version) const;
  /// Load for all tenants until stop_load(); waits until HAProxy is there.
  void start_load(int rate, const std::string& mix = "create=20,get=80");
  /// … beside it, at another component's port, until the site ends.
  void start_load_at(int port, int rate);
  /// So many requests of some tenants in a burst, and their end.
  void send(int requests, const std::vector<std::string>& of = tenants()) const;
  /// The load generator's report.
  json stop_load();

  // ---- neighbours and processes
  /// Somebody else may have the port now on which HAProxy is to serve.
  void release_port() { port_.release(); }
  void stop_neighbour();
  void restart_neighbour();
  /// Instances of document-domain of that version.
  [[nodiscard]] std::vector<RunningProcess> instances(const std::string& version) const;
  [[nodiscard]] std::vector<RunningProcess> haproxies() const;
  [[nodiscard]] const SiteFile& file() const { return file_; }

 private:
  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& words) const;
  void look_around();
  void answer(const json& view);
  [[nodiscard]] static std::string asked(int port, const std::string& tenant);
  [[nodiscard]] std::vector<std::string> load_command(const std::vector<std::string>& of,
                                                      int rate) const;
  void report_failure() const;

  examples::testing::TemporaryFolder folder_;
  HeldPort port_;  ///< where HAProxy serves
  SiteFile file_;
  std::string release_;
  std::vector<std::unique_ptr<examples::testing::ChildProcess>> neighbours_;
  std::unique_ptr<Program> run_;
  std::unique_ptr<Program> load_;
  std::vector<std::unique_ptr<Program>> others_;
  mutable std::string answers_;  ///< what people's commands said when they failed
  bool attended_ = false;
  std::string left_alone_;
  std::function<void(const json&)> more_;
  std::chrono::steady_clock::time_point looked_at_;
  int started_ = 0;
};

}  // namespace stellwerk::e2e

#include "chaos/trial.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <sstream>

#include "chaos/checks.h"
#include "e2e/journal_check.h"

namespace stellwerk::chaos {
namespace {

using e2e::json;
using namespace std::chrono_literals;

constexpr int kLoad = 100;  ///< requests a second
constexpr auto kPatience = 120s;

/// Steps that count how often they are carried out: one that must not be repeated in preparation,
/// one in the post-check, and one that may.
constexpr const char* kCountedSteps = R"(checks:
  - {name: send, phase: preparation, kind: command, run: [sh, -c, "echo . >> sent-before"]}
  - {name: send-again, phase: post-check, kind: command, run: [sh, -c, "echo . >> sent-after"]}
  - {name: look, phase: pre-check, kind: command, repeatable: true, run: [sh, -c, "echo . >> looked"]}
)";

e2e::ReleaseFile release_of(const TrialSettings& settings) {
  e2e::ReleaseFile release;
  release.guard = {{"lease", settings.lease}};
  release.more = kCountedSteps;
  if (settings.story != Story::Good) release.waves = e2e::kLongWaves;
  if (settings.story == Story::Bad) release.faults = {"errors:20%"};
  return release;
}

/// A line of the saboteur's: what, microseconds, and the rest.
void take_line(const std::string& line, Report& report) {
  std::istringstream words(line);
  std::string what;
  std::int64_t us = 0;
  if (!(words >> what >> us)) return;
  if (what == "renewed") report.renewed_us = us;
  if (what == "died") report.died_us = us;
  if (what == "stopped") report.stopped_us = us;
  if (what == "died" || what == "stopped") std::getline(words >> std::ws, report.where);
}

}  // namespace

Trial::Trial(TrialSettings settings) : settings_(std::move(settings)) {
  site_.plan(release_of(settings_));
  site_.attend();
  site_.also([this](const json& view) { attend(view); });
}

Trial::~Trial() = default;

// ---- the person

void Trial::attend(const json& view) {
  if (!load_runs_ && !site_.served("ahrens").empty()) {
    site_.start_load(kLoad);
    load_runs_ = true;
  }
  if (view.value("ended", true) || view.contains("rollback")) return;
  const json paused = view.value("paused", json::object());
  const std::string cause = paused.value("cause", "");
  const bool well = view.value("verdict", json::object()).value("action", "") == "continue";
  if (cause == "lease-expired" || (cause == "guard" && well && settings_.story == Story::Good))
    if (site_.stellwerk({"release", "resume", "rel-1"}).exit_code == 0) ++resumed_;
  if (settings_.story != Story::Recalled || recalled_ || view.value("stage", "") != "holding")
    return;
  recalled_ =
      site_.stellwerk({"release", "rollback", "rel-1", "--reason", "recalled"}).exit_code == 0;
}

// ---- starting, dying

Report Trial::report() const {
  Report report;
  std::istringstream lines(e2e::text_of(site_.folder() / fmt::format("saboteur-{}.out", starts_)));
  for (std::string line; std::getline(lines, line);) take_line(line, report);
  return report;
}

bool Trial::is_written(const std::string& type) const {
  return std::any_of(seen_.begin(), seen_.end(),
                     [&](const ports::StoredEntry& entry) { return entry.type == type; });
}

void Trial::start(const Moment* moment) {
  ++starts_;
  Moment own = moment == nullptr ? Moment{} : *moment;
  // Whoever waits for an entry that is there already waits for nothing: it counts from the start.
  if (is_written(own.after)) own.after.clear();
  const std::vector<std::string> sabotaged = {
      "/usr/bin/env", fmt::format("LD_PRELOAD={}", SABOTEUR_LIBRARY),
      // The saboteur comes before the sanitizer's library where there is one.
      "ASAN_OPTIONS=verify_asan_link_order=0",
      fmt::format("STELLWERK_CHAOS_MOMENT={}", moment == nullptr ? "///" : own.text()),
      fmt::format("STELLWERK_CHAOS_REPORT={}",
                  (site_.folder() / fmt::format("saboteur-{}.out", starts_)).string())};
  // The same command goes on as --resume does, when there is something to go on with.
  const bool resumes = !seen_.empty() && starts_ % 2 == 0;
  site_.run(resumes ? std::vector<std::string>{"--resume"} : std::vector<std::string>{}, sabotaged);
}

int Trial::wait_for_its_end() {
  const int code = site_.exit_code(kPatience);
  if (code == 2) {
    // The end of the release came before that of the process: nothing is left to be carried out.
    const std::string said = site_.running().err();
    EXPECT_TRUE(said.find("CLI-0004") != said.npos || said.find("ENG-0024") != said.npos) << said;
    EXPECT_TRUE(has_ended(e2e::entries_of(site_))) << said;
  }
  return code;
}

bool Trial::killed_at(const Moment& moment) {
  const Report before = last_;
  start(&moment);
  const int code = wait_for_its_end();
  last_ = report();
  measure(before);
  if (code != -SIGKILL) {
    exit_code_ = code;
    return false;
  }
  ++moments_;
  EXPECT_TRUE(last_.died_us) << "killed by somebody else";
  std::cout << fmt::format("  killed at {:<55} {}\n", moment.text(), last_.where);
  look_at_the_dead();
  if (settings_.meanwhile) settings_.meanwhile(site_);
  return true;
}

void Trial::stopped_at(const Moment& moment) {
  Moment stop = moment;
  stop.how = "stop";
  start(&stop);
  site_.wait_for("Stellwerk to stand still", [this] { return report().stopped_us.has_value(); });
  last_ = report();
  std::cout << fmt::format("  stopped at {:<54} {}\n", stop.text(), last_.where);
  site_.leave();  // nobody asks one that cannot answer
  if (settings_.meanwhile) settings_.meanwhile(site_);
  site_.running().signal(SIGCONT);
  site_.attend();
  stands_ = true;
  ++moments_;
}

void Trial::measure(const Report& before) {
  if (!settings_.meanwhile && before.died_us && last_.renewed_us && holds_lease(seen_))
    rearmed_us_.push_back(*last_.renewed_us - *before.died_us);
}

// ---- looking

void Trial::look_at_the_dead() {
  std::vector<ports::StoredEntry> now = e2e::entries_of(site_);
  expect_continues(seen_, now);
  seen_ = std::move(now);
  if (!seen_.empty()) e2e::expect_journal_verifies(site_);
  expect_told_is_written(site_, seen_);
  if (!settings_.meanwhile && load_runs_) expect_routes(site_, seen_);
  look_at_instances();
}

/// What runs is taken over: it stays the process that it was.
void Trial::look_at_instances() {
  for (const std::string version : {"1.2.0", "1.3.0"}) {
    const auto now = site_.instances(version);
    EXPECT_LE(now.size(), 1U) << version;
    if (now.empty()) continue;
    const auto [first, is_new] = instances_.try_emplace(version, now.front().pid);
    if (is_new || settings_.meanwhile) continue;
    EXPECT_EQ(now.front().pid, first->second) << version;
  }
}

bool Trial::lease_was_lost() const { return is_written("scheduler.lease.expired"); }

void Trial::finish() {
  const Report before = last_;
  if (exit_code_ < 0) {
    if (!stands_) start(nullptr);
    exit_code_ = wait_for_its_end();
    last_ = report();
    measure(before);
  }
  look_at_the_end();
}

void Trial::look_at_the_end() {
  std::vector<ports::StoredEntry> now = e2e::entries_of(site_);
  expect_continues(seen_, now);
  seen_ = std::move(now);
  Story story = settings_.story;
  if (settings_.may_go_back && is_written("audit.rollback.logged")) story = Story::Recalled;
  // 2: killed after its end, it had nothing to go on with (wait_for_its_end).
  if (exit_code_ != 2) {
    EXPECT_EQ(exit_code_, story == Story::Good ? 0 : 10);
  }
  expect_end(site_, seen_, story);
  look_at_instances();
  const json load = site_.stop_load();
  if (!settings_.meanwhile && !lease_was_lost()) expect_clients_served(load, story);
}

}  // namespace stellwerk::chaos

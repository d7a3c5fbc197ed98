#include "chaos/checks.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "e2e/journal_check.h"

namespace stellwerk::chaos {
namespace {

namespace fs = std::filesystem;
using e2e::json;
using e2e::Site;
using Names = std::vector<std::string>;

const std::string kOld = "1.2.0";
const std::string kNew = "1.3.0";

json data_of(const ports::StoredEntry& entry) {
  return json::parse(entry.bytes).value("data", json::object());
}

bool is_public(const std::string& type) { return !type.starts_with("stellwerk."); }

// ---- where traffic is

/// The versions that may serve a tenant.
using Allowed = std::set<std::string>;

class Traffic {
 public:
  void take(const ports::StoredEntry& entry) {
    const std::string& type = entry.type;
    if (type == "stellwerk.traffic.intended") return intend(data_of(entry).at("wave").get<int>());
    if (type.starts_with("scheduler.release.wave")) {
      for (const std::string& tenant : changing_) tenants_[tenant] = {kNew};
      changing_.clear();
    }
    if (type == "notification.rollback.initiated") may_go_back();
    if (type == "notification.rollback.executed") tenants_.clear();
    if (type == "scheduler.lease.expired") may_go_back();
  }
  [[nodiscard]] Allowed of(const std::string& tenant) const {
    const auto found = tenants_.find(tenant);
    return found == tenants_.end() ? Allowed{kOld} : found->second;
  }

 private:
  /// Wave 1 is pilot-1, wave 2 is everyone (files.h).
  void intend(int wave) {
    changing_ = wave == 1 ? Names{"pilot-1"} : e2e::tenants();
    for (const std::string& tenant : changing_) tenants_.insert({tenant, {kOld, kNew}});
  }
  void may_go_back() {
    for (auto& [tenant, allowed] : tenants_) allowed.insert(kOld);
  }

  std::map<std::string, Allowed> tenants_;
  Names changing_;
};

bool emergency_is_open(const Site& site) {
  std::ifstream file(site.data() / "emergency.log", std::ios::binary);
  const int first = file.get();
  return first > 0;
}

// ---- what was told

struct Line {
  std::uint64_t index = 0;
  std::string bytes;  ///< of the entry in it
};

std::vector<Line> lines_told(const Site& site) {
  std::vector<Line> all;
  std::istringstream lines(e2e::text_of(site.folder() / "events.ndjson"));
  for (std::string line; std::getline(lines, line);) {
    if (lines.eof()) break;  // torn: it has no end, and is nobody's event yet
    const json event = json::parse(line, nullptr, false);
    EXPECT_TRUE(event.is_object()) << line;
    if (!event.is_object()) continue;
    constexpr std::string_view kData = "\"data\":";
    const auto data = line.find(kData);
    all.push_back({event.at("index"),
                   line.substr(data + kData.size(), line.size() - data - kData.size() - 1)});
  }
  return all;
}

void expect_all_told(const Site& site, const Entries& entries) {
  std::vector<std::uint64_t> wanted;
  for (const ports::StoredEntry& entry : entries)
    if (is_public(entry.type)) wanted.push_back(entry.index);
  std::vector<std::uint64_t> told;
  for (const Line& line : lines_told(site)) told.push_back(line.index);
  EXPECT_EQ(told, wanted) << "a subscriber is told everything, in order, once";
}

/// One message for each id, and as many of each kind as the journal has entries that ask for one.
void expect_notices(const Site& site, const Entries& entries) {
  std::map<std::string, int> by_id;
  std::map<std::string, int> by_event;
  std::error_code none;
  for (const auto& file : fs::directory_iterator(site.folder() / "notices", none)) {
    if (file.path().extension() != ".txt") continue;
    std::istringstream lines(e2e::text_of(file.path()));
    for (std::string line; std::getline(lines, line) && !line.empty();) {
      if (line.starts_with("Message-ID: ")) ++by_id[line];
      if (line.starts_with("X-Stellwerk-Event: notification.")) ++by_event[line.substr(19)];
    }
  }
  for (const auto& [id, times] : by_id) EXPECT_EQ(times, 1) << id;
  std::map<std::string, int> wanted;
  for (const ports::StoredEntry& entry : entries)
    if (entry.type.starts_with("notification.")) ++wanted[entry.type];
  EXPECT_EQ(by_event, wanted);
}

// ---- the journal

Names milestones(const Entries& entries) {
  static const std::vector<std::string> kInBetween = {
      "audit.step.",      "audit.approval.",          "audit.checkpoint.",
      "audit.journal.",   "analytics.verdict.",       "scheduler.clock.",
      "scheduler.lease.", "scheduler.routes.",        "scheduler.capacity.",
      "stellwerk.",       "scheduler.release.paused", "scheduler.release.resumed"};
  Names kept;
  for (const ports::StoredEntry& entry : entries)
    if (std::none_of(kInBetween.begin(), kInBetween.end(),
                     [&](const std::string& prefix) { return entry.type.starts_with(prefix); }))
      kept.push_back(entry.type);
  return kept;
}

/// A wave that starts anew after its lease ran out is told again; nothing else is.
Names without_repeated_waves(const Names& all) {
  Names kept;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool again = all[i].starts_with("scheduler.release.wave") &&
                       std::find(kept.begin(), kept.end(), all[i]) != kept.end();
    if (again && i + 1 < all.size() && all[i + 1] == "notification.release.progress") ++i;
    if (!again) kept.push_back(all[i]);
  }
  return kept;
}

/// Of an undisturbed run; a rollback may begin after any of its waves.
Names expected_milestones(Story story, bool second_wave) {
  Names all = {"audit.release.planned",
               "scheduler.release.planned",
               "notification.maintenance.scheduled",
               "audit.precheck.completed",
               "scheduler.release.started",
               "notification.release.started",
               "scheduler.release.deployed",
               "scheduler.release.wave1",
               "notification.release.progress"};
  const Names second = {"scheduler.release.wave2", "notification.release.progress"};
  const Names good = {"scheduler.release.completed", "analytics.release.metrics",
                      "audit.release.completed",     "notification.release.successful",
                      "scheduler.traffic.settled",   "scheduler.version.retired",
                      "audit.release.logged"};
  const Names back = {"notification.rollback.initiated",
                      "notification.rollback.executed",
                      "scheduler.version.retired",
                      "scheduler.release.rolledback",
                      "notification.rollback.completed",
                      "audit.release.rolledback",
                      "audit.rollback.logged"};
  if (second_wave) all.insert(all.end(), second.begin(), second.end());
  const Names& rest = story == Story::Good ? good : back;
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

bool has(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void expect_milestones(const Entries& entries, Story story) {
  Names told = without_repeated_waves(milestones(entries));
  const bool good = story == Story::Good;
  // The guard may roll back in the post-check, too.
  if (!good) std::erase(told, "scheduler.release.completed");
  EXPECT_EQ(told, expected_milestones(story, good || has(told, "scheduler.release.wave2")));
}

/// Every answer is of an effect that was asked for before, and none is answered twice.
void expect_effects_answered_once(const Entries& entries) {
  std::map<std::string, std::string> classes;
  std::set<std::string> answered;
  for (const ports::StoredEntry& entry : entries) {
    const json whole = json::parse(entry.bytes);
    for (const json& effect : whole.value("effects", json::array())) {
      const std::string key = effect.at("key");
      const bool is_new = classes.try_emplace(key, effect.at("class").get<std::string>()).second;
      EXPECT_TRUE(is_new || classes[key] != "once") << key << " is asked for twice";
    }
    if (entry.type != "stellwerk.effect.finished") continue;
    const std::string key = data_of(entry).at("key");
    EXPECT_TRUE(classes.contains(key)) << key << " was never asked for";
    EXPECT_TRUE(answered.insert(key).second) << key << " is answered twice";
  }
}

// ---- processes and counted steps

std::size_t lines_of(const Site& site, const std::string& file) {
  const std::string text = e2e::text_of(site.folder() / file);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// True when the step was found undecided: killed before or after its command.
bool was_undecided(const Entries& entries, const std::string& step) {
  return std::any_of(entries.begin(), entries.end(), [&](const ports::StoredEntry& entry) {
    if (entry.type != "audit.step.failed") return false;
    const json data = data_of(entry);
    return data.at("step") == step && data.value("outcome_unknown", false);
  });
}

void expect_once(const Site& site, const Entries& entries, const std::string& step,
                 const std::string& file) {
  const std::size_t times = lines_of(site, file);
  EXPECT_LE(times, 1U) << step;
  if (!was_undecided(entries, step)) {
    EXPECT_EQ(times, 1U) << step;
  }
}

void expect_processes(Site& site, const std::string& version, const std::string& gone) {
  EXPECT_EQ(site.instances(version).size(), 1U) << "instances of " << version;
  EXPECT_EQ(site.instances(gone).size(), 0U) << "instances of " << gone;
  // Old workers of HAProxy go when their last connection has.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (site.haproxies().size() != 2 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(site.haproxies().size(), 2U) << "a master and a worker of HAProxy";
}

void expect_no_trouble_of_memory(const Site& site) {
  for (const auto& file : fs::directory_iterator(site.folder())) {
    if (file.path().extension() != ".err") continue;
    const std::string text = e2e::text_of(file.path());
    EXPECT_EQ(text.find("Sanitizer"), text.npos) << text;
    EXPECT_EQ(text.find("runtime error"), text.npos) << text;
  }
}

}  // namespace

bool has_ended(const Entries& entries) {
  return std::any_of(entries.begin(), entries.end(), [](const ports::StoredEntry& entry) {
    return entry.type == "audit.release.logged" || entry.type == "audit.rollback.logged";
  });
}

bool holds_lease(const Entries& entries) {
  bool holds = false;
  for (const ports::StoredEntry& entry : entries) {
    if (entry.type.starts_with("scheduler.release.wave")) holds = true;
    if (entry.type == "scheduler.lease.expired" || entry.type == "scheduler.traffic.settled" ||
        entry.type == "notification.rollback.initiated")
      holds = false;
  }
  return holds;
}

void expect_continues(const Entries& before, const Entries& now) {
  ASSERT_LE(before.size(), now.size()) << "entries are gone";
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].bytes, now[i].bytes);
  for (std::size_t i = 0; i < now.size(); ++i) EXPECT_EQ(now[i].index, i);
}

void expect_told_is_written(const Site& site, const Entries& entries) {
  for (const Line& line : lines_told(site)) {
    ASSERT_LT(line.index, entries.size()) << "told and not written: " << line.bytes;
    EXPECT_EQ(line.bytes, entries[line.index].bytes);
  }
}

void expect_routes(const Site& site, const Entries& entries) {
  Traffic traffic;
  for (const ports::StoredEntry& entry : entries) traffic.take(entry);
  const bool emergency = emergency_is_open(site);
  for (const std::string& tenant : e2e::tenants()) {
    Allowed allowed = traffic.of(tenant);
    if (emergency) allowed.insert(kOld);
    const std::string version = site.served(tenant);
    EXPECT_TRUE(allowed.contains(version)) << tenant << " is served by '" << version << "', not by "
                                           << fmt::format("{}", fmt::join(allowed, " or "));
  }
}

void expect_end(Site& site, const Entries& entries, Story story) {
  const bool good = story == Story::Good;
  ASSERT_TRUE(has_ended(entries));
  e2e::expect_journal_verifies(site);
  e2e::expect_covered_by_checkpoint(site, good ? "audit.release.logged" : "audit.rollback.logged");
  expect_milestones(entries, story);
  expect_effects_answered_once(entries);
  expect_told_is_written(site, entries);
  expect_all_told(site, entries);
  expect_notices(site, entries);
  expect_once(site, entries, "preparation/send", "sent-before");
  if (good) expect_once(site, entries, "post-check/send-again", "sent-after");
  EXPECT_GE(lines_of(site, "looked"), 1U);
  expect_processes(site, good ? kNew : kOld, good ? kOld : kNew);
  EXPECT_TRUE(site.all_served_by(good ? kNew : kOld));
  EXPECT_EQ(site.show().value("stage", ""), good ? "completed" : "rolled-back");
  expect_no_trouble_of_memory(site);
}

void expect_clients_served(const json& load, Story story) {
  ASSERT_TRUE(load.contains("total"));
  EXPECT_EQ(load.at("total").at("failed"), 0) << load.at("total");
  // What the bad version answers with 500 is its own; nothing else is an error.
  if (story != Story::Bad) {
    EXPECT_EQ(load.at("total").at("errors"), 0) << load.at("total");
  }
  for (const auto& [tenant, own] : load.at("tenants").items()) {
    const bool moved = story == Story::Good || tenant == "pilot-1";
    const int flips = !moved ? 0 : story == Story::Good ? 1 : 2;
    EXPECT_LE(own.at("flips"), flips) << tenant << own;
  }
}

}  // namespace stellwerk::chaos

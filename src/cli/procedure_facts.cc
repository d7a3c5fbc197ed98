#include "cli/procedure_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "audit/entry.h"
#include "audit/note_key.h"
#include "base/version.h"
#include "cli/log_files.h"
#include "core/plan.h"
#include "engine/entries.h"
#include "engine/loader.h"

namespace stellwerk::cli {
namespace {

using documents::ProcedureFacts;
using documents::ProcedureRelease;
using documents::ReleaseOutcome;

/// Types of entries that the document tells of; others are not even decoded.
constexpr std::array<std::string_view, 9> kTold = {
    "audit.release.planned",    "audit.approval.granted", "audit.approval.rejected",
    "audit.release.logged",     "audit.rollback.logged",  "scheduler.release.cancelled",
    "scheduler.release.failed", "audit.key.rotated",      "audit.procedure.recorded"};

bool is_told(std::string_view type) {
  return std::find(kTold.begin(), kTold.end(), type) != kTold.end();
}

/// Takes the journal's entries in their order.
class History {
 public:
  History(ProcedureFacts& facts, ports::ContentStore& content) : facts_(facts), content_(content) {}

  base::Result<void> add(const ports::StoredEntry& stored) {
    if (!is_told(stored.type)) return {};
    const auto entry = engine::decode(stored, content_);
    if (!entry)
      return base::fail(
          base::Error(entry.error()).during(fmt::format("reading entry {}", stored.index)));
    if (const auto* planned = std::get_if<core::ReleasePlanned>(&entry->event)) {
      begin(stored.release, *entry, *planned);
    } else if (const auto* key = std::get_if<core::KeyRotated>(&entry->event)) {
      facts_.key_changes.push_back({stored.index, entry->at.wall, key->new_key});
    } else if (const auto* procedure = std::get_if<core::ProcedureRecorded>(&entry->event)) {
      facts_.recorded.push_back({stored.index, entry->at.wall, core::actor_text(entry->by),
                                 procedure->document, procedure->environment, procedure->program});
    } else if (const auto found = places_.find(stored.release); found != places_.end()) {
      go_on(facts_.releases[found->second], *entry);
    }
    return {};
  }

 private:
  void begin(const base::ReleaseId& id, const engine::ReadEntry& entry,
             const core::ReleasePlanned& planned) {
    ProcedureRelease release;
    release.id = id;
    release.type = planned.release_type;
    release.components = planned.components;
    release.begin = entry.at.wall;
    release.plan = planned.plan;
    release.requested.push_back(core::actor_text(entry.by));
    const auto bytes = content_.get(planned.plan);
    const auto plan = bytes ? core::decode_plan(*bytes) : base::fail(bytes.error());
    release.plan_is_there = plan.has_value();
    const bool names_another =
        plan && !plan->requested_by.empty() && plan->requested_by != release.requested.front();
    if (names_another) release.requested.push_back(plan->requested_by);
    places_[id] = facts_.releases.size();
    facts_.releases.push_back(std::move(release));
  }

  static void go_on(ProcedureRelease& release, const engine::ReadEntry& entry) {
    const core::Event& event = entry.event;
    if (const auto* granted = std::get_if<core::ApprovalGranted>(&event))
      release.decisions.push_back(
          {granted->person, granted->role, granted->decision, false, granted->signature});
    else if (const auto* rejected = std::get_if<core::ApprovalRejected>(&event))
      release.decisions.push_back({rejected->person, {}, {}, true, rejected->document.has_value()});
    else if (std::holds_alternative<core::ReleaseLogged>(event))
      end(release, entry, ReleaseOutcome::Completed);
    else if (std::holds_alternative<core::RollbackLogged>(event))
      end(release, entry, ReleaseOutcome::RolledBack);
    else if (std::holds_alternative<core::ReleaseCancelled>(event))
      end(release, entry, ReleaseOutcome::Cancelled);
    else if (std::holds_alternative<core::ReleaseFailed>(event))
      end(release, entry, ReleaseOutcome::Failed);
  }

  static void end(ProcedureRelease& release, const engine::ReadEntry& entry,
                  ReleaseOutcome outcome) {
    release.end = entry.at.wall;
    release.outcome = outcome;
  }

  ProcedureFacts& facts_;
  ports::ContentStore& content_;
  std::map<base::ReleaseId, std::size_t> places_;  ///< in facts_.releases
};

/// All entries that there are now; what is written meanwhile is of the next document.
base::Result<void> read_history(ProcedureFacts& facts, const ProcedureStores& stores) {
  const auto head = stores.journal->head();
  if (!head) return base::fail(head.error());
  History history(facts, *stores.content);
  for (std::uint64_t at = 0; at < head->size;) {
    const auto wanted = std::min<std::uint64_t>(head->size - at, engine::kEntriesAtOnce);
    const auto entries = stores.journal->read(at, static_cast<std::size_t>(wanted));
    if (!entries) return base::fail(entries.error());
    if (entries->empty())
      return base::fail(base::Code::Corruption, "JRN-0003",
                        fmt::format("the journal ends before entry {}", at));
    for (const ports::StoredEntry& entry : *entries)
      if (auto added = history.add(entry); !added) return added;
    at += entries->size();
    if (at < head->size) continue;
    const auto last = audit::decode_entry(entries->back().bytes);
    if (!last) return base::fail(last.error());
    facts.last_entry = last->time;
  }
  facts.entries = head->size;
  return {};
}

base::Result<documents::ProcedureSetting> setting_of(const config::EnvironmentFile& file) {
  documents::ProcedureSetting setting;
  setting.router = file.router.adapter;
  setting.workload = file.workload.adapter;
  for (const config::Section& section : file.notices) setting.notices.push_back(section.adapter);
  for (const config::Section& section : file.events) setting.events.push_back(section.adapter);
  for (const config::WitnessSetting& each : file.audit.witnesses) {
    const auto key = audit::KeyText::parse(each.key);
    if (!key) return base::fail(base::Error(key.error()).during("reading a witness's key"));
    setting.witnesses.push_back({key->name, each.url});
  }
  if (file.audit.timestamps) setting.timestamps = file.audit.timestamps->url;
  const auto keys = LogFiles(file.environment.data_folder + "/log").keys();
  if (!keys) return base::fail(keys.error());
  for (const audit::VerifierKey& key : *keys) setting.keys.push_back(key.to_string());
  return setting;
}

}  // namespace

base::Result<documents::ProcedureFacts> procedure_facts(const config::EnvironmentFile& file,
                                                        const ProcedureStores& stores) {
  ProcedureFacts facts;
  facts.program = fmt::format("stellwerk {}", base::program_version());
  facts.environment_file = file.source;
  facts.environment = file.environment;
  auto setting = setting_of(file);
  if (!setting) return base::fail(std::move(setting.error()));
  facts.setting = std::move(*setting);
  if (stores.journal == nullptr) return facts;
  if (auto read = read_history(facts, stores); !read) return base::fail(std::move(read.error()));
  return facts;
}

}  // namespace stellwerk::cli

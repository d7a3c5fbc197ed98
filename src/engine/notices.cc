#include "engine/notices.h"

#include <fmt/format.h>

#include <array>

#include "audit/entry.h"
#include "base/messages.h"
#include "base/text.h"
#include "core/decide.h"
#include "core/words.h"
#include "engine/cause_text.h"
#include "engine/entries.h"
#include "engine/loader.h"
#include "engine/private_text.h"
#include "engine/view.h"

namespace stellwerk::engine {
namespace {

/// A mail is read by people: the plan has the whole list.
constexpr std::size_t kTenantsListed = 50;
constexpr std::size_t kReasonMax = 1000;

struct NoticeRow {
  std::string_view event;
  std::string_view key;  ///< messages `<key>.subject` and `<key>.body`
};
constexpr std::array kNotices{
    NoticeRow{"notification.maintenance.scheduled", "notice.announced"},
    NoticeRow{"notification.release.started", "notice.started"},
    NoticeRow{"notification.release.progress", "notice.progress"},
    NoticeRow{"notification.release.successful", "notice.successful"},
    NoticeRow{"notification.rollback.initiated", "notice.rollback_initiated"},
    NoticeRow{"notification.rollback.executed", "notice.rollback_executed"},
    NoticeRow{"notification.rollback.completed", "notice.rollback_completed"},
    NoticeRow{"scheduler.release.paused", "notice.paused"},
    NoticeRow{"scheduler.release.resumed", "notice.resumed"},
    NoticeRow{"scheduler.release.cancelled", "notice.cancelled"},
    NoticeRow{"scheduler.release.failed", "notice.failed"},
};

std::string_view key_for(std::string_view type) {
  for (const NoticeRow& row : kNotices)
    if (row.event == type) return row.key;
  return {};
}

std::string components_text(const core::Plan& plan) {
  std::vector<std::string> texts;
  for (const core::PlannedComponent& component : plan.components)
    texts.push_back(fmt::format("{} {} → {}", component.name.str(), component.from.to_string(),
                                component.to.to_string()));
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string text_or(const base::Json& data, const char* key, std::string otherwise) {
  const auto found = data.find(key);
  return found != data.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

/// To the second: `2025-10-15T20:00:00Z`.
std::string time_text(base::WallTime time) {
  constexpr std::size_t kSeconds = 19;
  return base::rfc3339(time).substr(0, kSeconds) + "Z";
}

void add_wave(const core::Plan& plan, const base::Json& data, base::MessageArguments& arguments) {
  const auto said = data.find("wave");
  if (said == data.end() || !said->is_number_unsigned()) return;
  const auto number = said->get<std::uint64_t>();
  if (number == 0 || number > plan.waves.size()) return;
  const core::PlannedWave& wave = plan.wave(static_cast<std::uint32_t>(number));
  std::vector<std::string> tenants;
  for (const base::TenantId& tenant : wave.adds) tenants.push_back(tenant.str());
  if (wave.everyone) tenants.push_back(base::message(plan.locale, "told.everyone"));
  arguments["wave"] = std::to_string(number);
  arguments["tenants"] = base::short_list(tenants, kTenantsListed);
}

/// Why it is paused, goes back or ended: what the entry says, else what the journal said before.
std::string reason_text(const core::Plan& plan, const core::State& state,
                        const audit::Entry& entry) {
  const std::string cause = text_or(entry.data, "cause", "");
  const std::string detail = text_or(entry.data, "detail", "");
  if (entry.type == "scheduler.release.paused")
    return pause_text(plan.locale, cause, detail, &plan);
  if (state.rollback)
    return rollback_text(plan.locale, core::to_string(state.rollback->cause),
                         state.rollback->detail, &plan);
  return ending_text(plan.locale, detail, plan);
}

/// A person's own words, read for this notice; it says so when they were erased.
std::string words_of(const core::State& state, const audit::Entry& entry, base::Locale locale,
                     ports::ContentStore& content) {
  auto digest = base::Digest::parse(text_or(entry.data, "reason", ""));
  if (!digest && state.rollback && state.rollback->reason) digest = *state.rollback->reason;
  if (!digest) return {};
  const auto text = read_text(*digest, content);
  return ": " + (text ? base::printable(*text, kReasonMax) : base::message(locale, "text.erased"));
}

/// What people have to expect of a pause.
std::string outlook_text(const core::Plan& plan, const core::State& state) {
  const auto say = [&](const char* key, const base::MessageArguments& words = {}) {
    return base::message(plan.locale, std::string("told.outlook.") + key, words);
  };
  if (!state.paused) return {};
  if (state.paused->cause == core::PauseCause::Rollback) return say("rollback");
  if (state.paused->cause == core::PauseCause::AskRollback)
    return say("ask", {{"deadline", base::to_string(plan.guard.ask_deadline)}});
  return say(core::guard_armed(state) ? "decide" : "idle");
}

}  // namespace

/// Every argument any notice text may name; texts use what they need.
base::MessageArguments NoticeWriter::arguments_for(const Known& known,
                                                   const audit::Entry& entry) const {
  const core::Plan& plan = *known.plan;
  const core::State& state = known.state;
  std::string by = entry.actor;
  if (state.rollback && !state.rollback->by.empty()) by = state.rollback->by.str();
  if (!known.cancelled_by.empty()) by = known.cancelled_by.str();
  const bool announces = entry.data.contains("t0_us") && state.t0_wall;
  base::MessageArguments arguments{
      {"release", plan.release.str()},
      {"components", components_text(plan)},
      {"time", time_text(announces ? *state.t0_wall : entry.time)},
      {"waves", std::to_string(plan.waves.size())},
      {"wave", std::to_string(state.wave)},
      {"reason", reason_text(plan, state, entry) + words_of(state, entry, plan.locale, content_)},
      {"by", by == core::kSelf ? base::message(plan.locale, "told.self") : by},
      {"plan", state.plan.short_text()},
      {"tenants", {}},
      {"share", base::percent_text(share_on_new_version(plan, state))},
      {"outlook", outlook_text(plan, state)},
  };
  add_wave(plan, entry.data, arguments);
  return arguments;
}

std::optional<ports::PublicEvent> public_event(const ports::StoredEntry& stored) {
  const auto entry = audit::decode_entry(stored.bytes);
  if (!entry) return std::nullopt;
  ports::PublicEvent event;
  event.index = stored.index;
  event.name = stored.type;
  event.release = stored.release;
  event.time = entry->time;
  if (entry->runbook_time) event.runbook_time = base::offset_text(*entry->runbook_time);
  event.data = stored.bytes;
  return event;
}

base::Result<NoticeWriter::Known*> NoticeWriter::known_at(const ports::StoredEntry& entry,
                                                          ports::JournalStore& journal) {
  Known& known = known_[entry.release];
  if (!known.plan) {
    auto plan = load_plan(journal, content_, entry.release);
    if (!plan) return base::fail(std::move(plan.error()));
    known.plan = std::make_shared<const core::Plan>(std::move(*plan));
  }
  // An entry is told again when its batch was not delivered as a whole.
  if (known.folded > entry.index + 1) known = Known{known.plan, {}, 0, {}};
  constexpr std::size_t kAtOnce = 200;
  while (known.folded <= entry.index) {
    auto chunk = journal.read_stream(entry.release, known.state.version, kAtOnce);
    if (!chunk) return base::fail(std::move(chunk.error()));
    for (const ports::StoredEntry& stored : *chunk) {
      if (stored.index > entry.index) return &known;
      auto read = decode(stored, content_);
      if (!read) return base::fail(std::move(read.error()));
      if (std::holds_alternative<core::CancelStarted>(read->event)) known.cancelled_by = read->by;
      if (auto folded = fold(*known.plan, known.state, *read); !folded)
        return base::fail(std::move(folded.error()));
      known.folded = stored.index + 1;
    }
    if (chunk->size() < kAtOnce) break;
  }
  return &known;
}

base::Result<std::optional<ports::Notice>> NoticeWriter::notice_for(
    const ports::StoredEntry& stored, ports::JournalStore& journal) {
  const std::string_view key = key_for(stored.type);
  if (key.empty()) return std::nullopt;
  const auto entry = audit::decode_entry(stored.bytes);
  if (!entry) return base::fail(entry.error());
  const auto known = known_at(stored, journal);
  if (!known) return base::fail(known.error());

  const core::Plan& plan = *(*known)->plan;
  const base::MessageArguments arguments = arguments_for(**known, *entry);
  ports::Notice notice;
  notice.id = fmt::format("{}.{}@{}", stored.release.str(), stored.index, plan.installation.str());
  notice.release = stored.release;
  notice.event = stored.type;
  notice.recipients = plan.stakeholders;
  notice.subject = base::message(plan.locale, fmt::format("{}.subject", key), arguments);
  notice.body = base::message(plan.locale, fmt::format("{}.body", key), arguments);
  notice.time = entry->time;
  return notice;
}

}  // namespace stellwerk::engine

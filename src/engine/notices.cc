#include "engine/notices.h"

#include <fmt/format.h>

#include <array>

#include "audit/entry.h"
#include "base/messages.h"
#include "base/text.h"
#include "core/event.h"
#include "engine/loader.h"
#include "engine/private_text.h"

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

std::string wave_text(const base::Json& data) {
  const auto found = data.find("wave");
  return found != data.end() && found->is_number_integer() ? std::to_string(found->get<int>())
                                                           : "-";
}

void add_wave(const core::Plan& plan, const base::Json& data, base::MessageArguments& arguments) {
  const auto number = data.value("wave", std::uint32_t{0});
  if (number == 0 || number > plan.waves.size()) return;
  const core::PlannedWave& wave = plan.wave(number);
  std::vector<std::string> tenants;
  for (const base::TenantId& tenant : wave.adds) tenants.push_back(tenant.str());
  arguments["tenants"] = base::short_list(tenants, kTenantsListed);
  arguments["share"] = base::percent_text(wave.share_real);
}

/// A person's reason, read for this notice; it says so when it was erased.
std::string reason_text(const base::Json& data, base::Locale locale, ports::ContentStore& content) {
  const auto digest = base::Digest::parse(text_or(data, "reason", ""));
  if (!digest) return {};
  const auto text = read_text(*digest, content);
  return ": " + (text ? base::printable(*text, kReasonMax) : base::message(locale, "text.erased"));
}

/// Every argument any notice text may name; texts use what they need.
base::MessageArguments arguments_for(const core::Plan& plan, const audit::Entry& entry,
                                     ports::ContentStore& content) {
  base::MessageArguments arguments{
      {"release", plan.release.str()},
      {"components", components_text(plan)},
      {"time", base::rfc3339(entry.time)},
      {"waves", std::to_string(plan.waves.size())},
      {"wave", wave_text(entry.data)},
      {"reason", text_or(entry.data, "cause", "-")},
      {"by", entry.actor},
      {"plan", core::digest_of(plan).short_text()},
      {"tenants", "-"},
      {"share", "-"},
  };
  const std::string detail = text_or(entry.data, "detail", "");
  if (!detail.empty()) arguments["reason"] += fmt::format(" ({})", detail);
  arguments["reason"] += reason_text(entry.data, plan.locale, content);
  add_wave(plan, entry.data, arguments);
  if (const auto t0 = entry.data.find("t0_us"); t0 != entry.data.end())
    arguments["time"] = base::rfc3339(base::WallTime{t0->get<std::int64_t>()});
  return arguments;
}

}  // namespace

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

base::Result<std::shared_ptr<const core::Plan>> NoticeWriter::plan_of(
    const base::ReleaseId& release, ports::JournalStore& journal) {
  if (const auto known = plans_.find(release); known != plans_.end()) return known->second;
  auto plan = load_plan(journal, content_, release);
  if (!plan) return base::fail(std::move(plan.error()));
  return plans_[release] = std::make_shared<const core::Plan>(std::move(*plan));
}

base::Result<std::optional<ports::Notice>> NoticeWriter::notice_for(
    const ports::StoredEntry& stored, ports::JournalStore& journal) {
  const std::string_view key = key_for(stored.type);
  if (key.empty()) return std::nullopt;
  const auto entry = audit::decode_entry(stored.bytes);
  if (!entry) return base::fail(entry.error());
  const auto plan = plan_of(stored.release, journal);
  if (!plan) return base::fail(plan.error());

  const base::MessageArguments arguments = arguments_for(**plan, *entry, content_);
  ports::Notice notice;
  notice.id =
      fmt::format("{}.{}@{}", stored.release.str(), stored.index, (*plan)->installation.str());
  notice.release = stored.release;
  notice.event = stored.type;
  notice.recipients = (*plan)->stakeholders;
  notice.subject = base::message((*plan)->locale, fmt::format("{}.subject", key), arguments);
  notice.body = base::message((*plan)->locale, fmt::format("{}.body", key), arguments);
  notice.time = entry->time;
  return notice;
}

}  // namespace stellwerk::engine

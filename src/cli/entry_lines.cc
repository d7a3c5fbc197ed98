#include "cli/entry_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "engine/entries.h"
#include "engine/loader.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kRunbookTimeWidth = 9;
constexpr std::size_t kReleaseIdWidth = 18;
constexpr std::size_t kEntryTypeWidth = 36;

}  // namespace

EntryTeller::Kept& EntryTeller::kept(const base::ReleaseId& release) {
  const auto found = std::find_if(plans_.begin(), plans_.end(),
                                  [&](const Kept& each) { return each.release == release; });
  if (found != plans_.end()) {
    plans_.splice(plans_.begin(), plans_, found);
    return plans_.front();
  }
  Kept anew{release, std::nullopt, std::nullopt};
  if (!release.empty())
    if (auto plan = engine::load_plan(*reader_.journal, *reader_.content, release))
      anew.plan = std::move(*plan);
  plans_.push_front(std::move(anew));
  if (plans_.size() > kPlansKept) plans_.pop_back();
  return plans_.front();
}

EntryTeller::Told EntryTeller::tell(const ports::StoredEntry& stored, const audit::Entry& entry) {
  const auto read = engine::decode(stored, *reader_.content);
  if (!read) return {};
  Kept& release = kept(entry.release);
  if (const auto* anchored = std::get_if<core::ClockAnchored>(&read->event))
    release.anchor = core::ClockAnchor{anchored->wall, anchored->runbook, anchored->speed};
  static const core::Plan no_plan;
  EventAt at{read->event, read->at, read->by, std::nullopt};
  if (entry.runbook_time) at.t0 = read->at.runbook - *entry.runbook_time;
  if (const auto* announced = std::get_if<core::MaintenanceScheduled>(&read->event);
      announced != nullptr && release.anchor)
    at.t0_wall = release.anchor->wall_at(announced->t0);
  at.said = private_text(read->event, *reader_.content, locale_);
  const EventParts parts = event_parts(release.plan ? *release.plan : no_plan, at, locale_);
  return {parts.text, parts.colour};
}

std::string EntryTeller::text(const ports::StoredEntry& stored, const audit::Entry& entry) {
  return tell(stored, entry).text;
}

std::string EntryTeller::line(const ports::StoredEntry& stored, const audit::Entry& entry,
                              bool one_release, bool colour) {
  const Told told = tell(stored, entry);
  const std::string time = base::rfc3339(entry.time);
  std::string line = fmt::format("{:>7}  ", entry.index);
  line +=
      painted(fmt::format("{} {}Z  ", time.substr(0, 10), time.substr(11, 8)), Colour::Dim, colour);
  const std::string offset =
      entry.runbook_time ? base::offset_text(base::whole_seconds(*entry.runbook_time)) : "-";
  line += padded(offset + " ", kRunbookTimeWidth);
  if (!one_release)
    line += padded((entry.release.empty() ? "-" : entry.release.str()) + " ", kReleaseIdWidth);
  const bool by_person =
      entry.actor != "stellwerk" && told.text.find(entry.actor) == std::string::npos;
  std::string text = told.text;
  if (by_person) text += (text.empty() ? "" : " · ") + base::printable(entry.actor, 100);
  if (text.empty()) return line + painted(entry.type, told.colour, colour);
  return line + painted(padded(entry.type + " ", kEntryTypeWidth), told.colour, colour) + text;
}

}  // namespace stellwerk::cli

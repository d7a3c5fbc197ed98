#include "kpi/log_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/archive.h"
#include "kpi/unreadable.h"

namespace stellwerk::kpi {
namespace {

constexpr std::size_t kRowsTold = 12;

/// What came since; a source that is below what it said began anew.
LogCounts grown(const LogCounts& before, const LogCounts& now) {
  if (now.lines < before.lines || now.errors < before.errors || now.warnings < before.warnings ||
      now.unread_bytes < before.unread_bytes)
    return now;
  return {now.lines - before.lines, now.errors - before.errors, now.warnings - before.warnings,
          now.unread_bytes - before.unread_bytes};
}

}  // namespace

LogBook::LogBook(std::vector<GuardedComponent> components)
    : components_(std::move(components)), versions_(components_.size()) {}

LogBook::Version* LogBook::find(const base::ComponentName& component, const base::SemVer& version) {
  for (std::size_t i = 0; i < components_.size(); ++i) {
    if (components_[i].name != component) continue;
    if (components_[i].to == version) return &versions_[i][1];
    if (components_[i].from == version) return &versions_[i][0];
  }
  return nullptr;
}

void LogBook::observe(const MetricBatch& batch) {
  for (const LogSample& sample : batch.logs) take(sample);
  for (const RequestGroup& group : batch.groups)
    if (Version* version = find(group.component, group.version))
      version->requests += group.requests;
}

void LogBook::take(const LogSample& sample) {
  Version* version = find(sample.component, sample.version);
  if (version == nullptr) return;
  const auto known = std::find_if(components_.begin(), components_.end(),
                                  [&](const auto& each) { return each.name == sample.component; });
  Versions& both = versions_[static_cast<std::size_t>(known - components_.begin())];
  const bool is_new = version == &both[1];
  LogCounts more;
  if (version->last) {
    more = grown(*version->last, sample.counts);
  } else if (is_new) {
    // It was deployed for this release; from here both versions are counted over the same time.
    more = sample.counts;
    both[0].counts = {};
    both[0].requests = 0;
  }
  version->last = sample.counts;
  version->counts.add(more);
  version->folder = sample.folder;
  version->at = sample.at;
  Minute& slice = version->slices[sample.at.us / kSliceUs];
  slice.errors += more.errors;
  slice.warnings += more.warnings;
  version->slices.erase(version->slices.begin(),
                        version->slices.lower_bound(sample.at.us / kSliceUs - kSlices));
}

std::vector<LogRow> LogBook::rows(base::MonoTime now) const {
  std::vector<LogRow> rows;
  for (std::size_t i = 0; i < components_.size(); ++i)
    for (const bool is_new : {false, true}) {
      const Version& version = versions_[i][is_new ? 1 : 0];
      if (!version.last) continue;
      const auto& component = components_[i];
      LogRow row{component.name,
                 is_new ? component.to : component.from,
                 is_new,
                 version.counts,
                 version.requests,
                 0,
                 0,
                 version.folder};
      const auto first = version.slices.upper_bound(now.us / kSliceUs - kSlices);
      for (auto slice = first; slice != version.slices.end(); ++slice) {
        row.errors_minute += slice->second.errors;
        row.warnings_minute += slice->second.warnings;
      }
      rows.push_back(std::move(row));
    }
  return rows;
}

std::vector<LogSample> LogBook::latest() const {
  std::vector<LogSample> samples;
  for (std::size_t i = 0; i < components_.size(); ++i)
    for (const bool is_new : {false, true}) {
      const Version& version = versions_[i][is_new ? 1 : 0];
      if (version.last)
        samples.push_back({components_[i].name, is_new ? components_[i].to : components_[i].from,
                           *version.last, version.folder, version.at});
    }
  return samples;
}

base::Json LogBook::save() const {
  base::Json all = base::Json::array();
  for (const Versions& both : versions_)
    for (const Version& version : both) all.push_back(core::JsonWriter::to(version));
  return all;
}

base::Result<LogBook> LogBook::restore(std::vector<GuardedComponent> components,
                                       const base::Json& saved) {
  LogBook book(std::move(components));
  std::vector<Version> versions;
  core::ReadProblem problem;
  core::JsonReader::from(saved, versions, problem);
  if (problem.any()) return unreadable("saved log counts", problem.text);
  if (versions.size() != book.versions_.size() * 2)
    return unreadable("saved log counts", "they are of other components");
  for (std::size_t i = 0; i < versions.size(); ++i)
    book.versions_[i / 2][i % 2] = std::move(versions[i]);
  return book;
}

base::Json to_json(const std::vector<LogRow>& rows) { return core::JsonWriter::to(rows); }

std::string log_line(const std::vector<LogRow>& rows) {
  std::string text;
  for (const LogRow& row : rows) {
    if (&row - rows.data() == kRowsTold) return text + "; …";
    text += fmt::format("{}{} {}: {} ERROR, {} WARN, {} lines, {} requests",
                        text.empty() ? "" : "; ", row.component.str(), row.version.to_string(),
                        row.counts.errors, row.counts.warnings, row.counts.lines, row.requests);
  }
  return text;
}

}  // namespace stellwerk::kpi

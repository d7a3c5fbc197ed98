#include "adapters/process/process_logs.h"

#include <fmt/format.h>

namespace stellwerk::adapters::process {
namespace {

std::string key_of(const ports::VersionRef& version) {
  return fmt::format("{}/{}", version.component.str(), version.version.to_string());
}

}  // namespace

base::Result<void> ProcessLogs::watch(std::vector<ports::MetricTarget> targets) {
  const std::lock_guard lock(mutex_);
  watched_.clear();
  fresh_.clear();
  for (const auto& target : targets) {
    const auto key = key_of(target.version);
    watched_.insert(key);
    if (latest_.contains(key)) fresh_.insert(key);
  }
  return {};
}

kpi::MetricBatch ProcessLogs::poll() {
  const std::lock_guard lock(mutex_);
  kpi::MetricBatch batch;
  for (const auto& key : fresh_) batch.logs.push_back(latest_.at(key));
  fresh_.clear();
  return batch;
}

void ProcessLogs::on_data(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void ProcessLogs::counted(const ports::VersionRef& version, const kpi::LogCounts& counts) {
  const auto key = key_of(version);
  std::function<void()> tell;
  {
    const std::lock_guard lock(mutex_);
    const auto [at, is_new] = latest_.try_emplace(key);
    auto& sample = at->second;
    if (!is_new && sample.counts == counts) return;
    sample = {version.component, version.version, counts, store_.folder_of(version), clock_.mono()};
    if (!watched_.contains(key)) return;
    fresh_.insert(key);
    tell = wake_;
  }
  if (tell) tell();
}

}  // namespace stellwerk::adapters::process

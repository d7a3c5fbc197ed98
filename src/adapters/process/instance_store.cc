#include "adapters/process/instance_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "adapters/process/records.h"
#include "base/files.h"

namespace stellwerk::adapters::process {
namespace {

namespace fs = std::filesystem;
using base::Result;

constexpr std::size_t kRecordBytesMax = std::size_t{1} << 20;
constexpr std::string_view kCounts = ".counts";

/// The JSON value in a file, if it holds one.
std::optional<base::Json> read_record(const std::string& path) {
  const auto bytes = base::read_file(path, kRecordBytesMax);
  if (!bytes) return std::nullopt;
  if (auto value = base::parse_json(*bytes)) return *value;
  return std::nullopt;
}

/// For a person to look at.
void move_aside(const std::string& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) fs::rename(path, path + ".unreadable", ignored);
}

/// Bytes that are no UTF-8 (an argument may hold any) must not throw; they are replaced.
std::string text_of(const base::Json& value) {
  return value.dump(1, ' ', false, base::Json::error_handler_t::replace) + "\n";
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
       at.increment(problem))
    if (std::error_code ignored; at->is_directory(ignored)) found.push_back(at->path());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

std::string instance_id(const ports::VersionRef& version, std::uint32_t number) {
  return fmt::format("{}-{}-{}", version.component.str(), version.version.to_string(), number);
}

std::string InstanceStore::folder_of(const ports::VersionRef& version) const {
  return fmt::format("{}/{}/{}", folder_, version.component.str(), version.version.to_string());
}

std::string InstanceStore::instance_path(const ports::VersionRef& version,
                                         std::uint32_t number) const {
  return fmt::format("{}/{}.json", folder_of(version), instance_id(version, number));
}

std::string InstanceStore::log_path(const ports::VersionRef& version, std::uint32_t number) const {
  return fmt::format("{}/{}.log", folder_of(version), instance_id(version, number));
}

std::string InstanceStore::counts_path(const ports::VersionRef& version,
                                       std::uint32_t number) const {
  return fmt::format("{}/{}{}", folder_of(version), instance_id(version, number), kCounts);
}

Result<std::vector<WorkloadRecord>> InstanceStore::load() const {
  if (auto made = base::make_folders(folder_); !made) return base::fail(made.error());
  std::vector<WorkloadRecord> records;
  for (const auto& component : folders_in(folder_))
    for (const auto& version : folders_in(component)) {
      const auto path = (version / "workload.json").string();
      const auto value = read_record(path);
      auto record = value ? workload_from_json(*value) : std::nullopt;
      // The record must name the folder it lies in, or a copied folder would be run twice.
      if (record && folder_of(record->version) == version.string())
        records.push_back(std::move(*record));
      else
        move_aside(path);
    }
  return records;
}

std::optional<InstanceRecord> InstanceStore::load_instance(const ports::VersionRef& version,
                                                           std::uint32_t number) const {
  const auto path = instance_path(version, number);
  const auto value = read_record(path);
  auto record = value ? instance_from_json(*value) : std::nullopt;
  if (record && record->number == number) return record;
  move_aside(path);
  return std::nullopt;
}

Result<void> InstanceStore::save(const WorkloadRecord& record) const {
  const auto folder = folder_of(record.version);
  if (auto made = base::make_folders(folder); !made) return made;
  return base::replace_file(folder + "/workload.json", text_of(to_json(record)));
}

Result<void> InstanceStore::save(const ports::VersionRef& version,
                                 const InstanceRecord& record) const {
  return base::replace_file(instance_path(version, record.number), text_of(to_json(record)));
}

void InstanceStore::forget(const ports::VersionRef& version, std::uint32_t number) const {
  ::unlink(instance_path(version, number).c_str());
}

void InstanceStore::forget(const ports::VersionRef& version) const {
  // First, since a version without a record is not looked at again: counting begins anew with it.
  std::error_code problem;
  for (fs::directory_iterator at(folder_of(version), problem), end; !problem && at != end;
       at.increment(problem))
    if (at->path().extension() == kCounts) ::unlink(at->path().c_str());
  ::unlink((folder_of(version) + "/workload.json").c_str());
}

}  // namespace stellwerk::adapters::process

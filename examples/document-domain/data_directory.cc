#include "document-domain/data_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

namespace document_domain {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTenantsMax = 10'000;
constexpr std::size_t kWritesBetweenTrims = 256;
constexpr std::uintmax_t kFileBytesMax = std::uintmax_t{16} << 20;

/// Writes beside the target and renames, so that nobody reads half a file.
bool replace_file(const fs::path& target, std::string_view content) {
  const fs::path beside = target.parent_path() / fmt::format(".tmp-{}", random_uuid());
  std::error_code problem;
  {
    std::ofstream file(beside, std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.flush();
    if (!file) problem = std::make_error_code(std::errc::io_error);
  }
  if (!problem) fs::rename(beside, target, problem);
  if (!problem) return true;
  std::error_code ignored;
  fs::remove(beside, ignored);
  return false;
}

struct Aged {
  fs::file_time_type time;
  fs::path path;
};

/// The tenant's documents; half-written files older than a minute are removed in passing.
std::vector<Aged> list_documents(const fs::path& folder) {
  std::vector<Aged> documents;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
       at.increment(problem)) {
    std::error_code gone;  // another instance may trim at the same time
    const auto time = fs::last_write_time(at->path(), gone);
    if (gone) continue;
    if (at->path().filename().string().starts_with(".tmp-")) {
      if (fs::file_time_type::clock::now() - time > std::chrono::minutes(1))
        fs::remove(at->path(), gone);
    } else if (at->path().extension() == ".json") {
      documents.push_back({time, at->path()});
    }
  }
  return documents;
}

}  // namespace

DataDirectory::DataDirectory(fs::path root, std::size_t documents_per_tenant_max)
    : root_(std::move(root)), documents_per_tenant_max_(documents_per_tenant_max) {}

examples::Parsed<std::unique_ptr<DataDirectory>> DataDirectory::open(
    const fs::path& root, std::size_t documents_per_tenant_max) {
  std::error_code problem;
  fs::create_directories(root, problem);
  const fs::path probe = root / fmt::format(".probe-{}", random_uuid());
  if (problem || !replace_file(probe, "probe"))
    return examples::usage_error(
        {fmt::format("--data {} cannot be used", root.string()),
         problem ? problem.message() : "a file written there could not be kept",
         "name a folder that this user may write to, on a disk that is not full"});
  fs::remove(probe, problem);
  std::unique_ptr<DataDirectory> directory(new DataDirectory(root, documents_per_tenant_max));
  for (fs::directory_iterator at(root, problem), end; !problem && at != end; at.increment(problem))
    if (at->is_directory(problem)) ++directory->tenants_;
  return directory;
}

fs::path DataDirectory::file_of(const DocumentKey& key, std::string_view extension) const {
  return root_ / key.tenant / fmt::format("{}.{}", key.id, extension);
}

Outcome<void> DataDirectory::make_tenant_folder(const std::string& tenant) {
  std::error_code problem;
  if (fs::is_directory(root_ / tenant, problem)) return {};
  if (tenants_.load() >= kTenantsMax)
    return refuse(503, fmt::format("the data folder already has {} tenants", kTenantsMax));
  if (fs::create_directory(root_ / tenant, problem)) ++tenants_;
  if (problem) return refuse(503, "the data folder refused a new tenant: " + problem.message());
  return {};
}

Outcome<void> DataDirectory::write(const DocumentKey& key, std::string_view extension,
                                   std::string_view content) {
  if (const auto made = make_tenant_folder(key.tenant); !made) return made;
  if (!replace_file(file_of(key, extension), content))
    return refuse(503, "the document could not be written to the data folder");
  if (writes_.fetch_add(1) % kWritesBetweenTrims == kWritesBetweenTrims - 1) trim(key.tenant);
  return {};
}

std::optional<std::string> DataDirectory::read(const DocumentKey& key,
                                               std::string_view extension) const {
  const fs::path path = file_of(key, extension);
  std::error_code problem;
  const std::uintmax_t size = fs::file_size(path, problem);
  if (problem || size > kFileBytesMax) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string content(static_cast<std::size_t>(size), '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (!file) return std::nullopt;
  return content;
}

void DataDirectory::trim(const std::string& tenant) const {
  std::vector<Aged> documents = list_documents(root_ / tenant);
  if (documents.size() <= documents_per_tenant_max_) return;
  std::sort(documents.begin(), documents.end(),
            [](const Aged& a, const Aged& b) { return a.time < b.time; });
  documents.resize(documents.size() - documents_per_tenant_max_);
  for (Aged& document : documents) {
    std::error_code gone;
    fs::remove(document.path, gone);
    fs::remove(document.path.replace_extension(".html"), gone);
  }
}

}  // namespace document_domain

#include "faults/fault_disk.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace stellwerk::faults {
namespace {

FaultDisk* g_active = nullptr;  // the one that system_calls.cc asks

std::string parent_of(const std::string& path) { return std::filesystem::path(path).parent_path(); }

}  // namespace

FaultDisk* FaultDisk::active() { return g_active; }

FaultDisk::FaultDisk(std::string folder, const Image& image) : folder_(std::move(folder)) {
  using Kind = Operation::Kind;
  if (g_active != nullptr) std::abort();
  names_[""] = 0;
  // What is there already counts as durable: it is recorded as made and synced.
  for (const auto& path : image.folders) {
    names_[path] = 0;
    operations_.push_back({.kind = Kind::MakeFolder, .path = path});
    operations_.push_back({.kind = Kind::SyncFolder, .path = parent_of(path)});
  }
  for (const auto& [path, bytes] : image.files) {
    const FileId file = names_[path] = ++last_file_;
    operations_.push_back({.kind = Kind::Create, .file = file, .path = path});
    operations_.push_back({.kind = Kind::Write, .file = file, .bytes = bytes});
    operations_.push_back({.kind = Kind::Sync, .file = file});
    operations_.push_back({.kind = Kind::SyncFolder, .path = parent_of(path)});
  }
  first_ = operations_.size();
  image.write_to(folder_);
  g_active = this;
}

FaultDisk::~FaultDisk() { g_active = nullptr; }

bool FaultDisk::watches(std::string_view path) const {
  return path.starts_with(folder_) &&
         (path.size() == folder_.size() || path[folder_.size()] == '/');
}

std::string FaultDisk::inside(std::string_view path) const {
  if (path.size() <= folder_.size()) return "";
  return std::string(path.substr(folder_.size() + 1));
}

int FaultDisk::begin(CallKind kind, std::string_view name, std::string_view path) {
  return count(kind, std::string(name) + " " + inside(path));
}

int FaultDisk::begin(CallKind kind, std::string_view name, int fd) {
  return count(kind, std::string(name) + " " + files_.at(fd).path);
}

int FaultDisk::count(CallKind kind, std::string text) {
  if (frozen_) return EIO;
  const std::size_t number = calls_.size();
  calls_.push_back(std::move(text));
  kinds_.push_back(kind);
  if (kind == CallKind::Write && next_write_fails_with_ != 0) {
    return std::exchange(next_write_fails_with_, 0);
  }
  if (!fault_) return 0;
  // A lock is no matter of the disk: one that is refused for ever would be waited for for ever.
  const bool fails =
      fault_->lasting ? number >= fault_->call && kind != CallKind::Lock : number == fault_->call;
  if (!fails) return 0;
  halve_ = fault_->partly && kind == CallKind::Write;
  return halve_ ? 0 : fault_->error;
}

std::size_t FaultDisk::allowed(std::size_t size) {
  if (!std::exchange(halve_, false) || size < 2) return size;
  next_write_fails_with_ = fault_->error;
  return size / 2;
}

bool FaultDisk::is_folder(int fd) const {
  const auto found = files_.find(fd);
  return found != files_.end() && found->second.file == 0;
}

void FaultDisk::opened(int fd, const std::string& path, int flags) {
  const std::string name = inside(path);
  const auto known = names_.find(name);
  if (known == names_.end()) {
    names_[name] = ++last_file_;
    operations_.push_back({.kind = Operation::Kind::Create, .file = last_file_, .path = name});
  }
  files_[fd] = {name, names_.at(name)};
  if (known != names_.end() && (flags & O_TRUNC) != 0) resized(fd, 0);
}

void FaultDisk::made_folder(const std::string& path) {
  names_[inside(path)] = 0;
  operations_.push_back({.kind = Operation::Kind::MakeFolder, .path = inside(path)});
}

void FaultDisk::renamed(const std::string& path, const std::string& target) {
  names_[inside(target)] = names_.at(inside(path));
  names_.erase(inside(path));
  operations_.push_back({.kind = Operation::Kind::Rename,
                         .file = names_.at(inside(target)),
                         .path = inside(path),
                         .target = inside(target)});
}

void FaultDisk::removed(const std::string& path) {
  names_.erase(inside(path));
  operations_.push_back({.kind = Operation::Kind::Remove, .path = inside(path)});
}

void FaultDisk::wrote(int fd, std::size_t offset, std::string_view bytes) {
  unsynced_.insert(files_.at(fd).file);
  operations_.push_back({.kind = Operation::Kind::Write,
                         .file = files_.at(fd).file,
                         .offset = offset,
                         .bytes = std::string(bytes)});
}

void FaultDisk::resized(int fd, std::size_t size) {
  unsynced_.insert(files_.at(fd).file);
  operations_.push_back(
      {.kind = Operation::Kind::Resize, .file = files_.at(fd).file, .offset = size});
}

void FaultDisk::synced(int fd, bool failed) {
  if (frozen_) return;
  const auto& file = files_.at(fd);
  if (file.file == 0) {
    // A folder's names stay dirty after a failure: file systems keep them in their own log.
    if (!failed) operations_.push_back({.kind = Operation::Kind::SyncFolder, .path = file.path});
    return;
  }
  operations_.push_back(
      {.kind = failed ? Operation::Kind::SyncFailed : Operation::Kind::Sync, .file = file.file});
  unsynced_.erase(file.file);
}

void FaultDisk::synced_all(bool failed) {
  if (frozen_) return;
  if (!failed) operations_.push_back({.kind = Operation::Kind::SyncAll});
  for (const FileId file : std::exchange(unsynced_, {})) {
    if (!failed) continue;
    operations_.push_back({.kind = Operation::Kind::SyncFailed, .file = file});
    untold_.insert(file);
  }
}

std::string FaultDisk::path_of(int fd) const {
  const std::string& name = files_.at(fd).path;
  return name.empty() ? folder_ : folder_ + "/" + name;
}

}  // namespace stellwerk::faults

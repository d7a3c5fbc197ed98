#include "faults/power_loss.h"

#include <algorithm>
#include <filesystem>

namespace stellwerk::faults {
namespace {

namespace fs = std::filesystem;
using Kind = Operation::Kind;
constexpr std::size_t kSectorBytes = 512;

bool by_chance(PowerLoss::Chance& chance) { return (chance() & 1U) != 0; }

std::string parent_of(const std::string& path) { return fs::path(path).parent_path(); }

}  // namespace

const char* to_string(Survival survival) {
  constexpr const char* kNames[] = {"nothing", "everything", "torn",   "names",
                                    "sizes",   "bytes",      "writes", "sectors"};
  return kNames[static_cast<std::size_t>(survival)];
}

void PowerLoss::change(std::string& bytes, const Operation& operation) {
  if (operation.kind == Kind::Resize) {
    bytes.resize(operation.offset);
    return;
  }
  bytes.resize(std::max(bytes.size(), operation.offset + operation.bytes.size()));
  bytes.replace(operation.offset, operation.bytes.size(), operation.bytes);
}

void PowerLoss::change(Names& names, const Operation& operation) {
  switch (operation.kind) {
    case Kind::Create:
      names[operation.path] = {.is_folder = false, .file = operation.file};
      return;
    case Kind::MakeFolder:
      names[operation.path] = {.is_folder = true};
      return;
    case Kind::Rename:
      names[operation.target] = {.is_folder = false, .file = operation.file};
      names.erase(operation.path);
      return;
    case Kind::Remove:
      names.erase(operation.path);
      return;
    default:
      return;
  }
}

void PowerLoss::apply(const Operation& operation, Chance& chance) {
  switch (operation.kind) {
    case Kind::Create:
    case Kind::MakeFolder:
    case Kind::Rename:
    case Kind::Remove:
      pending_names_.push_back(operation);
      return;
    case Kind::Write:
    case Kind::Resize:
      files_[operation.file].pending.push_back(operation);
      last_written_ = operation.file;
      return;
    case Kind::Sync:
    case Kind::SyncFailed: {
      auto& file = files_[operation.file];
      const bool failed = operation.kind == Kind::SyncFailed;
      const auto survival = !failed             ? Survival::Everything
                            : by_chance(chance) ? Survival::Nothing
                                                : Survival::Sectors;
      file.durable = surviving_bytes(operation.file, survival, chance);
      file.pending.clear();
      return;
    }
    case Kind::SyncFolder:
      std::erase_if(pending_names_, [&](const Operation& pending) {
        if (parent_of(pending.path) != operation.path) return false;
        change(names_, pending);
        return true;
      });
      return;
    case Kind::SyncAll:
      for (auto& [id, file] : files_) {
        file.durable = surviving_bytes(id, Survival::Everything, chance);
        file.pending.clear();
      }
      for (const auto& pending : pending_names_) change(names_, pending);
      pending_names_.clear();
      return;
    case Kind::Mark:
      return;
  }
}

void PowerLoss::survive(std::string& bytes, const Operation& operation, Survival survival,
                        bool is_last, Chance& chance) {
  Operation part = operation;
  switch (survival) {
    case Survival::Nothing:
    case Survival::Names:
      return;
    case Survival::Sizes:
      part.bytes.assign(part.bytes.size(), '\0');
      if (part.kind == Kind::Resize) return change(bytes, part);
      if (part.offset + part.bytes.size() > bytes.size()) {
        bytes.resize(part.offset + part.bytes.size());
      }
      return;
    case Survival::Everything:
    case Survival::Bytes:
      return change(bytes, part);
    case Survival::Torn:
      if (is_last && !part.bytes.empty()) part.bytes.resize(chance() % part.bytes.size());
      return change(bytes, part);
    case Survival::Writes:
      if (by_chance(chance)) change(bytes, part);
      return;
    case Survival::Sectors:
      break;
  }
  if (operation.kind == Kind::Resize) {
    if (by_chance(chance)) change(bytes, operation);
    return;
  }
  for (std::size_t done = 0; done < operation.bytes.size();) {
    const std::size_t at = operation.offset + done;
    const std::size_t size =
        std::min(kSectorBytes - at % kSectorBytes, operation.bytes.size() - done);
    part.offset = at;
    part.bytes = operation.bytes.substr(done, size);
    if (by_chance(chance)) change(bytes, part);
    done += size;
  }
}

std::string PowerLoss::surviving_bytes(FileId id, Survival survival, Chance& chance) const {
  const auto found = files_.find(id);
  if (found == files_.end()) return {};
  const auto& file = found->second;
  std::string bytes = file.durable;
  for (const auto& operation : file.pending) {
    const bool is_last = id == last_written_ && &operation == &file.pending.back();
    survive(bytes, operation, survival, is_last, chance);
  }
  return bytes;
}

PowerLoss::Names PowerLoss::surviving_names(Survival survival, Chance& chance) const {
  Names names = names_;
  for (const auto& operation : pending_names_) {
    switch (survival) {
      case Survival::Nothing:
      case Survival::Bytes:
        break;
      case Survival::Writes:
      case Survival::Sectors:
        if (by_chance(chance)) change(names, operation);
        break;
      default:
        change(names, operation);
    }
  }
  return names;
}

Image PowerLoss::image(Survival survival, Chance& chance) const {
  Image image;
  const auto names = surviving_names(survival, chance);
  for (const auto& [path, name] : names) {
    const std::string parent = parent_of(path);
    // Names are sorted, so a folder that was lost takes along what is in it.
    const bool is_reached =
        parent.empty() || std::ranges::find(image.folders, parent) != image.folders.end();
    if (!is_reached) continue;
    if (name.is_folder) {
      image.folders.push_back(path);
    } else {
      image.files[path] = surviving_bytes(name.file, survival, chance);
    }
  }
  return image;
}

}  // namespace stellwerk::faults

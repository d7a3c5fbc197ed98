// memory_folder.h — a folder of a test's own that is gone afterwards; in memory where that can be
// had, since nothing of it must survive and thousands of disks are made in it.
//
// Start here: MemoryFolder                                     Thread-safety: one thread.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace stellwerk::faults {

class MemoryFolder {
 public:
  MemoryFolder() {
    const std::filesystem::path memory = "/dev/shm";
    const bool is_usable = ::access(memory.c_str(), W_OK) == 0;
    path_ = (is_usable ? memory : std::filesystem::temp_directory_path()) / "stellwerk-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  MemoryFolder(const MemoryFolder&) = delete;
  MemoryFolder& operator=(const MemoryFolder&) = delete;
  ~MemoryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace stellwerk::faults

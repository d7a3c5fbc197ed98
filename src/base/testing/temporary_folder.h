// temporary_folder.h — a folder of a test's own that is gone afterwards. For tests only.
//
// Thread-safety: one thread.                                      Start here: TemporaryFolder
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace stellwerk::base::testing {

class TemporaryFolder {
 public:
  /// @param where  the folder it is made in
  explicit TemporaryFolder(
      const std::filesystem::path& where = std::filesystem::temp_directory_path()) {
    std::string pattern = (where / "stellwerk-XXXXXX").string();
    const char* made = ::mkdtemp(pattern.data());
    if (made == nullptr) std::abort();
    path_ = made;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace stellwerk::base::testing

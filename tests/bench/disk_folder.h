// disk_folder.h — a folder on a real disk that is gone afterwards: /tmp may be in memory.
//
// Start here: DiskFolder. Thread-safety: one thread.
#pragma once

#include <filesystem>

#include "base/testing/temporary_folder.h"

namespace stellwerk::bench {

/// In the working directory.
class DiskFolder : public base::testing::TemporaryFolder {
 public:
  DiskFolder() : TemporaryFolder(std::filesystem::current_path()) {}
};

}  // namespace stellwerk::bench

// operation.h — one change of a disk, as the fault disk recorded it.
//
// Start here: Operation
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace stellwerk::faults {

using FileId = int;  ///< the file itself, whatever its name

struct Operation {
  enum class Kind : std::uint8_t {
    Create,      ///< `path` names the new, empty `file`
    MakeFolder,  ///< `path`
    Rename,      ///< `path` becomes `target`
    Remove,      ///< `path` names nothing any more
    Write,       ///< `bytes` at `offset` of `file`
    Resize,      ///< `file` has `offset` bytes
    Sync,        ///< `file`: everything written to it is on the disk
    SyncFailed,  ///< `file`: what was written is clean in memory, whatever of it is on the disk
    SyncFolder,  ///< the names in `path` are on the disk
    SyncAll,     ///< all that was written so far and all names are on the disk
    Mark,        ///< the test says that promise number `offset` holds from here on
  };
  Kind kind = Kind::Mark;
  FileId file = 0;
  std::string path = {};
  std::string target = {};
  std::size_t offset = 0;
  std::string bytes = {};
};

}  // namespace stellwerk::faults

// image.h — all that a folder holds.
//
// Start here: Image                                            Thread-safety: values; any thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace stellwerk::faults {

struct Image {
  std::map<std::string, std::string> files;
  std::vector<std::string> folders;  ///< parents before children

  /// Tells images apart.
  [[nodiscard]] std::size_t fingerprint() const;
  /// Makes `folder`, which exists, hold this and nothing else.
  void write_to(const std::string& folder) const;
  static Image of(const std::string& folder);
};

}  // namespace stellwerk::faults

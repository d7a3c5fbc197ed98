// document.h — YAML text to nodes, strictly; the only place that knows the YAML library.
//
// Role: what YAML allows and a configuration must not have is refused here: keys twice, anchors,
// aliases, tags, merge keys, several documents, bytes that are no text, endless depth or size.
// Thread-safety: any thread.                                         Start here: parse_document()
#pragma once

#include <cstddef>
#include <string_view>

#include "config/node.h"
#include "config/problem.h"

namespace stellwerk::config {

struct DocumentLimits {
  static constexpr std::size_t kSizeBytesMax = std::size_t{1} << 20;
  static constexpr std::size_t kDepthMax = 32;
  static constexpr std::size_t kNodesMax = 100'000;
  static constexpr std::size_t kKeySizeMax = 200;  ///< bytes
};

/// The root of the one document in `text`; Null when there was nothing or a problem made it
/// useless. Never throws. Every problem found goes to `problems`.
/// @errors CFG-0002: not YAML or not text; CFG-0004: a key twice; CFG-0009: a feature that is
/// refused
Node parse_document(std::string_view text, Problems& problems);

}  // namespace stellwerk::config

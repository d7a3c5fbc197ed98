// encoding.h — numbers and digests as the public formats write them.
//
// Role: for the formats of this folder. Start here: decimal. Thread-safety: any thread.
// Spec: c2sp.org/tlog-checkpoint, c2sp.org/tlog-tiles, c2sp.org/tlog-cosignature
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace stellwerk::audit {

/// ASCII digits without leading zeros or sign, up to 2^64 - 1: one spelling for each number.
std::optional<std::uint64_t> decimal(std::string_view text);

/// The lowest `size_bytes` (1 to 8) bytes of a number, the highest first.
void append_big_endian(std::string& bytes, std::uint64_t value, std::size_t size_bytes);
/// @param bytes  at most 8
std::uint64_t read_big_endian(std::string_view bytes);

/// A digest from its 32 bytes; nothing for another number of bytes.
std::optional<base::Digest> digest_from(std::string_view bytes);
/// A digest from its base64, which has one spelling.
std::optional<base::Digest> digest_from_base64(std::string_view text);

}  // namespace stellwerk::audit

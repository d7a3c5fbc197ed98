// ssh_wire.h — the data types in which SSH keys and signatures are written: byte, uint32, string,
// mpint.
//
// Role: under ssh_key and ssh_signature; nothing else needs it.            Start here: SshReader
// Thread-safety: values; any thread.
// Invariants: a reader keeps its first problem and reads nothing after it, so that callers ask
// once, at the end.                                                 Spec: RFC 4251 §5
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stellwerk::audit {

class SshReader {
 public:
  /// @param origin  the offset of `bytes` in what a person would look into; problems count from it
  explicit SshReader(std::string_view bytes, std::size_t origin = 0)
      : bytes_(bytes), origin_(origin) {}

  std::uint8_t byte(std::string_view what);
  std::uint32_t uint32(std::string_view what);
  std::string_view raw(std::string_view what, std::size_t size);
  /// A view into the bytes; a problem when it says more than `size_max` or than there are.
  std::string_view string(std::string_view what, std::size_t size_max);
  /// A positive number, big-endian without leading zeros; a problem when it is zero, negative, or
  /// written with more bytes than it needs.
  std::string_view positive(std::string_view what, std::size_t size_max);
  /// A problem when something is left.
  void end(std::string_view what);
  /// The caller's own problem with the value that was read last; the first problem stays.
  void refuse(std::string why);
  /// The problem of a reader of bytes within these, if it has one.
  void refuse_as(const SshReader& inner);

  [[nodiscard]] bool ok() const { return problem_.empty(); }
  /// `byte 19: …`, counted from 0; empty when all is well.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// Where the next value begins, from `origin`.
  [[nodiscard]] std::size_t offset() const { return origin_ + next_; }

 private:
  std::string_view take(std::string_view what, std::size_t size);

  std::string_view bytes_;
  std::size_t origin_;
  std::size_t next_ = 0;
  std::size_t last_ = 0;  ///< where the value that was read last begins
  std::string problem_;
};

void append_ssh_uint32(std::string& bytes, std::uint32_t value);
/// At most 4 GiB - 1, which nothing here comes near.
void append_ssh_string(std::string& bytes, std::string_view value);
/// @param magnitude  unsigned, big-endian, any number of leading zeros
void append_ssh_mpint(std::string& bytes, std::string_view magnitude);

}  // namespace stellwerk::audit

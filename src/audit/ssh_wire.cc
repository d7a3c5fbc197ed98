#include "audit/ssh_wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stellwerk::audit {

std::string_view SshReader::take(std::string_view what, std::size_t size) {
  if (!ok()) return {};
  const std::size_t left = bytes_.size() - next_;
  if (size > left) {
    last_ = next_;
    refuse(fmt::format("{} takes {} bytes, {} are left", what, size, left));
    return {};
  }
  last_ = next_;
  next_ += size;
  return bytes_.substr(last_, size);
}

std::string_view SshReader::raw(std::string_view what, std::size_t size) {
  return take(what, size);
}

std::uint8_t SshReader::byte(std::string_view what) {
  const auto bytes = take(what, 1);
  return bytes.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(bytes.front());
}

std::uint32_t SshReader::uint32(std::string_view what) {
  std::uint32_t value = 0;
  for (const char c : take(what, 4)) value = (value << 8) | static_cast<std::uint8_t>(c);
  return value;
}

std::string_view SshReader::string(std::string_view what, std::size_t size_max) {
  const std::size_t begin = next_;
  const std::size_t size = uint32(what);
  if (ok() && size > size_max) {
    refuse(fmt::format("{} takes {} bytes, at most {} are allowed", what, size, size_max));
  }
  const auto value = take(what, size);
  if (ok()) last_ = begin;
  return value;
}

std::string_view SshReader::positive(std::string_view what, std::size_t size_max) {
  auto value = string(what, size_max + 1);
  if (!ok()) return {};
  const auto high = [](char c) { return (static_cast<std::uint8_t>(c) & 0x80U) != 0; };
  if (value.empty()) return refuse(fmt::format("{} is zero", what)), std::string_view{};
  if (high(value.front())) return refuse(fmt::format("{} is negative", what)), std::string_view{};
  if (value.front() == 0) {
    value.remove_prefix(1);
    if (value.empty() || !high(value.front())) {
      return refuse(fmt::format("{} has a leading zero", what)), std::string_view{};
    }
  }
  if (value.size() > size_max) refuse(fmt::format("{} has over {} bytes", what, size_max));
  return value;
}

void SshReader::end(std::string_view what) {
  if (ok() && next_ != bytes_.size()) {
    last_ = next_;
    refuse(fmt::format("{} bytes follow {}", bytes_.size() - next_, what));
  }
}

void SshReader::refuse(std::string why) {
  if (ok()) problem_ = fmt::format("byte {}: {}", origin_ + last_, std::move(why));
}

void SshReader::refuse_as(const SshReader& inner) {
  if (ok()) problem_ = inner.problem_;
}

void append_ssh_uint32(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((value >> shift) & 0xff);
}

void append_ssh_string(std::string& bytes, std::string_view value) {
  append_ssh_uint32(bytes, static_cast<std::uint32_t>(value.size()));
  bytes += value;
}

void append_ssh_mpint(std::string& bytes, std::string_view magnitude) {
  magnitude.remove_prefix(std::min(magnitude.find_first_not_of('\0'), magnitude.size()));
  std::string value;
  if (!magnitude.empty() && (static_cast<std::uint8_t>(magnitude.front()) & 0x80U) != 0) {
    value += '\0';
  }
  append_ssh_string(bytes, value.append(magnitude));
}

}  // namespace stellwerk::audit

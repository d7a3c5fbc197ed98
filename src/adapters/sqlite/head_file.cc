#include "adapters/sqlite/head_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "audit/merkle.h"
#include "base/text.h"

namespace stellwerk::adapters::sqlite {
namespace {

constexpr std::string_view kTitle = "stellwerk-head/1";
constexpr std::size_t kSlotBytes = 512;
/// Each slot in a sector of its own, also on disks with sectors of 4 KiB: a torn write spoils one
/// only.
constexpr off_t kSlotDistance = 4096;

struct Slot {
  std::uint64_t sequence = 0;
  ports::Head head;
};

off_t slot_offset(std::uint64_t sequence) {
  return static_cast<off_t>(sequence % 2) * kSlotDistance;
}

std::string slot_bytes(const Slot& slot) {
  std::string bytes = fmt::format("{}\nsequence {}\nsize {}\nroot {}\n", kTitle, slot.sequence,
                                  slot.head.size, slot.head.root.to_string());
  bytes += fmt::format("check {}\n", base::sha256(bytes).hex());
  bytes.resize(kSlotBytes, '\n');
  return bytes;
}

std::optional<std::uint64_t> number_after(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) return std::nullopt;
  line.remove_prefix(word.size());
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (problem != std::errc{} || end != line.data() + line.size()) return std::nullopt;
  return number;
}

std::optional<Slot> parse_slot(std::string_view bytes) {
  const auto lines = base::split(bytes, '\n');
  if (lines.size() < 5 || lines[0] != kTitle || !lines[3].starts_with("root ")) return std::nullopt;
  const auto sequence = number_after(lines[1], "sequence ");
  const auto size = number_after(lines[2], "size ");
  const auto root = base::Digest::parse(lines[3].substr(5));
  if (!sequence || !size || !root) return std::nullopt;
  const Slot slot{*sequence, {*size, *root}};
  if (slot_bytes(slot) != bytes) return std::nullopt;  // the checksum, and nothing else beside it
  return slot;
}

base::Failure unavailable(const std::filesystem::path& path, std::string why) {
  return fail(base::error(base::Code::Unavailable, "JRN-0002",
                          fmt::format("the head file {} cannot be used", path.native()))
                  .because(std::move(why)));
}

base::Result<Slot> newest_slot(const UniqueFd& file, const std::filesystem::path& path) {
  std::optional<Slot> newest;
  for (std::uint64_t i = 0; i < 2; ++i) {
    const auto bytes = read_at(file, slot_offset(i), kSlotBytes);
    if (!bytes) return unavailable(path, bytes.error());
    const auto slot = parse_slot(*bytes);
    if (slot && slot->sequence % 2 == i && (!newest || slot->sequence > newest->sequence)) {
      newest = slot;
    }
  }
  if (newest) return *newest;
  return fail(base::error(base::Code::Corruption, "JRN-0003",
                          fmt::format("the head file {} is damaged", path.native()))
                  .because("neither of its two slots has a valid checksum")
                  .now("how many entries were acknowledged is not known; nothing was changed")
                  .then("stellwerk explain JRN-0003", "what to keep and what to restore"));
}

std::string first_bytes() {
  const ports::Head empty{0, audit::empty_root()};
  std::string bytes = slot_bytes({0, empty});
  bytes.resize(static_cast<std::size_t>(kSlotDistance), '\n');
  return bytes + slot_bytes({1, empty});
}

}  // namespace

base::Result<std::optional<ports::Head>> HeadFile::read(const std::filesystem::path& path) {
  const auto size = size_of(path);
  if (!size) return unavailable(path, size.error());
  if (!*size) return std::nullopt;
  const auto file = open_file(path, O_RDONLY);
  if (!file) return unavailable(path, file.error());
  const auto slot = newest_slot(*file, path);
  if (!slot) return fail(slot.error());
  return slot->head;
}

base::Result<HeadFile> HeadFile::open(const std::filesystem::path& path) {
  const auto size = size_of(path);
  if (!size) return unavailable(path, size.error());
  if (!*size) {
    if (auto made = replace_file(path, first_bytes()); !made)
      return unavailable(path, made.error());
  }
  auto file = open_file(path, O_RDWR);
  if (!file) return unavailable(path, file.error());
  const auto slot = newest_slot(*file, path);
  if (!slot) return fail(slot.error());
  // The sync of this slot may have failed: it must be on the disk before the other is overwritten.
  auto durable = write_at(*file, slot_bytes(*slot), slot_offset(slot->sequence));
  if (durable) durable = sync_file(*file);
  if (!durable) return unavailable(path, durable.error());
  return HeadFile(std::move(*file), slot->head, slot->sequence);
}

base::Result<void> HeadFile::write(const ports::Head& head) {
  const Slot slot{sequence_ + 1, head};
  auto done = write_at(file_, slot_bytes(slot), slot_offset(slot.sequence));
  if (done) done = sync_file(file_);
  if (!done) {
    return fail(base::error(base::Code::Unavailable, "JRN-0002", "the head file cannot be written")
                    .because(done.error()));
  }
  sequence_ = slot.sequence;
  head_ = head;
  return {};
}

}  // namespace stellwerk::adapters::sqlite

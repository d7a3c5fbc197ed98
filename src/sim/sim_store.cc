#include "sim/sim_store.h"

#include <fmt/format.h>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/tile.h"

namespace stellwerk::sim {
namespace {

base::Failure no_space(const char* id) {
  return base::fail(base::error(base::Code::Unavailable, id, "it cannot be written")
                        .because("No space left on device"));
}

base::Failure unreadable(const char* id) {
  return base::fail(
      base::error(base::Code::Unavailable, id, "it cannot be read").because("Input/output error"));
}

}  // namespace

base::Result<std::vector<ports::Appended>> SimJournal::append(
    const std::vector<ports::AppendRequest>& batches, const ports::Call& call) {
  const Twist twist = interference_.before(Place::Append, &call);
  if (on_append) on_append(batches, twist != Twist::None);
  if (twist == Twist::Refuse || twist == Twist::LoseRequest) return no_space("JRN-0002");
  auto appended = stored_.append(batches, call);
  interference_.after(Place::Append);
  if (twist == Twist::LoseAnswer)
    return base::fail(
        base::error(base::Code::OutcomeUnknown, "JRN-0002", "the journal did not answer"));
  return appended;
}

template <class Read>
auto SimJournal::reading(const Read& read) -> decltype(read()) {
  if (interference_.before(Place::ReadJournal) != Twist::None) return unreadable("JRN-0002");
  return read();
}

base::Result<ports::Head> SimJournal::head() {
  return reading([&] { return stored_.head(); });
}

base::Result<std::vector<ports::StoredEntry>> SimJournal::read_stream(const base::ReleaseId& stream,
                                                                      std::uint64_t after,
                                                                      std::size_t limit) {
  return reading([&] { return stored_.read_stream(stream, after, limit); });
}

base::Result<std::vector<ports::StoredEntry>> SimJournal::read(std::uint64_t from,
                                                               std::size_t limit) {
  return reading([&] { return stored_.read(from, limit); });
}

base::Result<std::vector<ports::StreamInfo>> SimJournal::streams(bool only_live) {
  return reading([&] { return stored_.streams(only_live); });
}

base::Result<ports::Head> SimJournal::verify_some(const std::optional<ports::Head>& trusted,
                                                  std::uint64_t entries_max) {
  return reading([&] { return stored_.verify_some(trusted, entries_max); });
}

base::Result<std::optional<std::string>> SimJournal::get_note(const std::string& key) {
  return reading([&] { return stored_.get_note(key); });
}

base::Result<void> SimJournal::put_note(const std::string& key, const std::string& value) {
  const Twist twist = interference_.before(Place::Note);
  if (twist != Twist::None) return no_space("JRN-0002");
  auto put = stored_.put_note(key, value);
  interference_.after(Place::Note);
  return put;
}

base::Result<base::Digest> SimContent::put(std::string_view bytes) {
  const Twist twist = interference_.before(Place::PutContent);
  if (twist == Twist::Refuse || twist == Twist::LoseRequest) return no_space("CAS-0001");
  auto digest = stored.put(bytes);
  interference_.after(Place::PutContent);
  return digest;
}

base::Result<std::string> SimContent::get(const base::Digest& digest) {
  if (interference_.before(Place::GetContent) != Twist::None) return unreadable("CAS-0001");
  return stored.get(digest);
}

base::Result<bool> SimContent::has(const base::Digest& digest) {
  if (interference_.before(Place::GetContent) != Twist::None) return unreadable("CAS-0001");
  return stored.has(digest);
}

base::Result<void> SimEmergency::append(std::string_view line) {
  interference_.before(Place::Emergency);
  auto appended = stored.append(line);
  interference_.after(Place::Emergency);
  return appended;
}

base::Result<void> SimEmergency::clear() {
  interference_.before(Place::Emergency);
  auto cleared = stored.clear();
  interference_.after(Place::Emergency);
  return cleared;
}

base::Result<void> SimReserve::hold() {
  const bool wants_space = interference_.weather.disk_full && !stored.held();
  if (interference_.before(Place::Reserve) != Twist::None || wants_space)
    return no_space("JRN-0009");
  return stored.hold();
}

/// What it gives up is enough for what a rollback writes.
base::Result<bool> SimReserve::release() {
  auto released = stored.release();
  if (released && *released) interference_.weather.disk_full = false;
  return released;
}

base::Result<std::string> SimSigner::sign_note(std::string_view text) {
  if (interference_.before(Place::Sign) != Twist::None)
    return base::fail(base::Code::Unavailable, "AUD-0001", "the key does not answer");
  return stored_.sign_note(text);
}

void SimLog::compare(std::string_view note) {
  const auto parsed = audit::parse_note(note);
  const auto checkpoint =
      parsed ? audit::Checkpoint::parse(parsed->text) : base::fail(base::Error(parsed.error()));
  if (!checkpoint) return contradictions.push_back("a checkpoint that is none");
  const ports::Head head{checkpoint->size, checkpoint->root};
  if (head.size < last_.size || (head.size == last_.size && head.root != last_.root))
    contradictions.push_back(fmt::format("of {} entries after {}", head.size, last_.size));
  last_ = head;
  audit::TreeFrontier tree;
  const auto entries = journal_.read(0, static_cast<std::size_t>(head.size));
  if (entries)
    for (const ports::StoredEntry& entry : *entries) tree.append(audit::leaf_hash(entry.bytes));
  if (tree.size() != head.size || tree.root() != head.root)
    contradictions.push_back(fmt::format("of {} entries that the journal has not", head.size));
}

base::Result<void> SimLog::write(std::string_view path, std::string_view bytes) {
  const Twist twist = interference_.before(Place::WriteLog);
  if (twist == Twist::Refuse || twist == Twist::LoseRequest || interference_.weather.disk_full)
    return no_space("AUD-0041");
  if (path == audit::kCheckpointPath) compare(bytes);
  auto written = stored.write(path, bytes);
  interference_.after(Place::WriteLog);
  if (twist == Twist::LoseAnswer) return no_space("AUD-0041");
  return written;
}

base::Result<void> SimLog::sync() {
  if (interference_.before(Place::WriteLog) != Twist::None) return no_space("AUD-0041");
  return stored.sync();
}

base::Result<void> SimEntropy::fill(std::span<std::uint8_t> out) {
  if (interference_.before(Place::Draw) != Twist::None)
    return base::fail(base::Code::Unavailable, "ENG-0001", "no random bytes come");
  return drawn_.fill(out);
}

}  // namespace stellwerk::sim

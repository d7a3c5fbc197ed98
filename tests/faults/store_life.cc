#include "faults/store_life.h"

#include <fmt/format.h>

#include <utility>

#include "audit/merkle.h"
#include "faults/expected.h"

namespace stellwerk::faults {
namespace {

constexpr std::size_t kEmergencyBytes = std::size_t{8} << 10;
constexpr std::size_t kReserveBytes = std::size_t{16} << 10;
constexpr int kTriesMost = 6;
constexpr int kErrorsUntilRepair = 2;

ports::Call ample_time() { return {.deadline = {INT64_MAX}, .stop = {}}; }

template <class Made>
std::unique_ptr<Made> on_heap(Made made) {
  return std::make_unique<Made>(std::move(made));
}

}  // namespace

base::Result<OpenStores> OpenStores::open(const std::string& folder) {
  OpenStores stores;
  auto lock = adapters::DataFolderLock::acquire(folder, {});
  if (!lock) return base::fail(lock.error());
  stores.lock = on_heap(std::move(*lock));
  auto journal = adapters::SqliteJournal::open(*stores.lock);
  if (!journal) return base::fail(journal.error());
  stores.journal = std::move(*journal);
  auto emergency = adapters::EmergencyLog::open(folder + "/emergency.log", kEmergencyBytes);
  if (!emergency) return base::fail(emergency.error());
  stores.emergency = on_heap(std::move(*emergency));
  stores.content = std::make_unique<adapters::FileContentStore>(folder + "/content");
  stores.reserve =
      std::make_unique<adapters::SpaceReserve>(folder + "/rollback.reserve", kReserveBytes);
  stores.log = std::make_unique<PublishedLog>(folder);
  return stores;
}

void StoreLife::live(FaultDisk* disk) {
  disk_ = disk;
  promise();
  open();
  write_all_kinds("1", 5);
  write_all_kinds("2", 2);
  close();
  open();
  write_all_kinds("3", 3);
  close();
}

void StoreLife::begin(FaultDisk* disk) {
  disk_ = disk;
  promise();
  open();
  append();
  publish();
  close();
  open();
  put_content(all_contents().front());
  publish();
  close();
}

void StoreLife::live_on(FaultDisk* disk) {
  disk_ = disk;
  promise();
  open();
  write_all_kinds("4", 3);
  close();
}

void StoreLife::live_on_in_two_processes(FaultDisk& disk) {
  ends_with_error_ = true;
  live_on(&disk);
  disk.thaw();
  ends_with_error_ = ended_ = false;
  open();
  take_over();
  publish();
  write_all_kinds("5", 2);
  close();
}

void StoreLife::publish_until(std::uint64_t entries, FaultDisk* disk) {
  disk_ = disk;
  promise();
  open();
  append_and_publish_until(entries, disk != nullptr);
  close();
}

void StoreLife::publish_until_in_two_processes(std::uint64_t entries, FaultDisk& disk) {
  ends_with_error_ = true;
  publish_until(entries, &disk);
  disk.thaw();
  ends_with_error_ = ended_ = false;
  open();
  take_over();
  publish();
  append_and_publish_until(entries, true);
  close();
}

void StoreLife::append_and_publish_until(std::uint64_t entries, bool each) {
  while (now_.entries < entries && !ended_) {
    append();
    if (each) publish();
  }
  if (!each) publish();
}

void StoreLife::take_over() {
  const auto head = stores_.journal->head();
  const auto lines = stores_.emergency->read();
  if (!head || !lines) return complain("the next process", "cannot read");
  now_.entries = now_.entries_most = head->size;
  now_.lines = lines->lines;
  now_.line_under_way.reset();
  now_.lines_under_clearing = false;
  for (const auto& [key, value] : std::exchange(now_.notes_under_way, {})) {
    const auto note = stores_.journal->get_note(key);
    if (note && *note) now_.notes[key] = **note;
  }
  promise();
}

void StoreLife::write_all_kinds(const std::string& name, int commits) {
  const auto& contents = all_contents();
  give_up_and_hold_space();
  put_content(contents[now_.contents.size() % contents.size()]);
  for (int i = 0; i < commits; ++i) append();
  put_note("cursor", name);
  record("rollback " + name);
  put_content(contents[now_.contents.size() % contents.size()]);
  record("traffic at 0 " + name);
  append();
  publish();
  clear_record();
  put_note("other", "of " + name);
}

template <class Step>
bool StoreLife::do_again_until_done(const std::string& what, Step step) {
  for (int times = 1; times <= kTriesMost && !ended_; ++times) {
    const base::Result<void> done = step();
    if (done) return true;
    const bool is_honest = done.error().code == base::Code::Unavailable ||
                           done.error().code == base::Code::OutcomeUnknown;
    if (!is_honest) complain(what, "answered " + done.error().one_line());
    if (times == kTriesMost) complain(what, "never succeeds: " + done.error().one_line());
    after_error(done.error(), times);
  }
  return false;
}

void StoreLife::after_error(const base::Error& error, int times) {
  ++errors_;
  if (error.id.empty() || error.why.empty()) complain("an error", "says nothing");
  if (disk_ == nullptr) return;
  if (ends_with_error_) {
    disk_->freeze();
    ended_ = true;
  } else if (times == kErrorsUntilRepair) {
    disk_->thaw();
  }
}

void StoreLife::complain(const std::string& what, const std::string& why) {
  if (complaint_.empty()) complaint_ = fmt::format("{}: {}", what, why);
}

void StoreLife::promise() {
  if (disk_ != nullptr && !ended_) disk_->mark(promises_.size());
  promises_.push_back(now_);
}

void StoreLife::open() {
  do_again_until_done("opening", [&]() -> base::Result<void> {
    auto stores = OpenStores::open(folder_);
    if (!stores) return base::fail(stores.error());
    stores_ = std::move(*stores);
    return {};
  });
}

base::Result<void> StoreLife::append_once(std::uint64_t after) {
  const auto appended = stores_.journal->append(requests_of(now_.entries), ample_time());
  if (appended) return {};
  after_error(appended.error(), 1);
  if (ended_) return base::fail(appended.error());
  // What the engine does: it asks where the journal stands before it repeats anything.
  ports::Head head;
  do_again_until_done("reading the head after an error", [&]() -> base::Result<void> {
    auto read = stores_.journal->head();
    if (!read) return base::fail(read.error());
    head = *read;
    return {};
  });
  const bool may_be_there = appended.error().code == base::Code::OutcomeUnknown;
  if (head.size == after && may_be_there) return {};
  if (head.size == now_.entries) return base::fail(appended.error());
  complain("appending", fmt::format("{} entries after \"{}\", {} before it", head.size,
                                    appended.error().one_line(), now_.entries));
  return {};
}

void StoreLife::append() {
  if (ended_) return;
  const std::uint64_t after = end_of(now_.entries);
  now_.entries_most = after;
  promise();
  if (!do_again_until_done("appending", [&] { return append_once(after); })) return;
  now_.entries = after;
  promise();
}

void StoreLife::put_content(const std::string& text) {
  if (ended_) return;
  const bool done = do_again_until_done("storing content", [&]() -> base::Result<void> {
    const auto put = stores_.content->put(text);
    if (!put) return base::fail(put.error());
    return {};
  });
  if (!done) return;
  now_.contents.insert(text);
  promise();
}

void StoreLife::put_note(const std::string& key, const std::string& value) {
  if (ended_) return;
  now_.notes_under_way[key] = value;
  promise();
  if (!do_again_until_done("noting", [&] { return stores_.journal->put_note(key, value); })) return;
  now_.notes_under_way.erase(key);
  now_.notes[key] = value;
  promise();
}

void StoreLife::record(const std::string& line) {
  if (ended_) return;
  now_.line_under_way = line;
  promise();
  if (!do_again_until_done("recording", [&] { return stores_.emergency->append(line); })) return;
  now_.line_under_way.reset();
  now_.lines.push_back(line);
  promise();
}

void StoreLife::clear_record() {
  if (ended_) return;
  now_.lines_under_clearing = true;
  promise();
  if (!do_again_until_done("clearing", [&] { return stores_.emergency->clear(); })) return;
  now_.lines_under_clearing = false;
  now_.lines.clear();
  promise();
}

base::Result<void> StoreLife::publish_once() {
  const auto head = stores_.journal->head();
  if (!head) return base::fail(head.error());
  const auto published = stores_.log->publish(*head);
  // Whether it failed or not: others may see what lies there.
  if (const auto problem = check_published(folder_, now_); !problem.empty())
    complain("publishing", problem);
  if (!published) return base::fail(published.error());
  if (published->head != *head) complain("publishing", "gives a checkpoint of another head");
  return {};
}

void StoreLife::publish() {
  if (ended_) return;
  now_.published_most = now_.entries;
  promise();
  if (!do_again_until_done("publishing", [&] { return publish_once(); })) return;
  now_.published = now_.entries;
  promise();
}

void StoreLife::give_up_and_hold_space() {
  if (ended_) return;
  do_again_until_done("giving up space", [&]() -> base::Result<void> {
    const auto released = stores_.reserve->release();
    if (!released) return base::fail(released.error());
    return {};
  });
  do_again_until_done("holding space", [&] { return stores_.reserve->hold(); });
}

}  // namespace stellwerk::faults

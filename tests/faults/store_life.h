// store_life.h — everything an installation keeps in its data folder, and a life of it: a fixed
// sequence of steps, and what the store promised after each.
//
// Start here: StoreLife::live, StoreLife::check                Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/sqlite/data_folder_lock.h"
#include "adapters/sqlite/emergency_log.h"
#include "adapters/sqlite/file_content_store.h"
#include "adapters/sqlite/space_reserve.h"
#include "adapters/sqlite/sqlite_journal.h"
#include "faults/fault_disk.h"
#include "faults/published_log.h"

namespace stellwerk::faults {

/// What the store has answered so far: what must be there, and what may be.
struct Promise {
  std::uint64_t entries = 0;       ///< acknowledged
  std::uint64_t entries_most = 0;  ///< acknowledged or being written
  std::map<std::string, std::string> notes;
  std::map<std::string, std::string> notes_under_way;
  std::set<std::string> contents;  ///< acknowledged
  std::vector<std::string> lines;  ///< acknowledged in the emergency log
  std::optional<std::string> line_under_way;
  bool lines_under_clearing = false;
  std::uint64_t published = 0;       ///< a checkpoint of as many entries, or more, is in the log
  std::uint64_t published_most = 0;  ///< published or being published
};

/// The stores of one data folder, open for writing.
struct OpenStores {
  std::unique_ptr<adapters::DataFolderLock> lock;
  std::unique_ptr<adapters::SqliteJournal> journal;
  std::unique_ptr<adapters::FileContentStore> content;
  std::unique_ptr<adapters::EmergencyLog> emergency;
  std::unique_ptr<adapters::SpaceReserve> reserve;
  std::unique_ptr<PublishedLog> log;

  static base::Result<OpenStores> open(const std::string& folder);
};

/// Lives in `folder`. Every life is the same: the same entries at the same indexes.
class StoreLife {
 public:
  /// @param so_far  what the stores of the folder have promised already
  explicit StoreLife(std::string folder, Promise so_far = {})
      : folder_(std::move(folder)), now_(std::move(so_far)) {}

  /// Opens, writes, closes, opens again, writes and closes. A step that fails is done again, as the
  /// engine does; what its error says about the journal is held against the journal. After the
  /// second error of a step the disk is repaired.
  /// @param disk  told of each promise, if there is one
  void live(FaultDisk* disk);
  /// The first opening of a folder, and a second one: one step of each kind.
  void begin(FaultDisk* disk);
  /// One more opening of a folder in which live() has been, with a step of each kind.
  void live_on(FaultDisk* disk);
  /// As live_on(), but the first error ends the process, which leaves everything as it is. The next
  /// process takes what it finds for what is, and lives on.
  void live_on_in_two_processes(FaultDisk& disk);
  /// One opening in which only the journal grows, to at least so many entries, and its log; a
  /// checkpoint comes after each commit or, when there is no disk, at the end.
  void publish_until(std::uint64_t entries, FaultDisk* disk);
  /// As publish_until(), in two processes as live_on_in_two_processes().
  void publish_until_in_two_processes(std::uint64_t entries, FaultDisk& disk);

  [[nodiscard]] const Promise& now() const { return now_; }
  /// By the number with which they were marked.
  [[nodiscard]] const std::vector<Promise>& promises() const { return promises_; }
  /// What is wrong; empty if nothing is.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }
  [[nodiscard]] std::size_t errors() const { return errors_; }

 private:
  void write_all_kinds(const std::string& name, int commits);
  void open();
  /// In the order of a host: the readers before the writer, the lock last.
  void close() { const OpenStores closing = std::move(stores_); }
  void take_over();
  void append();
  void put_content(const std::string& text);
  void put_note(const std::string& key, const std::string& value);
  void record(const std::string& line);
  void clear_record();
  void give_up_and_hold_space();
  void publish();
  base::Result<void> publish_once();
  void append_and_publish_until(std::uint64_t entries, bool each);

  /// @return whether it was done in the end
  template <class Step>
  bool do_again_until_done(const std::string& what, Step step);
  base::Result<void> append_once(std::uint64_t after);
  void after_error(const base::Error& error, int times);
  void promise();
  void complain(const std::string& what, const std::string& why);

  std::string folder_;
  FaultDisk* disk_ = nullptr;
  OpenStores stores_;
  Promise now_;
  std::vector<Promise> promises_;
  std::string complaint_;
  std::size_t errors_ = 0;
  bool ends_with_error_ = false;
  bool ended_ = false;
};

/// Opens what is in `folder`, compares it with the promise, goes on writing, and opens it again.
/// @return what is wrong; empty if nothing is
std::string check_stores(const std::string& folder, const Promise& promise);
/// The same for the journal and its log alone, which are quick even when they are long.
std::string check_long_log(const std::string& folder, const Promise& promise);
/// Compares all that a journal answers with the promise. @return what is wrong
std::string check_journal(adapters::SqliteJournal& journal, const Promise& promise);

}  // namespace stellwerk::faults

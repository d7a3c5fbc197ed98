#include "adapters/sqlite/testing/journal_folder.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "audit/entry.h"

namespace stellwerk::adapters::testing {
namespace {

namespace fs = std::filesystem;

ports::NewEntry entry(const std::string& release, std::uint64_t number) {
  audit::Entry made;
  made.release = base::ReleaseId(release);
  made.type = "stellwerk.entry.made";
  made.actor = "stellwerk";
  made.data["number"] = number;
  auto encoded = audit::encode_entry(made).value();
  return {encoded.type, encoded.before_index, encoded.after_index};
}

}  // namespace

ports::Call ample_time() { return {.deadline = {INT64_MAX}, .stop = {}}; }

ports::AppendRequest batch(const std::string& release, std::uint64_t expected_version, int count) {
  ports::AppendRequest request{base::ReleaseId(release), expected_version, {}, false};
  for (int i = 0; i < count; ++i) {
    request.entries.push_back(entry(release, expected_version + static_cast<std::uint64_t>(i)));
  }
  return request;
}

JournalFolder::JournalFolder() {
  std::string name = (fs::temp_directory_path() / "journal-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
}

JournalFolder::~JournalFolder() {
  close();
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

base::Result<SqliteJournal*> JournalFolder::open() {
  close();
  auto lock = DataFolderLock::acquire(path_, {});
  if (!lock) return base::fail(lock.error());
  lock_ = std::make_unique<DataFolderLock>(std::move(*lock));
  auto journal = SqliteJournal::open(*lock_);
  if (!journal) return base::fail(journal.error());
  journal_ = std::move(*journal);
  return journal_.get();
}

void JournalFolder::close() {
  journal_.reset();
  lock_.reset();
}

void JournalFolder::kill() {
  // The files are set aside while the journal still runs, and put back when it has tidied up.
  const fs::path aside = path_.native() + ".killed";
  fs::copy(path_, aside, fs::copy_options::recursive);
  close();
  for (const auto& file : fs::directory_iterator(path_)) fs::remove_all(file.path());
  fs::remove(aside / "journal.db-shm");  // shared memory of processes that are gone
  fs::copy(aside, path_, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  fs::remove_all(aside);
}

void JournalFolder::fill(int commits) {
  auto* journal = open().value();
  for (int i = 0; i < commits; ++i) {
    journal->append({batch("rel-1", static_cast<std::uint64_t>(i))}, ample_time()).value();
  }
  kill();
}

base::Error JournalFolder::open_error() {
  const auto journal = open();
  auto error = journal ? base::Error{} : journal.error();
  close();
  return error;
}

void JournalFolder::flip_byte(const fs::path& file, std::uintmax_t offset) const {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset));
  const auto byte = static_cast<char>(stream.get() ^ 0x01);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.put(byte);
  if (!stream) throw std::runtime_error("cannot flip a byte of " + file.string());
}

void JournalFolder::spoil_open_head() const {
  const int read_only = ::open(head().c_str(), O_RDONLY | O_CLOEXEC);
  for (const auto& link : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const int fd = std::stoi(link.path().filename());
    if (fd != read_only && fs::read_symlink(link.path(), gone) == head()) ::dup2(read_only, fd);
  }
  ::close(read_only);
}

void JournalFolder::run_sql(const std::string& sql) const {
  sqlite3* connection = nullptr;
  int result = sqlite3_open(database().c_str(), &connection);
  if (result == SQLITE_OK)
    result = sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr);
  const std::string problem = sqlite3_errmsg(connection);
  sqlite3_close(connection);
  if (result != SQLITE_OK) throw std::runtime_error(problem);
}

}  // namespace stellwerk::adapters::testing

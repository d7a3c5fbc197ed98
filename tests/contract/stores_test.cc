// The journal and content contracts, for every store that exists.
#include <filesystem>
#include <fstream>

#include "adapters/memory/memory_content.h"
#include "adapters/memory/memory_journal.h"
#include "adapters/sqlite/data_folder_lock.h"
#include "adapters/sqlite/file_content_store.h"
#include "adapters/sqlite/sqlite_journal.h"
#include "base/testing/temporary_folder.h"
#include "contract/content_store.h"
#include "contract/journal_store.h"

namespace stellwerk::contract {
namespace {

using Folder = base::testing::TemporaryFolder;

class MemoryJournalHarness final : public JournalStoreHarness {
 public:
  ports::JournalStore& store() override { return journal_; }
  void reopen() override {}

 private:
  adapters::MemoryJournal journal_;
};

class SqliteJournalHarness final : public JournalStoreHarness {
 public:
  ports::JournalStore& store() override { return *journal_; }
  void reopen() override {
    journal_.reset();
    journal_ = adapters::SqliteJournal::open(lock_).value();
  }

 private:
  Folder folder_;
  adapters::DataFolderLock lock_ = adapters::DataFolderLock::acquire(folder_ / "data", {}).value();
  std::unique_ptr<adapters::SqliteJournal> journal_ = adapters::SqliteJournal::open(lock_).value();
};

class MemoryContentHarness final : public ContentStoreHarness {
 public:
  ports::ContentStore& store() override { return content_; }
  void tamper(const base::Digest& digest, const std::string& bytes) override {
    content_.tamper(digest, bytes);
  }

 private:
  adapters::MemoryContent content_;
};

class FileContentHarness final : public ContentStoreHarness {
 public:
  ports::ContentStore& store() override { return content_; }
  void tamper(const base::Digest& digest, const std::string& bytes) override {
    std::ofstream(content_.path_of(digest)) << bytes;
  }

 private:
  Folder folder_;
  adapters::FileContentStore content_{folder_ / "content"};
};

template <class Factory, class Harness>
Factory factory(std::string name) {
  return {std::move(name), [] { return std::make_unique<Harness>(); }};
}

constexpr auto kName = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(
    Stores, JournalStoreContract,
    ::testing::Values(factory<JournalStoreFactory, MemoryJournalHarness>("memory"),
                      factory<JournalStoreFactory, SqliteJournalHarness>("sqlite")),
    kName);
INSTANTIATE_TEST_SUITE_P(
    Stores, ContentStoreContract,
    ::testing::Values(factory<ContentStoreFactory, MemoryContentHarness>("memory"),
                      factory<ContentStoreFactory, FileContentHarness>("file")),
    kName);

}  // namespace
}  // namespace stellwerk::contract

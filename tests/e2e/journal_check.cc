#include "e2e/journal_check.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <vector>

#include "adapters/file/file_signer.h"
#include "adapters/sqlite/file_content_store.h"
#include "adapters/sqlite/sqlite_journal.h"
#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "audit/note.h"

namespace stellwerk::e2e {
namespace {

constexpr std::size_t kAll = 100'000;

std::string content(const Site& site, const std::string& digest) {
  const auto parsed = base::Digest::parse(digest);
  if (!parsed) return {};
  adapters::FileContentStore store(site.data() / "content");
  return store.get(*parsed).value_or("");
}

base::Digest root_of_first(const std::vector<ports::StoredEntry>& entries, std::size_t count) {
  audit::TreeFrontier tree;
  for (std::size_t i = 0; i < count && i < entries.size(); ++i)
    tree.append(audit::leaf_hash(entries[i].bytes));
  return tree.root();
}

audit::VerifierKey key_of(const Site& site) {
  const auto signer = adapters::FileSigner::open(site.data() / "journal.key",
                                                 site.file().installation + "/stellwerk");
  EXPECT_TRUE(signer) << signer.error().one_line();
  return signer ? audit::VerifierKey::parse((*signer)->verifier_key()).value()
                : audit::VerifierKey{};
}

}  // namespace

std::vector<ports::StoredEntry> entries_of(const Site& site) {
  if (!std::filesystem::exists(site.data() / "journal.head")) return {};  // it is written last
  auto journal = adapters::SqliteJournal::open_reader(site.data());
  if (!journal) {
    ADD_FAILURE() << journal.error().one_line();
    return {};
  }
  auto entries = (*journal)->read(0, kAll);
  EXPECT_TRUE(entries) << entries.error().one_line();
  return entries ? std::move(*entries) : std::vector<ports::StoredEntry>{};
}

void expect_journal_verifies(const Site& site) {
  auto journal = adapters::SqliteJournal::open_reader(site.data());
  ASSERT_TRUE(journal) << journal.error().one_line();
  const auto verified = (*journal)->verify(std::nullopt);
  ASSERT_TRUE(verified) << verified.error().one_line();
  const auto entries = entries_of(site);
  EXPECT_EQ(verified->size, entries.size());
  EXPECT_EQ(verified->root.hex(), root_of_first(entries, entries.size()).hex());
  expect_replays(site);
}

json expect_replays(const Site& site) {
  const Finished replayed = site.stellwerk({"audit", "replay", "--json"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
  json said = json::parse(replayed.out, nullptr, false);
  EXPECT_TRUE(said.is_object()) << replayed.out << replayed.err;
  if (!said.is_object()) return json::object();
  EXPECT_TRUE(said.at("same").get<bool>());
  EXPECT_FALSE(said.at("releases").empty());
  for (const json& release : said.at("releases")) {
    EXPECT_EQ(release.at("differences"), json::array());
    EXPECT_EQ(release.at("verdicts"), release.at("verdicts_judged"));
    EXPECT_GT(release.at("decisions").get<int>(), 0);
  }
  return said;
}

void expect_covered_by_checkpoint(const Site& site, const std::string& type) {
  const auto entries = entries_of(site);
  const ports::StoredEntry* named = nullptr;
  for (const ports::StoredEntry& entry : entries)
    if (entry.type == type) named = &entry;
  ASSERT_NE(named, nullptr) << type;
  const json data = json::parse(named->bytes).at("data");
  EXPECT_EQ(data.at("tree_size"), named->index);

  const std::array known = {key_of(site)};
  const auto note = audit::verify_note(content(site, data.at("note")), known);
  ASSERT_TRUE(note) << note.error().one_line();
  const auto checkpoint = audit::Checkpoint::parse(note->text);
  ASSERT_TRUE(checkpoint) << checkpoint.error().one_line();
  EXPECT_EQ(checkpoint->size, named->index);
  EXPECT_EQ(checkpoint->root.hex(), root_of_first(entries, named->index).hex());
}

std::string evidence_of(const Site& site, const std::string& step) {
  for (const json& each : site.show().value("steps", json::array()))
    if (each.at("id") == step) return content(site, each.value("evidence", ""));
  return {};
}

}  // namespace stellwerk::e2e

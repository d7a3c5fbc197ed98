#include "support/kept_journal.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "base/digest.h"
#include "base/json.h"

namespace stellwerk::testing {
namespace {

void collect_digests(const base::Json& json, std::set<base::Digest>& digests) {
  if (json.is_string())
    if (const auto digest = base::Digest::parse(json.get_ref<const std::string&>()))
      digests.insert(*digest);
  if (!json.is_structured()) return;
  for (const auto& [key, value] : json.items())
    if (key != "guard_state") collect_digests(value, digests);  // large, and for restarts only
}

ports::StoredEntry entry_of(const std::string& line) {
  const base::Json json = base::Json::parse(line);
  ports::StoredEntry entry;
  entry.index = json.at("index").get<std::uint64_t>();
  entry.release = base::ReleaseId(json.value("release", ""));
  entry.type = json.at("type").get<std::string>();
  entry.bytes = line;
  return entry;
}

}  // namespace

ports::NewEntry split_at_index(const ports::StoredEntry& entry) {
  const std::string index = "\"index\":" + std::to_string(entry.index) + ",";
  const std::size_t at = entry.bytes.rfind(index);
  EXPECT_NE(at, std::string::npos);
  return {entry.type, entry.bytes.substr(0, at + 8), entry.bytes.substr(at + index.size() - 1)};
}

std::string kept(const std::string& name) {
  return std::string(STELLWERK_TEST_DATA) + "/journal/" + name;
}

void load_kept(const std::string& path, adapters::MemoryJournal& journal,
               adapters::MemoryContent& content) {
  std::map<base::ReleaseId, std::uint64_t> versions;
  std::ifstream entries(path + ".ndjson");
  ASSERT_TRUE(entries) << path;
  for (std::string line; std::getline(entries, line);) {
    const ports::StoredEntry entry = entry_of(line);
    const auto appended = journal.append(
        {{entry.release, versions[entry.release]++, {split_at_index(entry)}, false}}, {});
    ASSERT_TRUE(appended) << appended.error().one_line();
    ASSERT_EQ(appended->front().first_index, entry.index);
  }
  std::ifstream contents(path + ".content.ndjson");
  ASSERT_TRUE(contents) << path;
  for (std::string line; std::getline(contents, line);)
    ASSERT_TRUE(content.put(base::Json::parse(line).get<std::string>()));
}

void keep(const std::string& path, adapters::MemoryJournal& journal,
          adapters::MemoryContent& content) {
  std::set<base::Digest> digests;
  std::ofstream entries(path + ".ndjson");
  const auto stored = journal.read(0, 100'000);
  for (const ports::StoredEntry& entry : *stored) {
    entries << entry.bytes << '\n';
    collect_digests(base::Json::parse(entry.bytes), digests);
  }
  std::ofstream contents(path + ".content.ndjson");
  for (const base::Digest& digest : digests)
    if (const auto bytes = content.get(digest)) contents << base::Json(*bytes).dump() << '\n';
}

}  // namespace stellwerk::testing

#include "document-domain/document_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/testing/temporary_folder.h"

namespace document_domain {
namespace {

namespace fs = std::filesystem;
using examples::testing::TemporaryFolder;

Document document_for(const std::string& tenant, std::size_t payload_bytes = 10) {
  NewDocument content;
  content.doc_type = "invoice";
  content.template_key = "t";
  content.payload = {{"text", std::string(payload_bytes, 'x')}};
  return make_document(content, tenant, "1.2.0");
}

StoredPointer stored(const Document& document) {
  return std::make_shared<const StoredDocument>(StoredDocument{document, ""});
}

std::unique_ptr<DataDirectory> open(const fs::path& root, std::size_t documents_max = 100) {
  return std::move(*DataDirectory::open(root, documents_max));
}

TEST(DocumentCache, EvictsTheTenantsOldestBeyondItsLimit) {
  DocumentCache cache({.documents_per_tenant_max = 2});
  const Document first = document_for("a");
  const Document other = document_for("b");
  cache.put(stored(first));
  cache.put(stored(other));
  const Document second = document_for("a");
  const Document third = document_for("a");
  cache.put(stored(second));
  cache.put(stored(first));  // replacing does not make it younger
  cache.put(stored(third));
  EXPECT_FALSE(cache.find(first.key));
  EXPECT_TRUE(cache.find(second.key));
  EXPECT_TRUE(cache.find(third.key));
  EXPECT_TRUE(cache.find(other.key));
  EXPECT_EQ(cache.size(), 3U);
}

TEST(DocumentCache, StaysWithinItsBytesAcrossTenants) {
  DocumentCache cache({.documents_per_tenant_max = 1000, .bytes_max = 100'000});
  for (int i = 0; i < 200; ++i) cache.put(stored(document_for("t" + std::to_string(i), 1000)));
  EXPECT_LT(cache.size(), 60U);
  EXPECT_GT(cache.size(), 5U);
}

TEST(DocumentStore, KeepsTenantsApart) {
  DocumentStore store({}, nullptr);
  const Document document = document_for("a");
  ASSERT_TRUE(store.add(document));
  EXPECT_TRUE(store.find(document.key));
  const auto foreign = store.find({"b", document.key.id});
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().status, 404U);
}

TEST(DocumentStore, SharesDocumentsAndRenderingsThroughTheFolder) {
  const TemporaryFolder folder;
  DocumentStore old_version({}, open(folder.path()));
  DocumentStore new_version({}, open(folder.path()));
  const Document document = document_for("pilot-1");
  ASSERT_TRUE(old_version.add(document));
  const auto before = new_version.find(document.key);
  ASSERT_TRUE(before);
  EXPECT_FALSE((*before)->document.rendered);

  ASSERT_TRUE(old_version.attach(document, "<html>"));
  const auto after = new_version.find(document.key);
  ASSERT_TRUE(after);
  ASSERT_TRUE((*after)->document.rendered);
  EXPECT_EQ((*after)->html, "<html>");
}

TEST(DocumentStore, TreatsADamagedFileAsAbsent) {
  const TemporaryFolder folder;
  const Document document = document_for("a");
  ASSERT_TRUE(DocumentStore({}, open(folder.path())).add(document));
  std::ofstream(folder.path() / "a" / (document.key.id + ".json")) << "{\"id\":";
  EXPECT_FALSE(DocumentStore({}, open(folder.path())).find(document.key));
}

TEST(DocumentStore, CountsADocumentWithoutItsPageAsUnrendered) {
  const TemporaryFolder folder;
  const Document document = document_for("a");
  DocumentStore store({}, open(folder.path()));
  ASSERT_TRUE(store.add(document));
  ASSERT_TRUE(store.attach(document, "<html>"));
  fs::remove(folder.path() / "a" / (document.key.id + ".html"));
  const auto found = DocumentStore({}, open(folder.path())).find(document.key);
  ASSERT_TRUE(found);
  EXPECT_FALSE((*found)->document.rendered);
}

TEST(DataDirectory, TrimsToTheNewestDocuments) {
  const TemporaryFolder folder;
  const auto directory = open(folder.path(), 3);
  std::vector<Document> documents;
  for (int i = 0; i < 6; ++i) {
    documents.push_back(document_for("a"));
    ASSERT_TRUE(directory->write(documents.back().key, "json", "{}"));
    ASSERT_TRUE(directory->write(documents.back().key, "html", "x"));
    fs::last_write_time(folder.path() / "a" / (documents.back().key.id + ".json"),
                        fs::file_time_type{} + std::chrono::hours(i));
  }
  directory->trim("a");
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(directory->read(documents[i].key, "json").has_value(), i >= 3) << i;
    EXPECT_EQ(directory->read(documents[i].key, "html").has_value(), i >= 3) << i;
  }
}

TEST(DataDirectory, RemovesWhatAKilledWriterLeft) {
  const TemporaryFolder folder;
  const auto directory = open(folder.path());
  ASSERT_TRUE(directory->write(document_for("a").key, "json", "{}"));
  const fs::path left = folder.path() / "a" / ".tmp-old";
  const fs::path fresh = folder.path() / "a" / ".tmp-new";
  std::ofstream(left) << "x";
  std::ofstream(fresh) << "x";
  fs::last_write_time(left, fs::file_time_type::clock::now() - std::chrono::hours(1));
  directory->trim("a");
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(fresh));
}

TEST(DataDirectory, SaysSoWhenTheFolderCannotBeUsed) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  const auto opened = DataDirectory::open(folder.path() / "file", 10);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().what.find("--data"), std::string::npos);
}

}  // namespace
}  // namespace document_domain

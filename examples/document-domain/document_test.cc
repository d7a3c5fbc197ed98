#include "document-domain/document.h"

#include <gtest/gtest.h>

#include <set>

#include "document-domain/options.h"
#include "document-domain/renderer.h"

namespace document_domain {
namespace {

Json valid_body() {
  return {{"docType", "invoice"}, {"templateKey", "standard"}, {"payload", {{"total", 12}}}};
}

TEST(ParseBody, RefusesWhatIsNoBoundedJsonObject) {
  const std::string deep = std::string(100'000, '[');
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("[]"), std::string("nul"), deep,
        std::string("{\"a\":\"\xff\"}"), std::string("{\"a\":1e999}"), std::string("{} x")}) {
    const auto parsed = parse_body(body);
    ASSERT_FALSE(parsed) << body.substr(0, 20);
    EXPECT_EQ(parsed.error().status, 400U);
  }
  EXPECT_TRUE(parse_body(R"({"brackets":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"["})"));
}

TEST(ParseNewDocument, FillsInWhatMayBeLeftOut) {
  const auto document = parse_new_document(valid_body());
  ASSERT_TRUE(document);
  EXPECT_EQ(document->locale, "de-DE");
  EXPECT_FALSE(document->sign_hash);
}

TEST(ParseNewDocument, NamesTheFieldThatIsWrong) {
  const std::vector<std::pair<Json, std::string>> cases = {
      {{{"docType", "release_notes"}}, "docType"},
      {{{"docType", 1}}, "docType"},
      {{{"templateKey", ""}}, "templateKey"},
      {{{"templateKey", std::string(200, 'x')}}, "templateKey"},
      {{{"payload", Json::array()}}, "payload"},
      {{{"payload", nullptr}}, "payload"},
      {{{"locale", 5}}, "locale"},
      {{{"seriesId", "a/b"}}, "seriesId"},
      {{{"attachments", Json::object()}}, "attachments"},
      {{{"attachments", {{{"name", "x"}}}}}, "attachments: uri"},
      {{{"attachments", Json(21, valid_body())}}, "attachments"},
      {{{"options", {{"sign", "pades"}}}}, "options.sign"},
      {{{"options", {{"sign", "x"}}}}, "options.sign"},
      {{{"options", 3}}, "options"},
  };
  for (const auto& [patch, field] : cases) {
    Json body = valid_body();
    body.update(patch);
    const auto document = parse_new_document(body);
    ASSERT_FALSE(document) << patch.dump();
    EXPECT_EQ(document.error().status, 400U);
    EXPECT_EQ(document.error().message.find(field), 0U) << document.error().message;
  }
}

TEST(ParseBatch, KeepsTheGoodEntriesOfABatchWithABadOne) {
  const auto batch = parse_batch(
      {{"templateKey", "t"}, {"documents", {{{"payload", {{"a", 1}}}}, {{"payload", 3}}, 4}}});
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->documents.size(), 3U);
  EXPECT_TRUE(batch->documents[0]);
  EXPECT_EQ(batch->documents[0]->doc_type, "invoice");
  EXPECT_FALSE(batch->documents[1]);
  EXPECT_FALSE(batch->documents[2]);
}

TEST(ParseBatch, IsBounded) {
  const Json entry = {{"payload", Json::object()}};
  EXPECT_TRUE(parse_batch({{"templateKey", "t"}, {"documents", Json(1000, entry)}}));
  EXPECT_FALSE(parse_batch({{"templateKey", "t"}, {"documents", Json(1001, entry)}}));
  EXPECT_FALSE(parse_batch({{"templateKey", "t"}, {"documents", Json::array()}}));
  EXPECT_FALSE(parse_batch({{"documents", Json(1, entry)}}));
}

TEST(StoredText, ReadsBackWhatItWrote) {
  Json body = valid_body();
  body["attachments"] = {{{"name", "a"}, {"uri", "s3://b/k"}}};
  body["seriesId"] = "R-1";
  body["options"] = {{"sign", "hash"}, {"watermark", "Kopie"}};
  Document document = make_document(*parse_new_document(body), "pilot-1", "1.2.0");
  document.rendered = Rendered{3, "abc"};
  const auto again = from_stored_text(to_stored_text(document));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->key, document.key);
  EXPECT_EQ(to_public_json(*again).dump(), to_public_json(document).dump());
  EXPECT_EQ(render_html(*again), render_html(document));
}

TEST(StoredText, RefusesADamagedFile) {
  const auto text = to_stored_text(make_document(*parse_new_document(valid_body()), "a", "1.2.0"));
  EXPECT_FALSE(from_stored_text(text.substr(0, text.size() / 2)));
  EXPECT_FALSE(from_stored_text("{}"));
  EXPECT_FALSE(from_stored_text("[]"));
  Json stored = Json::parse(text);
  stored["rendered"] = {{"bytes", "many"}};
  EXPECT_FALSE(from_stored_text(stored.dump()));
  stored.erase("rendered");
  stored["tenantId"] = "../x";
  EXPECT_FALSE(from_stored_text(stored.dump()));
}

TEST(RenderHtml, LetsNothingFromAClientThroughUnescaped) {
  Json body = valid_body();
  body["payload"] = {{"<script>", {{"x", "</td><script>alert('1')</script>\"&"}}}};
  body["options"] = {{"watermark", "<b>"}};
  const std::string html = render_html(make_document(*parse_new_document(body), "a", "1.3.0"));
  EXPECT_EQ(html.find("<script>"), std::string::npos);
  EXPECT_EQ(html.find("<b>"), std::string::npos);
  EXPECT_NE(html.find("&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)"), std::string::npos);
}

TEST(DocumentId, IsAUuid) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = random_uuid();
    EXPECT_TRUE(valid_document_id(id)) << id;
    EXPECT_EQ(id[14], '4');
    EXPECT_TRUE(ids.insert(id).second);
  }
  for (const char* id :
       {"", "x", "../../etc/passwd", "998DAF14-dcc7-4806-8e69-5216f2ca6e31",
        "998daf14-dcc7-4806-8e69-5216f2ca6e3", "998daf14-dcc7-4806-8e69/5216f2ca6e31"})
    EXPECT_FALSE(valid_document_id(id)) << id;
}

TEST(Version, DecidesWhetherThereAreBatches) {
  for (const char* text : {"1.3.0", "1.3.1", "1.10.0", "2.0.0", "1.3.0-rc.1", "1.3.0+build.5"})
    EXPECT_TRUE(Version::parse(text) && Version::parse(text)->offers_batches()) << text;
  for (const char* text : {"1.2.0", "1.2.9", "0.3.0", "0.9.0"})
    EXPECT_TRUE(Version::parse(text) && !Version::parse(text)->offers_batches()) << text;
  for (const char* text : {"", "1", "1.3", "v1.3.0", "1.3.0.0", "01.3.0", "1.3.0-", "1.3.0 ",
                           "1.3.0-a\r\nx: y", "1.99999999999.0"})
    EXPECT_FALSE(Version::parse(text)) << text;
}

TEST(ParseOptions, RefusesBadArguments) {
  const std::vector<std::string> good = {"--version-number", "1.3.0", "--port", "0"};
  EXPECT_TRUE(parse_options(good));
  const std::vector<std::vector<std::string>> bad = {
      {"--listen", "localhost"}, {"--data", ""},        {"--workers", "0"}, {"--render-ms", "-1"},
      {"--documents-max", "0"},  {"--drain-ms", "10s"}, {"--fault", "x"},   {"--nonsense"}};
  for (const auto& extra : bad) {
    std::vector<std::string> arguments = good;
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    EXPECT_FALSE(parse_options(arguments)) << extra.front();
  }
  EXPECT_FALSE(parse_options(std::vector<std::string>{"--port", "0"}));
  EXPECT_FALSE(parse_options(std::vector<std::string>{"--version-number", "1.3.0"}));
  EXPECT_FALSE(
      parse_options(std::vector<std::string>{"--version-number", "1.3.0", "--port", "65536"}));
}

}  // namespace
}  // namespace document_domain

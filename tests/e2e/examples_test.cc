// Every example that users are shown, carried out as it stands: only its paths and ports are this
// test's, and the guard judges on seconds. Each names the digest of the program that is there,
// which no example can know.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <iterator>
#include <ostream>

#include "base/digest.h"
#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

namespace fs = std::filesystem;

struct Example {
  const char* file;
  int exit_code;
};
void PrintTo(const Example& example, std::ostream* out) { *out << example.file; }

constexpr Example kExamples[] = {
    {"minor-release/release.yaml", 0},    {"bad-patch/release.yaml", 10},
    {"strategies/rolling-patch.yaml", 0}, {"strategies/hotfix.yaml", 0},
    {"strategies/blue-green.yaml", 0},    {"strategies/major.yaml", 0},
    {"strategies/downtime.yaml", 0},      {"strategies/two-components.yaml", 0},
    {"strategies/bad-rolling.yaml", 10},  {"strategies/bad-green.yaml", 12}};

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string id_in(const std::string& text) {
  const auto begin = text.find("id: ") + 4;
  return text.substr(begin, text.find('\n', begin) - begin);
}

class ExampleRelease : public ::testing::TestWithParam<Example> {
 protected:
  /// The text of a file beside the example, with this site's paths and ports.
  [[nodiscard]] std::string adapted(const fs::path& path) const {
    std::string text = text_of(path);
    replace_all(text, "../../build/release/bin/document-domain", site_.file().document_domain);
    replace_all(text, "../../build/demo", site_.folder().string());
    // A busy machine is no sick service.
    replace_all(text, "{url: /health, ", "{timeout: 3s, url: /health, ");
    replace_all(text, "13070", std::to_string(site_.file().port));
    replace_all(text, "13071", std::to_string(second_.number()));
    replace_all(text, "13080", std::to_string(site_.file().neighbours[0].port));
    replace_all(text, "13090", std::to_string(site_.file().neighbours[1].port));
    return text;
  }

  [[nodiscard]] std::string with_digests(std::string release) const {
    const std::string key =
        "digest: \"" + base::sha256(text_of(site_.file().document_domain)).to_string() + "\"";
    replace_all(release, "{domain: ", "{" + key + ", domain: ");
    replace_all(release, "- domain: ", "- " + key + "\n    domain: ");
    return release;
  }

  HeldPort second_;
  Site site_;
};

TEST_P(ExampleRelease, EndsAsItSays) {
  const fs::path file = fs::path(STELLWERK_EXAMPLES) / GetParam().file;
  site_.write("stellwerk.yaml", adapted(file.parent_path() / "stellwerk.yaml"));
  const std::string release = with_digests(adapted(file));
  ASSERT_NE(release.find("digest: "), std::string::npos);
  site_.plan_text(id_in(release), release + "guard: " + quick_guard() + "\n");
  second_.release();
  site_.run();
  site_.start_load(100);
  if (release.find("contracts-domain") != std::string::npos)
    site_.start_load_at(second_.number(), 50);
  site_.attend();
  EXPECT_EQ(site_.exit_code(120s), GetParam().exit_code);
}

INSTANTIATE_TEST_SUITE_P(All, ExampleRelease, ::testing::ValuesIn(kExamples), [](const auto& each) {
  std::string name = each.param.file;
  name = name.substr(0, name.rfind('.'));
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

TEST(Examples, AreAllCarriedOutByATest) {
  std::size_t found = 0;
  for (const auto& entry : fs::recursive_directory_iterator(STELLWERK_EXAMPLES)) {
    const bool is_release =
        entry.path().extension() == ".yaml" && entry.path().filename() != "stellwerk.yaml";
    if (is_release) ++found;
  }
  EXPECT_EQ(found, std::size(kExamples));
}

}  // namespace
}  // namespace stellwerk::e2e

// Goal: the reference pages in docs/ say what the reader does, and the examples are right.
#include "config/reference.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "config/tables.h"
#include "config/testing/problems.h"

namespace stellwerk::config {
namespace {

const std::string kPages = STELLWERK_REFERENCE;
const std::string kExamples = STELLWERK_EXAMPLES;

/// Compares a page with its file; rewrites the file where STELLWERK_REWRITE asks for it.
void compare(const std::string& file, const std::string& page) {
  const auto path = kPages + "/" + file;
  if (std::getenv("STELLWERK_REWRITE") != nullptr) std::ofstream(path) << page;
  std::ifstream stored(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stored), {}), page)
      << "run this test with STELLWERK_REWRITE=1 and read the difference";
}

TEST(Reference, PagesAreMadeFromTheTables) {
  compare("release-file.md", release_page());
  compare("environment-file.md", environment_page());
}

/// Every key has a text that ends as a sentence, and no key is there twice in one object.
void check_texts(const ObjectInfo& object) {
  std::set<std::string> keys;
  for (const FieldInfo& field : object.fields) {
    EXPECT_TRUE(keys.insert(field.key).second) << object.name << "." << field.key;
    EXPECT_TRUE(field.text.ends_with('.')) << object.name << "." << field.key;
    if (field.value.object) check_texts(*field.value.object);
    if (field.value.element && field.value.element->object)
      check_texts(*field.value.element->object);
  }
}

TEST(Reference, EveryKeyIsExplained) {
  check_texts(describe_object(release_table()));
  check_texts(describe_object(environment_table()));
}

TEST(Reference, DefaultsComeFromTheStructs) {
  const auto info = describe_object(table_of<core::GuardPolicy>());
  std::map<std::string, std::string> defaults;
  for (const auto& field : info.fields) defaults[field.key] = field.default_text;
  EXPECT_EQ(defaults["window"], "1m");
  EXPECT_EQ(defaults["requests_min"], "50");
  EXPECT_EQ(defaults["guard_lost"], "old");
  EXPECT_EQ(defaults["resume_on_recovery"], "false");
}

/// Writing and reading are each other's inverse.
TEST(Fields, ReadWhatTheyWrote) {
  core::GuardPolicy policy;
  policy.window = base::seconds(90);
  policy.bad_min_rollback = 9;
  policy.on_stop = core::OnStop::Detach;
  policy.resume_on_recovery = true;
  const auto yaml = std::string(testing::kRelease) +
                    "guard: " + write_object(table_of<core::GuardPolicy>(), policy).dump() + "\n";
  const auto loaded = read_release({.yaml = yaml, .file = "r"});
  ASSERT_TRUE(loaded.value) << testing::lines_of(loaded.problems);
  EXPECT_EQ(loaded.value->guard, policy);
}

TEST(Fields, WholeFilesReadWhatTheyWrote) {
  for (const std::string name : {"/minor-release", "/bad-patch"}) {
    const auto release = load_release(kExamples + name + "/release.yaml");
    ASSERT_TRUE(release.value) << testing::lines_of(release.problems);
    const auto written = write_object(release_table(), *release.value).dump(2);
    const auto again = read_release({.yaml = written, .file = "r"});
    ASSERT_TRUE(again.value) << testing::lines_of(again.problems) << written;
    EXPECT_EQ(write_object(release_table(), *again.value).dump(2), written);

    const auto file = load_environment(kExamples + name + "/stellwerk.yaml");
    ASSERT_TRUE(file.value) << testing::lines_of(file.problems);
    const auto file_again = read_environment(
        {.yaml = write_object(environment_table(), *file.value).dump(), .file = "e"});
    ASSERT_TRUE(file_again.value) << testing::lines_of(file_again.problems);
    EXPECT_EQ(file_again.value->environment, file.value->environment);
  }
}

TEST(Examples, AreTheRunbooksExample) {
  const auto release = load_release(kExamples + "/minor-release/release.yaml").value.value();
  EXPECT_EQ(release.id.str(), "rel-2025-10-001");
  ASSERT_EQ(release.waves.size(), 3U);
  EXPECT_EQ(release.waves[0].share, base::percent(10));
  EXPECT_EQ(release.waves[0].tenants, std::vector{base::TenantId("pilot-1")});
  EXPECT_EQ(release.waves[1].share, base::percent(50));
  EXPECT_EQ(release.waves[1].at, base::minutes(15));
  EXPECT_TRUE(release.waves[2].all_tenants);
  EXPECT_EQ(release.waves[2].at, base::minutes(30));
  EXPECT_EQ(release.schedule.completed, base::minutes(60));
  EXPECT_EQ(release.schedule.post_check, base::minutes(30));

  const auto environment =
      load_environment(kExamples + "/minor-release/stellwerk.yaml").value.value().environment;
  EXPECT_EQ(environment.tenants.size(), 10U);
  for (const auto& tenant : environment.tenants) EXPECT_EQ(tenant.weight, 1U);
  std::set<core::Role> roles;
  for (const auto& person : environment.people)
    roles.insert(person.roles.begin(), person.roles.end());
  EXPECT_EQ(roles.size(), core::kRoles.size()) << "somebody for every role";
}

TEST(Examples, ShareOneInstallation) {
  const auto first = load_environment(kExamples + "/minor-release/stellwerk.yaml").value.value();
  auto second = load_environment(kExamples + "/bad-patch/stellwerk.yaml").value.value();
  ASSERT_TRUE(second.environment.services.at(0).workload);
  auto& command = second.environment.services[0].workload->command;
  command.working_folder = first.environment.services.at(0).workload->command.working_folder;
  EXPECT_EQ(first.environment, second.environment) << "but for the folder that commands start in";
}

}  // namespace
}  // namespace stellwerk::config

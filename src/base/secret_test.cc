#include "base/secret.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <type_traits>
#include <utility>

#include "base/testing/temporary_folder.h"

namespace stellwerk::base {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!Streamable<Secret>);
static_assert(!std::is_constructible_v<nlohmann::json, Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<std::string, Secret>);

class SecretFile : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder / "secret"; }
  [[nodiscard]] std::string write(std::string_view content, ::mode_t mode = 0600) const {
    std::ofstream(path(), std::ios::binary) << content;
    EXPECT_EQ(::chmod(path().c_str(), mode), 0);
    return path();
  }
  static Result<Secret> load(const std::string& path) {
    return load_secret({.file = path, .environment = {}});
  }

  testing::TemporaryFolder folder;
};

std::string scrubbed(std::initializer_list<const char*> secrets, std::string_view text) {
  Scrubber scrubber;
  for (const auto* const secret : secrets) scrubber.learn(Secret(secret));
  return scrubber.scrub(text);
}

TEST(Secret, MovesAndCopiesItsValue) {
  Secret first("short");
  Secret second(std::move(first));
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): emptied by contract
  first = second;
  EXPECT_EQ(first.reveal(), "short");
  first = Secret(std::string(100, 'x'));
  EXPECT_EQ(first.reveal().size(), 100U);
  const auto& same = first;
  first = same;
  EXPECT_EQ(first.reveal().size(), 100U);
}

TEST(Secret, LeavesNothingBehindWhenMovedFrom) {
  // A short text lies inside the object itself, where a plain move would leave it.
  Secret first("hunter2");
  const char* const inside = first.reveal().data();
  const Secret second(std::move(first));
  EXPECT_EQ(std::string_view(inside, 7), std::string_view("\0\0\0\0\0\0\0", 7));
  EXPECT_EQ(second.reveal(), "hunter2");
}

TEST_F(SecretFile, IsReadWithoutItsFinalNewline) {
  EXPECT_EQ(load(write("s3cret\n")).value().reveal(), "s3cret");
  EXPECT_EQ(load(write("s3cret\r\n")).value().reveal(), "s3cret");
  EXPECT_EQ(load(write("a\nb\n\n")).value().reveal(), "a\nb\n");
  EXPECT_EQ(load(write("s3cret", 0640)).value().reveal(), "s3cret");
  EXPECT_EQ(load(write(std::string(65536, 'x'))).value().reveal().size(), 65536U);
}

TEST_F(SecretFile, IsRefusedWhenOthersMayReadOrChangeIt) {
  for (const ::mode_t mode : {::mode_t{0644}, ::mode_t{0602}, ::mode_t{0620}}) {
    const auto loaded = load(write("s3cret", mode));
    ASSERT_FALSE(loaded.has_value());
    EXPECT_EQ(loaded.error().id, "BAS-0010");
    EXPECT_EQ(loaded.error().code, Code::Forbidden);
    EXPECT_EQ(loaded.error().why,
              fmt::format("its mode is {:04o}: others could read or change it", mode));
    ASSERT_EQ(loaded.error().next.size(), 1U);
    EXPECT_EQ(loaded.error().next[0].command, "chmod 600 " + path());
  }
}

TEST_F(SecretFile, IsRefusedWhenItCannotHoldASecret) {
  EXPECT_EQ(load(folder / "none").error().code, Code::NotFound);
  EXPECT_EQ(load(folder / "none").error().why, "No such file or directory");
  EXPECT_EQ(load(folder.path()).error().why, "it is not a regular file");
  EXPECT_EQ(load(write("\n")).error().why, "it is empty");
  EXPECT_EQ(load(write(std::string(65537, 'x'))).error().why, "it is larger than 64 KiB");
  EXPECT_EQ(load(write("")).error().id, "BAS-0009");
}

// NOLINTBEGIN(concurrency-mt-unsafe): this test program has one thread.
TEST(SecretVariable, IsReadFromTheEnvironment) {
  constexpr const char* kName = "STELLWERK_SECRET_TEST";
  const SecretReference reference{.file = {}, .environment = kName};
  ASSERT_EQ(::setenv(kName, "from-env", 1), 0);
  EXPECT_EQ(load_secret(reference).value().reveal(), "from-env");
  ASSERT_EQ(::setenv(kName, "", 1), 0);
  EXPECT_EQ(load_secret(reference).error().why, "it is empty");
  ASSERT_EQ(::unsetenv(kName), 0);
  const auto refused = load_secret(reference).error();
  EXPECT_EQ(refused.code, Code::NotFound);
  EXPECT_EQ(refused.message, "the environment variable \"STELLWERK_SECRET_TEST\" holds no secret");
}
// NOLINTEND(concurrency-mt-unsafe)

TEST(SecretReference, IsRefusedWhenItNamesNoneOrTwoSources) {
  EXPECT_EQ(load_secret({}).error().why, "it names neither a file nor an environment variable");
  EXPECT_EQ(load_secret({.file = "a", .environment = "B"}).error().why,
            "it names both a file and an environment variable");
}

TEST(Scrubber, ReplacesEveryOccurrenceOfEverySecret) {
  EXPECT_EQ(scrubbed({"hunter2", "s3cret"}, "pw=hunter2, again hunter2; key=s3cret."),
            "pw=***, again ***; key=***.");
  EXPECT_EQ(scrubbed({"hunter2"}, "hunter2"), "***");
  EXPECT_EQ(scrubbed({"hunter2"}, "hunter2hunter2"), "******");
  EXPECT_EQ(scrubbed({"hunter2"}, ""), "");
}

TEST(Scrubber, LeavesNoPieceWhereSecretsOverlap) {
  EXPECT_EQ(scrubbed({"abcdef", "defghi"}, "x abcdefghi y"), "x *** y");
  EXPECT_EQ(scrubbed({"secret", "secret-long"}, "secret-long"), "***");
  EXPECT_EQ(scrubbed({"ababab"}, "abababab!"), "***!");
}

TEST(Scrubber, LearnsNoSecretThatIsTooShort) {
  EXPECT_EQ(scrubbed({"12345", ""}, "12345"), "12345");
  EXPECT_EQ(scrubbed({"123456"}, "123456"), "***");
}

}  // namespace
}  // namespace stellwerk::base

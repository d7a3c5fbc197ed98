// release.yaml: a release, or every problem with its place; and what is read can be compiled.
#include "base/text.h"
#include "config/load.h"
#include "core/compile.h"
#include "fuzz/fuzz.h"
#include "fuzz/problems.h"
#include "support/sample_release.h"

namespace stellwerk::fuzz {
namespace {

/// A plan is the same whenever and wherever it is made, and reads back from its bytes.
void check_plan(const core::Release& release) {
  static const core::Environment kEnvironment = testing::sample_environment();
  const auto result = core::compile(release, kEnvironment);
  FUZZ_REQUIRE(result.plan.has_value() == result.problems.empty());
  for (const auto& problem : result.problems) {
    FUZZ_REQUIRE(problem.id.starts_with("PLN-"));
    FUZZ_REQUIRE(base::valid_utf8(problem.one_line()));
  }
  if (!result.plan) return;
  const std::string bytes = core::encode_plan(*result.plan);
  const auto again = core::decode_plan(bytes);
  FUZZ_REQUIRE(again.has_value());
  FUZZ_REQUIRE(core::digest_of(*again) == base::sha256(bytes));
  FUZZ_REQUIRE(core::encode_plan(*core::compile(release, kEnvironment).plan) == bytes);
  static_cast<void>(core::obstacles(*again));
}

}  // namespace

void take(std::string_view bytes) {
  const auto loaded = config::read_release({.yaml = bytes, .file = "release.yaml"});
  FUZZ_REQUIRE(loaded.value.has_value() == loaded.problems.empty());
  check_problems(bytes, loaded.problems);
  if (!loaded.value) return;
  for (const auto& [key, where] : loaded.value->positions)
    FUZZ_REQUIRE(!key.empty() && inside(without_mark(bytes), where.line, where.column));
  check_plan(*loaded.value);
}

}  // namespace stellwerk::fuzz

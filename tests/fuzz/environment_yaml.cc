// stellwerk.yaml with the sections of its adapters: an environment, or every problem with its
// place; and a release can be compiled for what is read.
#include "adapters/audit_domain/section.h"
#include "adapters/file/section.h"
#include "adapters/haproxy/section.h"
#include "adapters/process/section.h"
#include "config/load.h"
#include "core/compile.h"
#include "fuzz/fuzz.h"
#include "fuzz/problems.h"
#include "support/sample_release.h"

namespace stellwerk::fuzz {
namespace {

template <class Loaded>
void check_section(std::string_view bytes, const Loaded& loaded) {
  FUZZ_REQUIRE(loaded.value.has_value() == loaded.problems.empty());
  check_problems(bytes, loaded.problems);
}

/// Whatever adapter a section names, all of them may be asked to read it.
void check_sections(std::string_view bytes, const config::EnvironmentFile& file) {
  check_section(bytes, adapters::haproxy::read_settings(file.router));
  check_section(bytes, adapters::process::read_settings(file.workload));
  for (const auto& section : file.notices)
    check_section(bytes, adapters::read_file_notices(section));
  for (const auto& section : file.events) {
    check_section(bytes, adapters::read_ndjson(section));
    check_section(bytes, adapters::audit_domain::read_settings(section));
  }
}

void check_compiled(const core::Environment& environment) {
  static const core::Release kRelease = testing::sample_release();
  const auto result = core::compile(kRelease, environment);
  FUZZ_REQUIRE(result.plan.has_value() == result.problems.empty());
  if (!result.plan) return;
  const std::string bytes = core::encode_plan(*result.plan);
  const auto again = core::decode_plan(bytes);
  FUZZ_REQUIRE(again.has_value() && core::encode_plan(*again) == bytes);
}

}  // namespace

void take(std::string_view bytes) {
  const auto loaded = config::read_environment({.yaml = bytes, .file = "stellwerk.yaml"});
  FUZZ_REQUIRE(loaded.value.has_value() == loaded.problems.empty());
  check_problems(bytes, loaded.problems);
  if (!loaded.value) return;
  check_sections(bytes, *loaded.value);
  check_compiled(loaded.value->environment);
}

}  // namespace stellwerk::fuzz

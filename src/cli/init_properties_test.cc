// Goal: whatever words `stellwerk init` is given, its files say exactly that. A failure prints the
// smallest example and the RC_PARAMS that repeat it.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <utility>

#include "base/text.h"
#include "cli/init_files.h"
#include "config/load.h"
#include "core/compile.h"

namespace stellwerk::cli {
namespace {

namespace gen = rc::gen;

/// Arguments of every kind that YAML, JSON and shells might read as something else.
rc::Gen<std::string> any_argument() {
  const std::vector<std::string> pieces = {
      "a",  "0",  " ",    "'",  "\"", "\\", "#",  ": ", "- ",     "[",    "]",   ",",        "&",
      "*",  "!",  "|",    ">",  "%",  "@",  "`",  "~",  "true",   "null", "1e3", "=",        "<<",
      "\t", "\n", "\x01", "ä",  "→",  "?",  "--", "$",  "{port}", "0x1f", "{",   "}",        "yes",
      "/",  ".",  "\x7f", "\r", "’",  "😀", "%s", "-1", "\\n",    "---",  "...", "{version}"};
  return gen::map(gen::container<std::vector<std::string>>(gen::elementOf(pieces)),
                  [](const std::vector<std::string>& chosen) {
                    std::string text;
                    for (const std::string& piece : chosen) text += piece;
                    return text;
                  });
}

rc::Gen<std::string> any_name() {
  return gen::map(gen::container<std::string>(gen::elementOf(std::string("aeno01.-_xtrul"))),
                  [](const std::string& text) { return name_from(text.substr(0, 63), "a"); });
}

base::SemVer version(std::uint64_t major, std::uint64_t minor, std::uint64_t patch) {
  base::SemVer made;
  made.major = major;
  made.minor = minor;
  made.patch = patch;
  return made;
}

FirstRelease any_release() {
  FirstRelease first;
  first.service = *any_name();
  first.command = *gen::container<std::vector<std::string>>(any_argument());
  first.command.insert(first.command.begin(), "serve");
  first.health = "/" + *any_name();
  first.tenants = {*any_name()};
  first.person = *any_name();
  first.locale = *gen::elementOf(std::vector{base::Locale::De, base::Locale::En});
  const auto number = gen::inRange<std::uint64_t>(0, 3);
  first.from = version(*number, *number, *number);
  first.to = version(*number, *number, *number);
  if (base::precedence(first.to, first.from) < 0) std::swap(first.to, first.from);
  if (base::precedence(first.to, first.from) == 0) ++first.to.patch;
  return first;
}

bool has_control_character(const std::vector<std::string>& command) {
  for (const std::string& argument : command)
    if (argument.find_first_of("\x01\x7f\r") != std::string::npos) return true;
  return false;
}

RC_GTEST_PROP(InitFiles, SayWhatTheyWereToldWhateverItIs, ()) {
  const FirstRelease first = any_release();
  const auto environment = config::read_environment({environment_yaml(first), "stellwerk.yaml"});
  // An argument may have a placeholder that does not exist, or a character that no file may have;
  // then that is said.
  if (!environment.value) {
    for (const base::Error& problem : environment.problems) {
      const bool refused = problem.id == "CFG-0012" ||
                           (problem.id == "CFG-0002" && has_control_character(first.command));
      RC_ASSERT(refused);
    }
    return;
  }
  const auto& service = environment.value->environment.services.at(0);
  RC_ASSERT(service.workload->command.arguments.size() == first.command.size());
  for (std::size_t i = 0; i < first.command.size(); ++i)
    RC_ASSERT(service.workload->command.arguments[i] == first.command[i]);
  RC_ASSERT(service.name.str() == first.service);
  RC_ASSERT(service.health.url == first.health);
  RC_ASSERT(environment.value->environment.tenants.at(0).id.str() == first.tenants.front());

  const auto release = config::read_release({release_yaml(first), "release.yaml"});
  RC_ASSERT(release.value.has_value());
  RC_ASSERT(release.value->components.at(0).to == first.to);
  const auto compiled = core::compile(*release.value, environment.value->environment);
  RC_ASSERT(compiled.plan.has_value());
}

RC_GTEST_PROP(ShellWord, IsReadBackAsItWas, ()) {
  const std::string word = *any_argument();
  RC_ASSERT(split_words(shell_word(word)) == std::optional(std::vector{word}));
}

RC_GTEST_PROP(NameFrom, IsAlwaysAName, ()) {
  RC_ASSERT(base::parse_name(name_from(*gen::arbitrary<std::string>(), "a")).has_value());
}

}  // namespace
}  // namespace stellwerk::cli

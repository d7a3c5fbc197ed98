// compilation.h — the working copy of one compile(): the parts fill the plan one after the other
// and report problems instead of stopping. Internal to core; callers use compile.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/messages.h"
#include "core/compile.h"
#include "core/policy.h"

namespace stellwerk::core {

/// What a problem is about, where it stands in release.yaml (`waves[1].tenants[0]`).
struct Problem {
  std::string id;
  std::string key;
  std::string what;
  std::string why;
};

class Compilation {
 public:
  Compilation(const Release& release_in, const Environment& environment_in)
      : release(release_in), environment(environment_in), policy(policy_of(release_in.type)) {}

  /// Reports a problem and returns it, so that next steps can be added.
  base::Error& problem(Problem found);
  /// Adds "did you mean …", or the valid names, to the last problem.
  void suggest(std::string_view word, const std::vector<std::string>& valid);
  /// A remark in the environment's language.
  void note(std::string_view message, const base::MessageArguments& arguments, std::string origin);
  /// Records where a value came from: the place of `key` in release.yaml, else `otherwise`.
  void origin(std::string key, std::string value, std::string_view otherwise);
  /// `release.yaml:14:3` of the key or the nearest thing around it; empty when nothing is known.
  [[nodiscard]] std::string written_at(const std::string& key) const;
  [[nodiscard]] std::string runbook() const;  ///< `runbook minor`

  const Release& release;
  const Environment& environment;
  const TypePolicy& policy;
  Plan plan;
  std::vector<base::Error> problems;
};

void compile_components(Compilation& c);
/// Whether this step of versions fits the release type (versions.cc).
void check_version(Compilation& c, std::size_t component);
/// Who moves in which wave; times follow in compile_schedule.
void compile_waves(Compilation& c);
void compile_schedule(Compilation& c);
void compile_guard(Compilation& c);
void compile_steps(Compilation& c);

}  // namespace stellwerk::core

// inputs.h — what can happen to a release, as columns of docs/spec/transitions.md.
//
// Role: each makes its input for a situation, or says that there it cannot happen.
// Start here: all_inputs()                                       Thread-safety: values.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "support/story.h"

namespace stellwerk::transitions {

enum class Group : std::uint8_t { People, Guard, World };

struct Probe {
  std::string name;   ///< `rollback-requested`, `verdict: pause`
  std::string means;  ///< in words
  Group group = Group::World;
  /// The input here; empty: it cannot come here.
  std::function<std::optional<core::InputBody>(const core::testing::Story&)> input;
  base::PersonId by = {};
};
std::vector<Probe> all_inputs();

/// What an effect of this situation may return: done, failed, unknown; and the latter two once more
/// when it was tried four times before.
struct AnswerProbe {
  std::string name;  ///< `move-traffic 2: failed`, `move-traffic 2: failed, fifth attempt`
  core::testing::Story story;
  core::InputBody input;
};
std::vector<AnswerProbe> answers_in(const core::testing::Story& story);

}  // namespace stellwerk::transitions

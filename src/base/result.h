// result.h — Result and Error: how every failure that is not our own bug is reported.
//
// Role: returned by every port and every function that can fail. Exceptions stop at the adapter
// that wraps the throwing library.                                  Start here: Error, Result
// Thread-safety: values; any thread.
// Invariants: every Error has an id with a page docs/errors/<ID>.md; `message` says what failed in
// one line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace stellwerk::base {

/// What kind of failure it was, for code that must react. Closed: a new one must be handled
/// everywhere.
enum class Code : std::uint8_t {
  InvalidArgument,  ///< The input is wrong; repeating it cannot help.
  NotFound,         ///< What was named does not exist.
  Conflict,         ///< Somebody else holds it, or it changed since it was read.
  Rejected,         ///< The other side understood and refused.
  Unauthenticated,  ///< Who is asking is not known.
  Forbidden,        ///< Who is asking may not.
  Unavailable,      ///< Not reached; nothing was changed; may be repeated.
  Overloaded,       ///< Reached, but too busy; nothing was changed; repeat later.
  OutcomeUnknown,   ///< Sent and unanswered, or half done: read the world back before repeating.
  Corruption,       ///< Stored data is not what was written.
  Internal,         ///< A defect of ours that was contained.
};
/// `outcome_unknown`: as in JSON.
std::string_view to_string(Code code);

enum class Retry : std::uint8_t { Never, Later, AfterReadBack };

/// A place in a file a user wrote; line and column count from 1, 0 means "not known".
struct SourcePosition {
  std::string file;
  int line = 0;
  int column = 0;
  /// `file:line:column`, leaving out what is not known.
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const SourcePosition&, const SourcePosition&) = default;
};

/// A command the user can run or a thing to do next, and what it achieves.
struct NextStep {
  std::string command;
  std::string effect;
  friend bool operator==(const NextStep&, const NextStep&) = default;
};

/// What went wrong, why, what state things are in now, and what to do next (rendered by
/// cli/error_text).
struct Error {
  Code code = Code::Internal;
  std::string id;  ///< "HAP-0003": the page docs/errors/HAP-0003.md; `stellwerk explain` prints it.
  std::string message;  ///< What failed, one line, without a final stop.
  Retry retry = Retry::Never;
  std::string why;                   ///< The cause, as far as known; may be empty.
  std::string state;                 ///< What state things are in now; may be empty.
  std::vector<NextStep> next;        ///< What to do; may be empty.
  SourcePosition where;              ///< Where in the user's file; empty file = nowhere.
  std::vector<std::string> context;  ///< Outermost last: "while preparing wave 2".

  [[nodiscard]] Error because(std::string cause) &&;
  [[nodiscard]] Error now(std::string state_now) &&;
  [[nodiscard]] Error then(std::string command, std::string effect) &&;
  [[nodiscard]] Error at(SourcePosition position) &&;
  /// `during("preparing wave 2")` adds the context "while preparing wave 2".
  [[nodiscard]] Error during(std::string action) &&;
  /// One line for logs and journal data: `HAP-0003: message (why) [context]`.
  [[nodiscard]] std::string one_line() const;
};

template <class T>
using Result = tl::expected<T, Error>;
using Failure = tl::unexpected<Error>;

/// What may be repeated follows from the code: Unavailable and Overloaded later, OutcomeUnknown
/// after a read-back.
Retry retry_of(Code code);

/// `return fail(Code::NotFound, "CFG-0001", "no such file x");` with the retry of its code.
[[nodiscard]] Failure fail(Code code, std::string id, std::string message);
[[nodiscard]] Failure fail(Error error);
/// The Error alone, to be extended with because/now/then/at/during.
[[nodiscard]] Error error(Code code, std::string id, std::string message);

}  // namespace stellwerk::base

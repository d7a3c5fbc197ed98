#include "base/result.h"

#include <fmt/format.h>

#include <utility>

#include "base/check.h"

namespace stellwerk::base {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::InvalidArgument:
      return "invalid_argument";
    case Code::NotFound:
      return "not_found";
    case Code::Conflict:
      return "conflict";
    case Code::Rejected:
      return "rejected";
    case Code::Unauthenticated:
      return "unauthenticated";
    case Code::Forbidden:
      return "forbidden";
    case Code::Unavailable:
      return "unavailable";
    case Code::Overloaded:
      return "overloaded";
    case Code::OutcomeUnknown:
      return "outcome_unknown";
    case Code::Corruption:
      return "corruption";
    case Code::Internal:
      return "internal";
  }
  check_failed("Code is one of its enumerators", __FILE__, __LINE__);
}

Retry retry_of(Code code) {
  switch (code) {
    case Code::Unavailable:
    case Code::Overloaded:
      return Retry::Later;
    case Code::OutcomeUnknown:
      return Retry::AfterReadBack;
    case Code::InvalidArgument:
    case Code::NotFound:
    case Code::Conflict:
    case Code::Rejected:
    case Code::Unauthenticated:
    case Code::Forbidden:
    case Code::Corruption:
    case Code::Internal:
      return Retry::Never;
  }
  check_failed("Code is one of its enumerators", __FILE__, __LINE__);
}

std::string SourcePosition::to_string() const {
  std::string text = file;
  for (const int number : {line, column}) {
    if (number == 0) break;  // a column without its line says nothing
    if (!text.empty()) text += ':';
    text += std::to_string(number);
  }
  return text;
}

Error Error::because(std::string cause) && {
  why = std::move(cause);
  return std::move(*this);
}

Error Error::now(std::string state_now) && {
  state = std::move(state_now);
  return std::move(*this);
}

Error Error::then(std::string command, std::string effect) && {
  next.push_back({std::move(command), std::move(effect)});
  return std::move(*this);
}

Error Error::at(SourcePosition position) && {
  where = std::move(position);
  return std::move(*this);
}

Error Error::during(std::string action) && {
  context.push_back("while " + std::move(action));
  return std::move(*this);
}

std::string Error::one_line() const {
  std::string line = fmt::format("{}: {}", id, message);
  if (!why.empty()) line += fmt::format(" ({})", why);
  if (!context.empty()) line += fmt::format(" [{}]", fmt::join(context, ", "));
  return line;
}

Error error(Code code, std::string id, std::string message) {
  Error made;
  made.code = code;
  made.id = std::move(id);
  made.message = std::move(message);
  made.retry = retry_of(code);
  return made;
}

Failure fail(Error error) { return Failure(std::move(error)); }

Failure fail(Code code, std::string id, std::string message) {
  return fail(error(code, std::move(id), std::move(message)));
}

}  // namespace stellwerk::base

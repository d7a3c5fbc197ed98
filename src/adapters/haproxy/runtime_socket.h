// runtime_socket.h — one command, one answer, over HAProxy's runtime API.
//
// Role: says what became of a command, no more: retries and meaning are the caller's.
// Start here: ask(), tell()            Thread-safety: any thread; every command has its own
// connection. Spec: HAProxy 2.6 management guide, §9.3 "Unix Socket commands", §9.4 "Master CLI".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "ports/call.h"
#include "ports/clock.h"

namespace stellwerk::adapters::haproxy {

class RuntimeSocket {
 public:
  /// @param prefix  `@!4711 ` sends the command to that worker, over the master's socket
  RuntimeSocket(std::string folder, std::string name, std::string prefix, const ports::Clock& clock)
      : folder_(std::move(folder)),
        name_(std::move(name)),
        prefix_(std::move(prefix)),
        clock_(clock) {}

  /// For commands that change nothing. @errors Unavailable HAP-0002
  [[nodiscard]] base::Result<std::string> ask(std::string_view command,
                                              const ports::Call& call) const;
  /// For commands that change something; one with a payload (`<<`) ends with an empty line.
  /// @errors Unavailable HAP-0002: not sent; OutcomeUnknown HAP-0003: sent, and no answer came
  [[nodiscard]] base::Result<std::string> tell(std::string_view command,
                                               const ports::Call& call) const;

 private:
  [[nodiscard]] base::Result<base::UniqueFd> connect(const ports::Call& call) const;

  std::string folder_;
  std::string name_;
  std::string prefix_;
  const ports::Clock& clock_;
};

/// HAP-0002, as every function of this adapter reports it.
base::Error unavailable(std::string why);
/// HAP-0003.
base::Error outcome_unknown(std::string why);

}  // namespace stellwerk::adapters::haproxy

// routes.h — what each path answers.
//
// Role: called by the server's threads; whatever touches the engine runs on the engine's thread
// through its mailbox. Thread-safety: any thread. Spec: docs/reference/api.md
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/listener.h"
#include "engine/engine.h"
#include "engine/person_command.h"

namespace stellwerk::api {

class Routes {
 public:
  /// The people of stellwerk.yaml as it is now. Any thread; asked in a lane of its own.
  using PeopleNow = std::function<base::Result<std::vector<core::Person>>()>;

  Routes(engine::Engine& engine, PeopleNow people_now)
      : engine_(engine), people_now_(std::move(people_now)) {}
  /// GET /v1/releases · GET /v1/releases/ID · POST /v1/releases/ID/commands {command, reason?,
  /// step?, plan?} Blocks until the engine answered, at most 15 seconds (503 then: the command may
  /// still be carried out).
  [[nodiscard]] Response handle(const Request& request) const;

 private:
  [[nodiscard]] std::optional<std::vector<core::Person>> people() const;
  [[nodiscard]] Response list() const;
  [[nodiscard]] Response show(const base::ReleaseId& release) const;
  [[nodiscard]] Response command(const base::ReleaseId& release, const Request& request) const;

  [[nodiscard]] Response signed_command(const base::ReleaseId& release,
                                        const engine::PersonCommand& command) const;

  engine::Engine& engine_;
  PeopleNow people_now_;
};

}  // namespace stellwerk::api

// bodies.h — what requests and answers carry: a person's command, and errors as JSON.
//
// Role: Routes reads and writes them; the command line's client reads the errors.
// Thread-safety: pure functions.                                     Spec: docs/reference/api.md
#pragma once

#include <cstddef>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "engine/person_command.h"

namespace stellwerk::api {

inline constexpr std::size_t kCommandBytesMax = std::size_t{64} << 10;

/// The body of POST /v1/releases/ID/commands. What is not there or no text stays empty;
/// engine::input_of() says what a command lacks.
/// @errors InvalidArgument BAS-0006: no JSON; BAS-0008: `plan` is no digest
base::Result<engine::PersonCommand> parse_command(std::string_view body);

/// An error as JSON: code, id, message, why, state, next.
base::Json error_json(const base::Error& error);
/// Throws Json::exception when `json` is not what error_json() makes.
base::Error error_from_json(const base::Json& json);

}  // namespace stellwerk::api

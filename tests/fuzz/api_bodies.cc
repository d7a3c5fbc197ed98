// What the engine's API is sent, and what the command line reads of its errors.
#include "api/bodies.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

/// Any error can be written as JSON, and reads back.
void check_error(const base::Error& error) {
  const base::Json json = api::error_json(error);
  FUZZ_REQUIRE(!json.dump().empty());  // throws when a text is no UTF-8
  const base::Error again = api::error_from_json(json);
  FUZZ_REQUIRE(again.id == error.id && again.message == error.message && again.why == error.why);
}

void check_command(std::string_view bytes) {
  const auto command = api::parse_command(bytes);
  if (!command) {
    FUZZ_REQUIRE(command.error().id == "BAS-0006" || command.error().id == "BAS-0008");
    return check_error(command.error());
  }
  FUZZ_REQUIRE(bytes.size() <= api::kCommandBytesMax);
  FUZZ_REQUIRE(base::valid_utf8(command->verb) && base::valid_utf8(command->reason) &&
               base::valid_utf8(command->step));
  FUZZ_REQUIRE(command->again.size() <= bytes.size());
}

void check_answer(std::string_view bytes) {
  const auto json = base::parse_json(bytes);
  if (!json) return;
  try {
    check_error(api::error_from_json(*json));
  } catch (const base::Json::exception&) {
    // What bodies.h says: an answer of another form.
  }
}

}  // namespace

void take(std::string_view bytes) {
  check_command(bytes);
  check_answer(bytes);
}

}  // namespace stellwerk::fuzz

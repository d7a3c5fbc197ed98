#include "cli/own_entry.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

namespace stellwerk::cli {
namespace {

constexpr base::Duration kRecordPatience = base::seconds(30);

}  // namespace

base::Result<base::PersonId> person_with(World& world, const core::Environment& environment,
                                         core::Permission permission) {
  const core::Person* person = environment.find_os_user(world.os_user());
  const std::string what(core::row_of(permission).text);
  if (person == nullptr)
    return base::fail(
        base::error(base::Code::Forbidden, "ENG-0010",
                    fmt::format("it is not known who asks to {}", what))
            .because("nobody of that operating-system user stands under `people` in stellwerk.yaml")
            .now("nothing was done"));
  if (core::may(*person, permission)) return person->id;
  return base::fail(
      base::error(base::Code::Forbidden, "ENG-0011",
                  fmt::format("{} may not {}", person->id.str(), what))
          .because("it takes one of the roles " + core::roles_text(core::row_of(permission).roles))
          .now("nothing was done")
          .then("ask somebody with such a role",
                "whose os_user stands in stellwerk.yaml: this command takes no signature"));
}

base::Result<void> record_own_entry(World& world, EngineHost& host, const core::Event& event,
                                    const base::PersonId& by) {
  const auto answer = std::make_shared<std::optional<engine::Answer>>();
  host.engine().record_alone(event, by, [answer](const engine::Answer& given) { *answer = given; });
  const base::MonoTime until = world.now().mono + kRecordPatience;
  while (!*answer && world.now().mono < until) host.turn_within(base::milliseconds(50));
  if (!*answer)
    return base::fail(base::Code::OutcomeUnknown, "CLI-0009", "the journal did not answer in time");
  if ((*answer)->refusal) return base::fail(*(*answer)->refusal);
  return {};
}

}  // namespace stellwerk::cli

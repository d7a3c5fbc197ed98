#include "cli/keeping_command.h"

#include <fmt/format.h>

#include <memory>
#include <ostream>

#include "base/text.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "core/permissions.h"
#include "engine/private_text.h"

namespace stellwerk::cli {
namespace {

constexpr base::Duration kRecordPatience = base::seconds(30);

/// The person that the operating system's user is, if they have the permission.
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
          .now("nothing was done"));
}

/// Turns the engine until it has answered.
base::Result<void> recorded(World& world, EngineHost& host, const core::Event& event,
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

/// Texts with a salt of their own may go; everything else is the record itself.
base::Result<void> erasable(ports::ContentStore& content, const base::Digest& digest) {
  auto bytes = content.get(digest);
  if (!bytes) return base::fail(std::move(bytes.error()));
  if (engine::opened(*bytes).size() < bytes->size()) return {};
  return base::fail(
      base::error(base::Code::Rejected, "AUD-0046",
                  fmt::format("{} is no private text", digest.short_text()))
          .because("plans, windows, signed approvals and reports are kept as long as the journal")
          .now("nothing was erased"));
}

Exit erase_in(World& world, Console& console, const Arguments& arguments,
              const config::EnvironmentFile& file, const base::PersonId& by) {
  const auto digest = base::Digest::parse(arguments.topic);
  if (!digest) return failed(console, digest.error());
  auto host = world.open_engine(file);
  if (!host) return failed(console, host.error());
  engine::EnginePorts& ports = (*host)->engine().ports();
  if (auto may_go = erasable(ports.content, *digest); !may_go)
    return failed(console, may_go.error());
  auto reason = engine::keep_text(arguments.reason, ports.content, ports.entropy);
  if (!reason) return failed(console, reason.error());
  // First the entry: what is gone without one is damage.
  if (auto said = recorded(world, **host, core::ContentErased{*digest, *reason}, by); !said)
    return failed(console, said.error());
  if (auto gone = ports.content.erase(*digest); !gone) return failed(console, gone.error());
  console.err << console.text("cli.erase.done", {{"digest", digest->to_string()}}) << '\n';
  if (console.json) console.print_json_line({{"erased", digest->to_string()}});
  return Exit::Done;
}

}  // namespace

Exit erase_command(World& world, Console& console, const Arguments& arguments) {
  auto file = load_environment(world, arguments);
  if (!file.value) {
    report(console, file.problems);
    return Exit::Usage;
  }
  if (base::trim(arguments.reason).empty())
    return failed(console,
                  base::error(base::Code::InvalidArgument, "CLI-0001", "erase needs a reason")
                      .because("the record must say why; give --reason TEXT")
                      .now("nothing was erased"));
  const auto by = person_with(world, file.value->environment, core::Permission::Erase);
  if (!by) return failed(console, by.error());
  return erase_in(world, console, arguments, *file.value, *by);
}

Exit log_key_command(World& world, Console& console, const Arguments& arguments) {
  auto file = peek_environment(arguments);
  if (!file.value) {
    report(console, file.problems);
    return Exit::Usage;
  }
  const auto key = world.log_key(*file.value);
  if (!key) return failed(console, key.error());
  if (console.json)
    console.print_json_line({{"key", *key}});
  else
    console.out << *key << '\n';
  return Exit::Done;
}

Exit rotate_key_command(World& world, Console& console, const Arguments& arguments) {
  auto file = load_environment(world, arguments);
  if (!file.value) {
    report(console, file.problems);
    return Exit::Usage;
  }
  const auto by = person_with(world, file.value->environment, core::Permission::RotateKey);
  if (!by) return failed(console, by.error());
  const auto change =
      world.rotate_key(*file.value, [&](EngineHost& host, const core::Event& event) {
        return recorded(world, host, event, *by);
      });
  if (!change) return failed(console, change.error());
  console.err << console.text("cli.rotate.done",
                              {{"old", change->old_key}, {"new", change->new_key}})
              << '\n';
  if (console.json) console.print_json_line({{"old", change->old_key}, {"new", change->new_key}});
  return Exit::Done;
}

}  // namespace stellwerk::cli

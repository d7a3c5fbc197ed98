#include "cli/keeping_command.h"

#include <fmt/format.h>

#include <ostream>

#include "base/text.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/own_entry.h"
#include "core/permissions.h"
#include "engine/private_text.h"

namespace stellwerk::cli {
namespace {

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
  auto host = world.open_record(file);
  if (!host) return failed(console, host.error());
  engine::EnginePorts& ports = (*host)->engine().ports();
  if (auto may_go = erasable(ports.content, *digest); !may_go)
    return failed(console, may_go.error());
  auto reason = engine::keep_text(arguments.reason, ports.content, ports.entropy);
  if (!reason) return failed(console, reason.error());
  // First the entry: what is gone without one is damage.
  if (auto said = record_own_entry(world, **host, core::ContentErased{*digest, *reason}, by); !said)
    return failed(console, said.error());
  if (auto gone = ports.content.erase(*digest); !gone) return failed(console, gone.error());
  // So that an export has the entry that says so.
  if (auto covered = (*host)->sign_now(); !covered)
    report(console, {&covered.error(), 1}, Severity::Warning);
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
        return record_own_entry(world, host, event, *by);
      });
  if (!change) return failed(console, change.error());
  console.err << console.text("cli.rotate.done",
                              {{"old", change->old_key}, {"new", change->new_key}})
              << '\n';
  if (console.json) console.print_json_line({{"old", change->old_key}, {"new", change->new_key}});
  return Exit::Done;
}

}  // namespace stellwerk::cli

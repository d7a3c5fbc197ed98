// audit procedure: the documentation of the change procedure, written and recorded.
#include <fmt/format.h>

#include <ostream>

#include "base/files.h"
#include "base/version.h"
#include "cli/audit_command.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/own_entry.h"
#include "cli/procedure_facts.h"
#include "documents/procedure.h"

namespace stellwerk::cli {
namespace {

struct Procedure {
  std::string text;
  base::Digest digest;
};

base::Result<Procedure> procedure_of(const config::EnvironmentFile& file,
                                     const ProcedureStores& stores, base::Locale locale) {
  const auto facts = procedure_facts(file, stores);
  if (!facts) return base::fail(facts.error());
  Procedure made{documents::procedure_document(*facts, locale), {}};
  made.digest = base::sha256(made.text);
  return made;
}

/// Beside a running engine, or without one; a journal that is not there yet has no history.
base::Result<Procedure> read_procedure(World& world, const config::EnvironmentFile& file,
                                       base::Locale locale) {
  const auto reader = world.open_reader(file.environment.data_folder);
  if (!reader && reader.error().id != "JRN-0007") return base::fail(reader.error());
  if (!reader) return procedure_of(file, {}, locale);
  return procedure_of(file, {reader->journal.get(), reader->content.get()}, locale);
}

/// What is recorded is what the journal says up to the entry that names it: no other process can
/// write between.
base::Result<Procedure> record_procedure(World& world, const config::EnvironmentFile& file,
                                         base::Locale locale) {
  const auto by = person_with(world, file.environment, core::Permission::RecordProcedure);
  if (!by) return base::fail(by.error());
  const auto host = world.open_record(file);
  if (!host) return base::fail(host.error());
  engine::EnginePorts& ports = (*host)->engine().ports();
  auto made = procedure_of(file, {&ports.journal, &ports.content}, locale);
  if (!made) return made;
  const auto kept = ports.content.put(made->text);
  if (!kept) return base::fail(kept.error());
  const core::ProcedureRecorded event{*kept, file.source,
                                      fmt::format("stellwerk {}", base::program_version())};
  if (auto said = record_own_entry(world, **host, event, *by); !said)
    return base::fail(std::move(said.error()));
  if (auto covered = (*host)->sign_now(); !covered) return base::fail(std::move(covered.error()));
  return made;
}

}  // namespace

Exit audit_procedure_command(World& world, Console& console, const Arguments& arguments) {
  const auto file = load_environment(world, arguments);
  if (!file.value) {
    report(console, file.problems);
    return Exit::Usage;
  }
  const base::Locale locale = arguments.locale.value_or(file.value->environment.locale);
  const bool records = arguments.audit.record;
  const auto made = records ? record_procedure(world, *file.value, locale)
                            : read_procedure(world, *file.value, locale);
  if (!made) return failed(console, made.error());
  const std::string& out = arguments.audit.out;
  if (!out.empty())
    if (auto written = base::replace_file(out, made->text, base::FileMode::WorldReadable); !written)
      return failed(
          console,
          records
              ? base::Error(written.error()).now("the document is recorded; its file is not there")
              : written.error());
  if (console.json) {
    base::Json json{
        {"digest", made->digest.to_string()}, {"bytes", made->text.size()}, {"recorded", records}};
    if (!out.empty()) json["file"] = out;
    console.print_json(json);
    return Exit::Done;
  }
  if (out.empty())
    console.out << made->text;
  else
    console.out << out << '\n';
  const char* said = records ? "cli.procedure.recorded" : "cli.procedure.made";
  console.err << console.text(said, {{"digest", made->digest.to_string()}}) << '\n';
  return Exit::Done;
}

}  // namespace stellwerk::cli

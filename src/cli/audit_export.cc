// audit export: one release and the log in one archive.
#include <fmt/format.h>

#include <ostream>

#include "base/version.h"
#include "cli/archive_writer.h"
#include "cli/audit_command.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/release_export.h"

namespace stellwerk::cli {
namespace {

base::Result<void> write_archive(const ReleaseExport& whole, const std::string& file) {
  auto archive = ArchiveWriter::create(file, whole.last_time());
  if (!archive) return base::fail(std::move(archive.error()));
  const std::string top = fmt::format("audit-{}/", whole.release().str());
  for (const auto& [path, bytes_of] : whole.files()) {
    auto bytes = bytes_of();
    if (!bytes) return base::fail(std::move(bytes.error()).during("exporting " + path));
    const auto added = archive->add(top + path, *bytes, path == "verify.py");
    if (!added) return base::fail(added.error());
  }
  return archive->finish();
}

}  // namespace

Exit audit_export_command(World& world, Console& console, const Arguments& arguments) {
  const auto folder = data_folder(arguments);
  if (!folder.value) {
    report(console, folder.problems);
    return Exit::Usage;
  }
  auto reader = world.open_reader(*folder.value);
  if (!reader) return failed(console, reader.error());
  ReleaseExport whole(*reader, LogFiles(*folder.value + "/log"), base::ReleaseId(arguments.release),
                      std::string(base::program_version()));
  if (auto collected = whole.collect(); !collected) return failed(console, collected.error());
  const std::string file = arguments.audit.out.empty()
                               ? fmt::format("audit-{}.tar.gz", arguments.release)
                               : arguments.audit.out;
  if (auto written = write_archive(whole, file); !written) return failed(console, written.error());
  if (console.json) {
    console.print_json({{"file", file},
                        {"files", whole.files().size()},
                        {"entries", whole.indexes().size()},
                        {"log_entries", whole.size()},
                        {"behind_checkpoint", whole.behind()},
                        {"not_at_hand", whole.missing()}});
    return Exit::Done;
  }
  console.out << file << '\n';
  const auto say = [&](const char* key, std::uint64_t count) {
    if (count > 0) console.err << console.text(key, {{"count", std::to_string(count)}}) << '\n';
  };
  console.err << console.text("cli.export.done",
                              {{"entries", std::to_string(whole.indexes().size())},
                               {"size", std::to_string(whole.size())},
                               {"files", std::to_string(whole.files().size())}})
              << '\n';
  say("cli.export.behind", whole.behind());
  say("cli.export.missing", whole.missing());
  return Exit::Done;
}

}  // namespace stellwerk::cli

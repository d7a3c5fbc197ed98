#include "cli/audit_command.h"

#include <algorithm>
#include <ostream>

#include "base/version.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/replay_view.h"

namespace stellwerk::cli {
namespace {

/// Replays one after the other; what cannot be read does not keep the others from being checked.
class Replays {
 public:
  Replays(Console& console, const Arguments& arguments, Reader& reader)
      : console_(console), all_differences_(arguments.all_differences), reader_(reader) {}

  Exit one(const base::ReleaseId& release) {
    auto report = engine::replay_release(*reader_.journal, *reader_.content, release);
    if (!report) return not_read(report.error());
    if (console_.json)
      rows_.push_back(replay_json(*report));
    else
      console_.out << replay_text(*report,
                                  {console_.locale, console_.colour_out, all_differences_});
    if (auto error = replay_error(*report)) keep(std::move(*error));
    return report->same() ? Exit::Done : Exit::VerificationFailed;
  }

  Exit all() {
    auto streams = reader_.journal->streams(false);
    if (!streams) return failed(console_, streams.error());
    std::sort(streams->begin(), streams->end(),
              [](const auto& a, const auto& b) { return a.first_index < b.first_index; });
    Exit worst = Exit::Done;
    for (const ports::StreamInfo& stream : *streams) {
      if (stream.release.empty()) {
        own_entries_ = stream.version;
        continue;
      }
      if (const Exit exit = one(stream.release); exit != Exit::Done) worst = exit;
    }
    if (own_entries_ > 0 && !console_.json)
      console_.out << console_.text("cli.replay.own", {{"count", std::to_string(own_entries_)}})
                   << '\n';
    if (streams->empty() && !console_.json)
      console_.err << console_.text("cli.replay.none") << '\n';
    return worst;
  }

  void finish(Exit exit) {
    if (console_.json)
      console_.print_json({{"program", base::program_version()},
                           {"same", exit == Exit::Done},
                           {"releases", rows_},
                           {"own_entries", own_entries_}});
    report(console_, errors_);
  }

 private:
  Exit not_read(base::Error error) {
    const bool damaged = error.code == base::Code::Corruption ||
                         (error.code == base::Code::NotFound && error.id == "CAS-0002");
    const bool refused = error.code == base::Code::NotFound && !damaged;
    keep(std::move(error));
    if (damaged) return Exit::VerificationFailed;
    return refused ? Exit::Usage : Exit::Failed;
  }
  void keep(base::Error error) { errors_.push_back(std::move(error)); }

  Console& console_;
  bool all_differences_;
  Reader& reader_;
  base::Json rows_ = base::Json::array();
  std::uint64_t own_entries_ = 0;
  std::vector<base::Error> errors_;
};

}  // namespace

Exit replay_command(World& world, Console& console, const Arguments& arguments) {
  auto folder = data_folder(arguments);
  if (!folder.value) {
    report(console, folder.problems);
    return Exit::Usage;
  }
  auto reader = world.open_reader(*folder.value);
  if (!reader) return failed(console, reader.error());
  Replays replays(console, arguments, *reader);
  const Exit exit =
      arguments.release.empty() ? replays.all() : replays.one(base::ReleaseId(arguments.release));
  replays.finish(exit);
  return exit;
}

}  // namespace stellwerk::cli

// Looking at releases: list, show, watch.
#include "cli/release_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/api_client.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/release_view.h"
#include "cli/watcher.h"
#include "engine/loader.h"
#include "engine/view.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kListed = 20;

ViewStyle style_of(const Console& console) {
  return {console.locale, console.columns, console.colour_out};
}

base::Result<base::Json> stored_view(World& world, const std::string& data_folder,
                                     const base::ReleaseId& release, bool engine_runs) {
  auto reader = world.open_reader(data_folder);
  if (!reader) return base::fail(std::move(reader.error()));
  auto loaded = engine::load_release(*reader->journal, *reader->content, release);
  if (!loaded) return base::fail(std::move(loaded.error()));
  const engine::StoredView stored{engine_runs, loaded->last_entry};
  base::Json view = engine::view_of(loaded->plan, loaded->state, stored);
  engine::add_texts(view, *reader->content);
  if (const auto until = base::parse_rfc3339(view.value("lease_until", "")))
    view["lease_over"] = *until <= world.now().wall;
  return view;
}

/// Problems of the environment file, printed; the caller ends.
std::optional<std::string> folder_of(const Console& console, const Arguments& arguments) {
  auto folder = data_folder(arguments);
  if (!folder.value) report(console, folder.problems);
  return std::move(folder.value);
}

base::Result<base::Json> list_rows(Reader& reader, bool all, std::size_t& left_out) {
  auto streams = reader.journal->streams(false);
  if (!streams) return base::fail(std::move(streams.error()));
  base::Json rows = base::Json::array();
  for (const ports::StreamInfo& stream : *streams) {
    if (stream.release.empty()) continue;
    if (!all && stream.ended && rows.size() >= kListed) {
      ++left_out;
      continue;
    }
    auto loaded = engine::load_release(*reader.journal, *reader.content, stream.release);
    if (!loaded) return base::fail(std::move(loaded.error()));
    rows.push_back(engine::list_row(loaded->plan, loaded->state));
  }
  return rows;
}

bool under_way(const base::Json& row) { return !row.value("ended", true); }

}  // namespace

base::Result<base::Json> view_of_release(World& world, const std::string& data_folder,
                                         const base::ReleaseId& release, base::Duration patience) {
  const bool engine_runs = world.engine_runs(data_folder);
  if (engine_runs) {
    auto view =
        ApiClient(world.socket_path(data_folder), patience).get("/v1/releases/" + release.str());
    const bool elsewhere = !view && (view.error().id == "API-0004" ||  // has ended: not in memory
                                     view.error().id == "API-0006" ||  // the engine is ending
                                     view.error().code == base::Code::Unavailable);
    if (!elsewhere) return view;
  }
  return stored_view(world, data_folder, release, engine_runs);
}

Exit list_command(World& world, Console& console, const Arguments& arguments) {
  const auto folder = folder_of(console, arguments);
  if (!folder) return Exit::Usage;
  base::Json rows = base::Json::array();
  std::size_t left_out = 0;
  auto reader = world.open_reader(*folder);
  if (!reader && reader.error().code != base::Code::NotFound)
    return failed(console, reader.error());
  if (reader) {
    auto listed = list_rows(*reader, arguments.all, left_out);
    if (!listed) return failed(console, listed.error());
    rows = std::move(*listed);
  }
  const bool unattended = !world.engine_runs(*folder);
  if (console.json) {
    console.print_json({{"releases", std::move(rows)},
                        {"left_out", left_out},
                        {"engine", unattended ? "none" : "running"}});
    return Exit::Done;
  }
  if (rows.empty()) console.err << console.text("cli.list.empty") << '\n';
  console.out << list_text(rows, style_of(console));
  if (unattended && std::any_of(rows.begin(), rows.end(), under_way))
    console.err << console.text("cli.list.unattended") << '\n';
  if (left_out > 0)
    console.err << console.text("cli.list.more", {{"count", std::to_string(left_out)}}) << '\n';
  return Exit::Done;
}

Exit show_command(World& world, Console& console, const Arguments& arguments) {
  const auto folder = folder_of(console, arguments);
  if (!folder) return Exit::Usage;
  auto view = view_of_release(world, *folder, base::ReleaseId(arguments.release));
  if (!view) return failed(console, view.error());
  if (console.json)
    console.print_json(*view);
  else
    console.out << release_text(*view, style_of(console));
  return Exit::Done;
}

Exit watch_command(World& world, Console& console, const Arguments& arguments) {
  const auto folder = folder_of(console, arguments);
  if (!folder) return Exit::Usage;
  return Watcher(world, console, *folder, base::ReleaseId(arguments.release)).watch();
}

}  // namespace stellwerk::cli

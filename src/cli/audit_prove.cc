// What is given away of the log: audit prove, audit checkpoint.
#include <fmt/format.h>

#include <ostream>

#include "audit/checkpoint.h"
#include "audit/log_proof.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/proof.h"
#include "audit/tile_reader.h"
#include "base/files.h"
#include "cli/audit_command.h"
#include "cli/audit_options.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/log_files.h"

namespace stellwerk::cli {
namespace {

constexpr std::string_view kProofSuffix = ".tlog-proof";

struct LatestCheckpoint {
  std::string note;
  audit::Checkpoint checkpoint;
};

base::Result<LatestCheckpoint> read_latest(const LogFiles& files) {
  auto bytes = files.checkpoint();
  if (!bytes) return base::fail(std::move(bytes.error()));
  const auto note = audit::parse_note(*bytes);
  if (!note) return base::fail(note.error());
  auto checkpoint = audit::Checkpoint::parse(note->text);
  if (!checkpoint) return base::fail(std::move(checkpoint.error()));
  return LatestCheckpoint{std::move(*bytes), std::move(*checkpoint)};
}

base::Failure not_covered(std::uint64_t index, std::uint64_t size) {
  return base::fail(
      base::error(base::Code::Conflict, "AUD-0061",
                  fmt::format("no checkpoint covers entry {} yet", index))
          .because(fmt::format("the latest one covers {} entries", size))
          .now("nothing was written")
          .then("stellwerk audit checkpoint", "what the latest one covers")
          .then(fmt::format("stellwerk audit prove {}", index), "again, after the next gate"));
}

/// The entry's bytes from its bundle, and the proof; both checked against the checkpoint.
struct Proven {
  audit::LogProof proof;
  std::string entry;
};

base::Result<Proven> prove(const LogFiles& files, std::uint64_t index) {
  const auto latest = read_latest(files);
  if (!latest) return base::fail(latest.error());
  const std::uint64_t size = latest->checkpoint.size;
  if (index >= size) return not_covered(index, size);
  const auto bundle =
      audit::tile_of({.level = audit::kEntriesLevel, .index = index / audit::kTileWidth}, size);
  const auto bytes = audit::read_tile(files.reader(), *bundle);
  if (!bytes) return base::fail(bytes.error());
  const auto entries = audit::decode_bundle(*bundle, *bytes);
  if (!entries) return base::fail(entries.error());
  Proven proven;
  proven.proof.index = index;
  proven.proof.checkpoint = latest->note;
  proven.entry = std::string((*entries)[index % audit::kTileWidth]);
  audit::TileReader tiles(size, files.reader());
  auto hashes = audit::inclusion_proof({index, size}, tiles);
  if (!hashes) return base::fail(std::move(hashes.error()));
  proven.proof.hashes = std::move(*hashes);
  const auto fits = audit::verify_inclusion(audit::leaf_hash(proven.entry), {index, size},
                                            proven.proof.hashes, latest->checkpoint.root);
  if (!fits) return base::fail(base::Error(fits.error()).during("checking the proof"));
  return proven;
}

std::optional<std::string> data_folder_of(const Console& console, const Arguments& arguments) {
  auto folder = data_folder(arguments);
  if (!folder.value) report(console, folder.problems);
  return std::move(folder.value);
}

}  // namespace

Exit audit_prove_command(World& /*world*/, Console& console, const Arguments& arguments) {
  const auto index = read_sequence(arguments.audit);
  if (!index) return failed(console, index.error());
  const auto folder = data_folder_of(console, arguments);
  if (!folder) return Exit::Usage;
  const auto proven = prove(LogFiles(*folder + "/log"), *index);
  if (!proven) return failed(console, proven.error());
  const std::string text = proven->proof.to_text();
  std::string file = arguments.audit.out;
  if (file.empty() && !console.json) {
    console.out << text;
    return Exit::Done;
  }
  base::Json json{{"index", *index}, {"proof", text}, {"entry", proven->entry}};
  if (!file.empty()) {
    if (!file.ends_with(kProofSuffix)) file += kProofSuffix;
    const std::string entry_file =
        file.substr(0, file.size() - kProofSuffix.size()) + ".entry.json";
    for (const auto& [path, bytes] : {std::pair(file, text), std::pair(entry_file, proven->entry)})
      if (auto written = base::replace_file(path, bytes, base::FileMode::WorldReadable); !written)
        return failed(console, written.error());
    json["files"] = {file, entry_file};
    if (!console.json) console.out << file << '\n' << entry_file << '\n';
  }
  if (console.json) console.print_json(json);
  return Exit::Done;
}

Exit audit_checkpoint_command(World& world, Console& console, const Arguments& arguments) {
  const auto folder = data_folder_of(console, arguments);
  if (!folder) return Exit::Usage;
  const auto latest = read_latest(LogFiles(*folder + "/log"));
  if (!latest) return failed(console, latest.error());
  auto reader = world.open_reader(*folder);
  if (!reader) return failed(console, reader.error());
  const auto head = reader->journal->head();
  if (!head) return failed(console, head.error());
  if (console.json) {
    console.print_json({{"log", latest->checkpoint.origin},
                        {"size", latest->checkpoint.size},
                        {"root", latest->checkpoint.root.to_string()},
                        {"entries", head->size},
                        {"note", latest->note}});
    return Exit::Done;
  }
  console.out << latest->note;
  const std::uint64_t size = latest->checkpoint.size;
  const char* key = size < head->size ? "cli.audit.checkpoint.part" : "cli.audit.checkpoint.all";
  console.err << console.text(key,
                              {{"size", std::to_string(size)},
                               {"entries", std::to_string(head->size)},
                               {"behind", std::to_string(head->size - std::min(size, head->size))}})
              << '\n';
  return Exit::Done;
}

}  // namespace stellwerk::cli

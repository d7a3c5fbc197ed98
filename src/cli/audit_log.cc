// Looking at the journal's entries: audit log, audit show.
#include <fmt/format.h>

#include <deque>
#include <ostream>

#include "audit/checkpoint.h"
#include "audit/entry_facts.h"
#include "audit/note.h"
#include "base/text.h"
#include "cli/audit_command.h"
#include "cli/audit_options.h"
#include "cli/entry_lines.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/log_files.h"
#include "engine/private_text.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kLinesAtOnce = 500;
constexpr base::Duration kFollowInterval = base::milliseconds(250);
constexpr std::size_t kTextShown = 4096;

/// Prints entries that a filter takes, in their order.
class LogPrinter {
 public:
  LogPrinter(World& world, Console& console, Reader& reader, LogFilter filter, bool follow)
      : world_(world),
        console_(console),
        reader_(reader),
        filter_(std::move(filter)),
        follow_(follow),
        teller_(reader, console.locale) {}

  Exit print() {
    while (true) {
      auto more = print_chunk();
      if (!more) return failed(console_, more.error());
      if (done()) return Exit::Done;
      if (*more) continue;
      print_last();
      if (!follow_) return Exit::Done;
      console_.out.flush();
      if (!console_.out || !world_.sleep(kFollowInterval)) return Exit::Done;
    }
  }

 private:
  [[nodiscard]] bool done() const {
    return !console_.out || (filter_.limit && printed_ >= *filter_.limit);
  }

  base::Result<std::vector<ports::StoredEntry>> read() {
    if (!filter_.release.empty())
      return reader_.journal->read_stream(filter_.release, at_, kLinesAtOnce);
    return reader_.journal->read(at_, kLinesAtOnce);
  }

  /// True when there may be more at once.
  base::Result<bool> print_chunk() {
    auto chunk = read();
    if (!chunk) return base::fail(std::move(chunk.error()));
    for (ports::StoredEntry& stored : *chunk) {
      at_ = filter_.release.empty() ? stored.index + 1 : stored.stream_version;
      auto entry = audit::decode_entry(stored.bytes);
      if (!entry)
        return base::fail(
            std::move(entry.error()).during(fmt::format("reading entry {}", stored.index)));
      if (!filter_.takes(*entry)) continue;
      if (filter_.last && !last_printed_) {
        last_.push_back(std::move(stored));
        if (last_.size() > *filter_.last) last_.pop_front();
        continue;
      }
      print_one(stored, *entry);
      if (done()) return false;
    }
    return chunk->size() == kLinesAtOnce;
  }

  /// When all there was has been seen.
  void print_last() {
    if (!filter_.last || last_printed_) return;
    last_printed_ = true;
    for (const ports::StoredEntry& stored : last_)
      if (const auto entry = audit::decode_entry(stored.bytes)) print_one(stored, *entry);
    last_.clear();
  }

  void print_one(const ports::StoredEntry& stored, const audit::Entry& entry) {
    ++printed_;
    if (console_.json)
      console_.out << stored.bytes << '\n';
    else
      console_.out << teller_.line(stored, entry, !filter_.release.empty(), console_.colour_out)
                   << '\n';
  }

  World& world_;
  Console& console_;
  Reader& reader_;
  LogFilter filter_;
  bool follow_;
  EntryTeller teller_;
  std::uint64_t at_ = 0;  ///< the next index; of a release's stream: versions that were read
  std::uint64_t printed_ = 0;
  std::deque<ports::StoredEntry> last_;
  bool last_printed_ = false;
};

// ---- one entry

base::Failure no_such_entry(std::uint64_t index, std::uint64_t size) {
  return base::fail(
      base::error(base::Code::NotFound, "AUD-0060", fmt::format("there is no entry {}", index))
          .because(size == 0 ? "the journal is empty"
                             : fmt::format("the journal has the entries 0 to {}", size - 1))
          .then("stellwerk audit log --last 20", "the latest entries"));
}

/// One content that an entry names.
base::Json content_json(const audit::NamedContent& named, Reader& reader) {
  base::Json row{{"key", named.key}, {"digest", named.digest.to_string()}};
  const auto bytes = reader.content->get(named.digest);
  if (!bytes) {
    const bool is_gone = bytes.error().code == base::Code::NotFound;
    row["state"] = is_gone ? "gone" : "damaged";
    return row;
  }
  row["state"] = "present";
  row["bytes"] = bytes->size();
  const std::string_view text = engine::opened(*bytes);
  if (text.size() <= kTextShown && base::valid_utf8(text)) row["text"] = text;
  return row;
}

/// How many entries the latest checkpoint covers; nothing: none was published.
std::optional<std::uint64_t> covered_size(const std::string& folder) {
  const auto bytes = LogFiles(folder + "/log").checkpoint();
  if (!bytes) return std::nullopt;
  const auto note = audit::parse_note(*bytes);
  if (!note) return std::nullopt;
  const auto checkpoint = audit::Checkpoint::parse(note->text);
  return checkpoint ? std::optional(checkpoint->size) : std::nullopt;
}

class EntryView {
 public:
  EntryView(Console& console, const ports::StoredEntry& stored, audit::Entry entry)
      : console_(console), stored_(stored), entry_(std::move(entry)) {}

  void print(Reader& reader, const std::string& folder) {
    base::Json contents = base::Json::array();
    for (const audit::NamedContent& each : audit::facts_of(entry_).contents)
      contents.push_back(content_json(each, reader));
    const auto size = covered_size(folder);
    if (console_.json) return print_json(contents, size);
    field("entry", std::to_string(entry_.index));
    field("time", base::rfc3339(entry_.time));
    if (entry_.runbook_time) field("offset", base::offset_text(*entry_.runbook_time));
    if (!entry_.release.empty()) field("release", entry_.release.str());
    field("type", entry_.type);
    field("actor", entry_.actor);
    if (entry_.cause) field("cause", cause_text());
    const std::string told = EntryTeller(reader, console_.locale).text(stored_, entry_);
    if (!told.empty()) field("says", told);
    field("data", entry_.data.dump(2));
    if (!entry_.effects.empty()) field("effects", entry_.effects.dump(2));
    for (const base::Json& each : contents) print_content(each);
    field("leaf", stored_.leaf.to_string());
    field("covered", covered_text(size));
  }

 private:
  void field(std::string_view key, std::string_view value) {
    const std::string label = console_.text("cli.audit.field." + std::string(key));
    std::string lines;
    for (const std::string_view line : base::split(value, '\n'))
      lines += (lines.empty() ? "" : "\n" + std::string(kLabelWidth, ' ')) +
               base::printable(line, kTextShown);
    console_.out << painted(padded(label, kLabelWidth), Colour::Dim, console_.colour_out) << lines
                 << '\n';
  }

  [[nodiscard]] std::string cause_text() const {
    if (const auto* index = std::get_if<std::uint64_t>(&*entry_.cause))
      return console_.text("cli.audit.entry", {{"index", std::to_string(*index)}});
    return std::get<base::EffectKey>(*entry_.cause).str();
  }

  void print_content(const base::Json& row) {
    const std::string state = row.value("state", "");
    std::string text = fmt::format("{}  ", row.value("digest", ""));
    if (state == "present")
      text += console_.text("cli.audit.bytes", {{"count", std::to_string(row.value("bytes", 0))}});
    else
      text += console_.text("cli.audit.content." + state);
    if (row.contains("text")) text += "\n" + row["text"].get<std::string>();
    while (text.ends_with('\n')) text.pop_back();
    console_.out << painted(padded(row.value("key", ""), kLabelWidth), Colour::Dim,
                            console_.colour_out);
    bool first = true;
    for (const std::string_view line : base::split(text, '\n')) {
      console_.out << (first ? "" : std::string(kLabelWidth + 2, ' '))
                   << base::printable(line, kTextShown) << '\n';
      first = false;
    }
  }

  [[nodiscard]] std::string covered_text(std::optional<std::uint64_t> size) const {
    if (!size) return console_.text("cli.audit.covered.nothing");
    const char* key = entry_.index < *size ? "cli.audit.covered.yes" : "cli.audit.covered.no";
    return console_.text(key, {{"size", std::to_string(*size)}});
  }

  void print_json(const base::Json& contents, std::optional<std::uint64_t> size) {
    base::Json json{{"entry", base::Json::parse(stored_.bytes)},
                    {"leaf", stored_.leaf.to_string()},
                    {"contents", contents},
                    {"covered", size && entry_.index < *size}};
    if (size) json["checkpoint_size"] = *size;
    console_.print_json(json);
  }

  static constexpr std::size_t kLabelWidth = 14;
  Console& console_;
  const ports::StoredEntry& stored_;
  audit::Entry entry_;
};

}  // namespace

Exit audit_log_command(World& world, Console& console, const Arguments& arguments) {
  auto filter = read_filter(arguments.audit, world.now().wall);
  if (!filter) return failed(console, filter.error());
  const auto folder = data_folder(arguments);
  if (!folder.value) {
    report(console, folder.problems);
    return Exit::Usage;
  }
  auto reader = world.open_reader(*folder.value);
  if (!reader) return failed(console, reader.error());
  return LogPrinter(world, console, *reader, std::move(*filter), arguments.audit.follow).print();
}

Exit audit_show_command(World& world, Console& console, const Arguments& arguments) {
  const auto index = read_sequence(arguments.audit);
  if (!index) return failed(console, index.error());
  const auto folder = data_folder(arguments);
  if (!folder.value) {
    report(console, folder.problems);
    return Exit::Usage;
  }
  auto reader = world.open_reader(*folder.value);
  if (!reader) return failed(console, reader.error());
  auto found = reader->journal->read(*index, 1);
  if (!found) return failed(console, found.error());
  if (found->empty() || found->front().index != *index) {
    const auto head = reader->journal->head();
    return failed(console, no_such_entry(*index, head ? head->size : 0).value());
  }
  const ports::StoredEntry& stored = found->front();
  if (arguments.audit.bytes) {
    console.out << stored.bytes;
    return Exit::Done;
  }
  auto entry = audit::decode_entry(stored.bytes);
  if (!entry) return failed(console, entry.error());
  EntryView(console, stored, std::move(*entry)).print(*reader, *folder.value);
  return Exit::Done;
}

}  // namespace stellwerk::cli

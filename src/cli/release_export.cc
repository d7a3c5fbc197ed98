#include "cli/release_export.h"

#include <fmt/format.h>

#include <utility>

#include "audit/note.h"
#include "cli/audit_trail.h"
#include "cli/entry_lines.h"
#include "cli/export_files.h"
#include "cli/log_verifier.h"
#include "documents/retention.h"
#include "engine/loader.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kEntriesRead = 500;
constexpr std::string_view kReadmeName = "export_readme.md";

std::string replaced_all(std::string text, std::string_view mark, std::string_view by) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at))
    text.replace(at, mark.size(), by), at += by.size();
  return text;
}

}  // namespace

ReleaseExport::ReleaseExport(Reader& reader, LogFiles log, base::ReleaseId release,
                             std::string program)
    : reader_(reader),
      log_(std::move(log)),
      release_(std::move(release)),
      program_(std::move(program)) {}

base::Result<void> ReleaseExport::collect() {
  if (auto read = read_checkpoint(); !read) return read;
  add_log();
  add_beside_log();
  if (auto read = read_release(); !read) return read;
  if (auto read = read_key_changes(); !read) return read;
  add_texts();
  return {};
}

void ReleaseExport::put(const std::string& path, std::string bytes) {
  files_[path] = [bytes = std::move(bytes)]() -> base::Result<std::string> { return bytes; };
}

base::Result<void> ReleaseExport::read_checkpoint() {
  auto bytes = log_.checkpoint();
  if (!bytes) return base::fail(std::move(bytes.error()));
  const auto note = audit::parse_note(*bytes);
  if (!note) return base::fail(note.error());
  auto checkpoint = audit::Checkpoint::parse(note->text);
  if (!checkpoint) return base::fail(std::move(checkpoint.error()));
  checkpoint_ = std::move(*checkpoint);
  const auto keys = log_.keys();
  if (!keys) return base::fail(keys.error());
  for (const audit::VerifierKey& key : *keys)
    for (const audit::NoteSignature& signature : note->signatures)
      if (signature.name == key.name && signature.key_id == key.id()) key_ = key.to_string();
  put("log/checkpoint", std::move(*bytes));
  return {};
}

// ---- the log

void ReleaseExport::add_tile(const audit::TileId& tile) {
  files_["log/" + tile.path()] = [this, tile] { return audit::read_tile(log_.reader(), tile); };
}

void ReleaseExport::add_log() {
  for (const audit::TileLevel& level : audit::tiles_of(checkpoint_.size)) {
    for (std::uint64_t index = 0; index <= level.full; ++index) {
      const bool is_full = index < level.full;
      if (!is_full && level.partial == 0) break;
      audit::TileId tile{.level = level.level, .index = index};
      if (!is_full) tile.width = level.partial;
      add_tile(tile);
      if (level.level != 0) continue;
      tile.level = audit::kEntriesLevel;
      add_tile(tile);
    }
  }
}

void ReleaseExport::add_beside_log() {
  for (const std::string& name : log_.key_files())
    files_["log/" + name] = [this, name] { return log_.reader()(name); };
  for (const std::uint64_t size : log_.cosigned_sizes())
    if (size <= checkpoint_.size)
      files_[fmt::format("log/cosigned/{}.note", size)] = [this, size] {
        return log_.cosigned(size);
      };
  for (const std::uint64_t size : log_.timestamp_sizes())
    if (size <= checkpoint_.size)
      files_[fmt::format("log/timestamps/{}.tsr", size)] = [this, size] {
        return log_.timestamp(size);
      };
  for (const std::uint64_t size : log_.timestamp_sizes())
    if (size <= checkpoint_.size && log_.stamped_text(size))
      files_[fmt::format("log/timestamps/{}.txt", size)] = [this, size] {
        return log_.stamped_text(size);
      };
}

// ---- the release

base::Result<void> ReleaseExport::read_release() {
  auto plan = engine::load_plan(*reader_.journal, *reader_.content, release_);
  if (!plan) return base::fail(std::move(plan.error()));
  AuditTrail trail(*plan);
  EntryTeller german(reader_, base::Locale::De);
  EntryTeller english(reader_, base::Locale::En);
  csv_ = csv_header();
  for (std::uint64_t version = 0;;) {
    auto chunk = reader_.journal->read_stream(release_, version, kEntriesRead);
    if (!chunk) return base::fail(std::move(chunk.error()));
    for (const ports::StoredEntry& stored : *chunk) {
      version = stored.stream_version;
      // What no checkpoint covers yet would be proven by nothing.
      if (stored.index >= checkpoint_.size) {
        ++behind_;
        continue;
      }
      auto entry = audit::decode_entry(stored.bytes);
      if (!entry) return base::fail(std::move(entry.error()));
      if (const auto read = engine::decode(stored, *reader_.content)) trail.add(*read);
      add_entry(stored,
                {*entry, stored.leaf, german.text(stored, *entry), english.text(stored, *entry)});
      if (auto added = add_named(*entry); !added) return added;
    }
    if (chunk->size() < kEntriesRead) break;
  }
  put("audit-trail.json", trail.json().dump(2) + "\n");
  return {};
}

/// What leads from an earlier key of the log to the present one.
base::Result<void> ReleaseExport::read_key_changes() {
  for (std::uint64_t version = 0;;) {
    auto chunk = reader_.journal->read_stream({}, version, kEntriesRead);
    if (!chunk) return base::fail(std::move(chunk.error()));
    for (const ports::StoredEntry& stored : *chunk) {
      version = stored.stream_version;
      if (stored.type != "audit.key.rotated" || stored.index >= checkpoint_.size) continue;
      const auto entry = audit::decode_entry(stored.bytes);
      if (!entry) return base::fail(entry.error());
      if (auto added = add_named(*entry); !added) return added;
    }
    if (chunk->size() < kEntriesRead) return {};
  }
}

void ReleaseExport::add_entry(const ports::StoredEntry& stored, const EventRow& row) {
  indexes_.push_back(stored.index);
  last_time_ = row.entry.time;
  bytes_ += stored.bytes + "\n";
  csv_ += csv_line(row);
  ndjson_ += ndjson_line(row);
}

base::Result<void> ReleaseExport::add_named(const audit::Entry& entry) {
  const audit::EntryFacts facts = audit::facts_of(entry);
  for (const audit::NamedContent& each : facts.contents) {
    const std::string hex = each.digest.hex();
    const std::string path = fmt::format("content/{}/{}", hex.substr(0, 2), hex);
    if (files_.contains(path)) continue;
    const auto there = reader_.content->has(each.digest);
    if (!there) return base::fail(there.error());
    if (!*there) {
      missing_.insert(each.digest);
      continue;
    }
    files_[path] = [this, digest = each.digest] { return reader_.content->get(digest); };
  }
  if (facts.planned && !plan_) plan_ = facts.planned;
  if (facts.approval && facts.approval->document)
    return add_signed(facts.index, *facts.approval->document, facts.approval->plan);
  if (facts.command && facts.command->signature && plan_)
    return add_signed(facts.index, facts.command->signature->document, *plan_);
  return {};
}

/// What a person signed, and with which keys it counts.
base::Result<void> ReleaseExport::add_signed(std::uint64_t index, const base::Digest& signed_in,
                                             const base::Digest& plan_digest) {
  const auto document = reader_.content->get(signed_in);
  if (!document && document.error().code == base::Code::NotFound) return {};
  if (!document) return base::fail(document.error());
  const auto fields = base::parse_json(*document);
  if (!fields) return base::fail(base::Error(fields.error()).during("reading an approval"));
  put(fmt::format("approvals/{}.txt", index), fields->value("text", ""));
  put(fmt::format("approvals/{}.sig", index), fields->value("signature", ""));
  const auto plan = reader_.content->get(plan_digest);
  if (!plan) return base::fail(plan.error());
  const auto approvers = approvers_of(*plan, plan_digest);
  if (!approvers) return base::fail(approvers.error());
  auto signers = audit::allowed_signers_of(approvers->signers);
  if (!signers) return base::fail(std::move(signers.error()));
  put("approvals/allowed_signers", std::move(*signers));
  return {};
}

// ---- beside both

void ReleaseExport::add_texts() {
  put("entries.ndjson", std::move(bytes_));
  put("events.csv", std::move(csv_));
  put("events.ndjson", std::move(ndjson_));
  const base::Json about{{"release", release_.str()},
                         {"log", checkpoint_.origin},
                         {"size", checkpoint_.size},
                         {"entries", indexes_.size()},
                         {"program", program_},
                         {"format", 1},
                         {"keep_until", documents::keep_until(last_time_)}};
  put("export.json", about.dump(2) + "\n");
  for (const ExportFile& each : export_files()) {
    if (each.name != kReadmeName) {
      put(std::string(each.name), std::string(each.text));
      continue;
    }
    std::string text(each.text);
    for (const auto& [mark, by] :
         {std::pair<std::string_view, std::string>("@RELEASE@", release_.str()),
          {"@ORIGIN@", checkpoint_.origin},
          {"@SIZE@", std::to_string(checkpoint_.size)},
          {"@ROOT@", checkpoint_.root.to_string()},
          {"@KEY@", key_.empty() ? "-" : key_}})
      text = replaced_all(std::move(text), mark, by);
    put("README.md", std::move(text));
  }
}

}  // namespace stellwerk::cli

#include "audit/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/canonical.h"

namespace stellwerk::audit {
namespace {

using base::Code;
using base::Json;

constexpr std::size_t kIndexDigitsMax = 16;
/// The chain that makes entries of older versions readable; one function for each version left
/// behind.
constexpr std::array<Upcaster, 0> kUpcasters{};
constexpr std::int64_t kVersion = 1 + static_cast<std::int64_t>(kUpcasters.size());

base::Failure bad(Code code, std::string why) {
  return fail(base::error(code, "AUD-0003", "not a journal entry").because(std::move(why)));
}

bool valid_effects(const Json& effects) {
  return effects.is_array() && std::all_of(effects.begin(), effects.end(),
                                           [](const Json& intent) { return intent.is_object(); });
}

/// What is wrong with the fields themselves, whoever wrote them; empty if nothing is.
std::string problem_of(const Entry& entry) {
  if (!valid_entry_type(entry.type)) return fmt::format("type \"{}\" is not a.b.c", entry.type);
  if (entry.actor.empty()) return "actor is empty";
  if (!entry.data.is_object()) return "data is not an object";
  if (!valid_effects(entry.effects)) return "effects is not a list of objects";
  if (entry.cause) {
    if (const auto* key = std::get_if<base::EffectKey>(&*entry.cause); key && key->empty()) {
      return "cause is empty";
    }
  }
  return {};
}

Json fields_before_index(const Entry& entry) {
  Json fields{{"actor", entry.actor}, {"data", entry.data}};
  if (entry.cause) {
    fields["cause"] = std::holds_alternative<std::uint64_t>(*entry.cause)
                          ? Json(std::get<std::uint64_t>(*entry.cause))
                          : Json(std::get<base::EffectKey>(*entry.cause).str());
  }
  if (!entry.effects.empty()) fields["effects"] = entry.effects;
  return fields;
}

Json fields_after_index(const Entry& entry) {
  Json fields{{"time", base::rfc3339(entry.time)}, {"type", entry.type}, {"v", kVersion}};
  if (!entry.release.empty()) fields["release"] = entry.release.str();
  if (entry.runbook_time) fields["runbook_time"] = base::offset_text(*entry.runbook_time);
  return fields;
}

/// Reads the fields of one document strictly: what is missing, of another type or left over is an
/// error.
class FieldReader {
 public:
  explicit FieldReader(Json document) : document_(std::move(document)) {}

  std::optional<std::string> text(const char* key) {
    auto value = take(key);
    if (!value) return std::nullopt;
    if (!value->is_string()) return wrong(key, "a text");
    auto text = value->get<std::string>();
    if (text.empty()) return wrong(key, "a text that is not empty");
    return text;
  }
  std::optional<std::uint64_t> number(const char* key) {
    auto value = take(key);
    if (!value) return std::nullopt;
    if (!value->is_number_integer() || *value < 0) return wrong(key, "a number from 0");
    return value->get<std::uint64_t>();
  }
  std::optional<Cause> cause() {
    const auto found = document_.find("cause");
    if (found == document_.end()) return std::nullopt;
    if (found->is_string()) return Cause(base::EffectKey(text("cause").value_or("")));
    return Cause(number("cause").value_or(0));
  }
  std::optional<Json> take(const char* key) {
    const auto found = document_.find(key);
    if (found == document_.end()) return std::nullopt;
    Json value = std::move(*found);
    document_.erase(found);
    return value;
  }
  template <class T>
  T required(const char* key, std::optional<T> value) {
    if (!value && problem_.empty()) problem_ = fmt::format("{} is missing", key);
    return std::move(value).value_or(T{});
  }
  std::nullopt_t wrong(const char* key, std::string_view wanted) {
    if (problem_.empty()) problem_ = fmt::format("{} is not {}", key, wanted);
    return std::nullopt;
  }
  /// The first problem met; empty if there was none.
  std::string finish() {
    if (problem_.empty() && !document_.empty()) {
      problem_ = fmt::format("unknown field \"{}\"", document_.begin().key());
    }
    return problem_;
  }

 private:
  Json document_;
  std::string problem_;
};

base::WallTime read_time(FieldReader& fields) {
  const auto text = fields.required("time", fields.text("time"));
  const auto time = base::parse_rfc3339(text);
  // One spelling for one time, or equal entries could have different leaves.
  if (time && base::rfc3339(*time) == text) return *time;
  fields.wrong("time", "a UTC time with milliseconds");
  return {};
}

std::optional<base::Duration> read_runbook_time(FieldReader& fields) {
  const auto text = fields.text("runbook_time");
  if (!text) return std::nullopt;
  const auto offset = base::parse_offset(*text);
  if (offset && base::offset_text(*offset) == *text) return *offset;
  return fields.wrong("runbook_time", "an offset such as T+15m");
}

base::Result<Entry> entry_from(Json document) {
  FieldReader fields(std::move(document));
  Entry entry;
  fields.take("v");  // checked before
  entry.index = fields.required("index", fields.number("index"));
  entry.time = read_time(fields);
  entry.runbook_time = read_runbook_time(fields);
  entry.release = base::ReleaseId(fields.text("release").value_or(""));
  entry.type = fields.required("type", fields.text("type"));
  entry.actor = fields.required("actor", fields.text("actor"));
  entry.cause = fields.cause();
  entry.data = fields.required("data", fields.take("data"));
  if (auto effects = fields.take("effects")) {
    if (effects->empty()) fields.wrong("effects", "left out when there are none");
    entry.effects = std::move(*effects);
  }
  if (auto problem = fields.finish(); !problem.empty()) return bad(Code::Corruption, problem);
  if (auto problem = problem_of(entry); !problem.empty()) return bad(Code::Corruption, problem);
  return entry;
}

base::Result<Json> parse_canonical(std::string_view bytes) {
  if (bytes.size() > kEntryBytesMax) return bad(Code::Corruption, "larger than 65,535 bytes");
  if (auto document = base::read_canonical(bytes); document && document->is_object())
    return std::move(*document);
  // Nearly never: to say what is wrong with it.
  auto document = base::parse_json(bytes);
  if (!document) return bad(Code::Corruption, document.error().one_line());
  if (!document->is_object()) return bad(Code::Corruption, "not a JSON object");
  const auto again = base::canonical(*document);
  if (!again) return bad(Code::Corruption, again.error().one_line());
  if (*again != bytes) return bad(Code::Corruption, "not in canonical form (RFC 8785)");
  return document;
}

base::Failure too_new(std::int64_t version, std::int64_t known) {
  return fail(
      base::error(Code::Rejected, "AUD-0004",
                  fmt::format("entry has format version {}, known are 1 to {}", version, known))
          .because("it was written by a newer Stellwerk")
          .now("nothing was changed")
          .then("stellwerk --version", "compare with the version that wrote the journal"));
}

}  // namespace

std::string EncodedEntry::with_index(std::uint64_t index) const {
  return before_index + std::to_string(index) + after_index;
}

bool valid_entry_type(std::string_view type) {
  bool word_began = false;
  bool has_dot = false;
  for (const char c : type) {
    if (c == '.') {
      if (!word_began) return false;
      word_began = false;
      has_dot = true;
      continue;
    }
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!allowed) return false;
    word_began = true;
  }
  return has_dot && word_began;
}

base::Result<EncodedEntry> encode_entry(const Entry& entry) {
  if (auto problem = problem_of(entry); !problem.empty()) {
    return bad(Code::InvalidArgument, problem);
  }
  auto before = base::canonical(fields_before_index(entry));
  if (!before) return fail(std::move(before).error().during("encoding " + entry.type));
  auto after = base::canonical(fields_after_index(entry));
  if (!after) return fail(std::move(after).error().during("encoding " + entry.type));
  // "index" sorts between "effects" and "release", so the two halves join into one sorted object.
  before->back() = ',';
  *before += "\"index\":";
  after->front() = ',';
  const std::size_t size = before->size() + kIndexDigitsMax + after->size();
  if (size > kEntryBytesMax) {
    return fail(base::error(Code::InvalidArgument, "JRN-0004",
                            fmt::format("a {} entry would have {} bytes", entry.type, size))
                    .because(fmt::format("an entry has at most {} bytes", kEntryBytesMax))
                    .now("nothing was written"));
  }
  return EncodedEntry{entry.type, std::move(*before), std::move(*after)};
}

base::Result<Entry> decode_entry(std::string_view bytes) {
  return decode_entry_with(bytes, kUpcasters);
}

base::Result<Entry> decode_entry_with(std::string_view bytes, std::span<const Upcaster> upcasters) {
  auto document = parse_canonical(bytes);
  if (!document) return fail(document.error());
  const auto version = document->find("v");
  if (version == document->end() || !version->is_number_integer() || *version < 1) {
    return bad(Code::Corruption, "v is not a version from 1");
  }
  const auto known = 1 + static_cast<std::int64_t>(upcasters.size());
  const auto written = version->get<std::int64_t>();
  if (written > known) return too_new(written, known);
  for (auto v = written; v < known; ++v) {
    document = upcasters[static_cast<std::size_t>(v - 1)](std::move(*document));
    if (!document) return fail(document.error());
  }
  return entry_from(std::move(*document));
}

}  // namespace stellwerk::audit

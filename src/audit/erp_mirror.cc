#include "audit/erp_mirror.h"

#include <charconv>
#include <utility>

#include "audit/merkle.h"
#include "base/json.h"

namespace stellwerk::audit {
namespace {

using OrderedJson = nlohmann::ordered_json;

/// The person who caused the entry; empty when it was Stellwerk, or the entry cannot be read.
std::string person_of(const std::string& entry) {
  const auto document = base::parse_json(entry);
  if (!document || !document->is_object()) return {};
  const auto actor = document->find("actor");
  if (actor == document->end() || !actor->is_string() || *actor == "stellwerk") return {};
  return actor->get<std::string>();
}

std::optional<std::uint64_t> whole_number(const JsValue* value) {
  if (value == nullptr || value->kind != JsValue::Kind::Number) return std::nullopt;
  const std::string& text = value->text;
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

const std::string* text_of(const JsValue* value) {
  return value != nullptr && value->kind == JsValue::Kind::String ? &value->text : nullptr;
}

}  // namespace

std::string mirror_body(const MirroredEvent& event, const MirrorSource& source) {
  OrderedJson actor = OrderedJson::object();
  if (auto person = person_of(event.entry); !person.empty()) actor["userId"] = std::move(person);
  actor["system"] = "stellwerk";
  const OrderedJson target =
      event.release.empty() ? OrderedJson{{"type", "Installation"}, {"id", source.installation}}
                            : OrderedJson{{"type", "Release"}, {"id", event.release}};
  const OrderedJson payload{{"time", event.time},
                            {"entry", event.entry},
                            {"index", event.index},
                            {"digest", leaf_hash(event.entry).to_string()},
                            {"release", event.release},
                            {"eventType", event.name},
                            {"runbookTime", event.runbook_time},
                            {"installation", source.installation}};
  const OrderedJson body{{"actor", actor},   {"action", "EVENT"},
                         {"target", target}, {"payload", payload},
                         {"ip", source.ip},  {"userAgent", source.user_agent()}};
  return body.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::optional<MirrorMark> mirror_mark(const ErpRow& row, std::string_view user_agent) {
  if (row.user_agent.kind != JsValue::Kind::String || row.user_agent.text != user_agent)
    return std::nullopt;
  const auto index = whole_number(row.payload.find("index"));
  const auto* name = text_of(row.payload.find("eventType"));
  const auto* digest_text = text_of(row.payload.find("digest"));
  if (!index || name == nullptr || digest_text == nullptr) return std::nullopt;
  const auto digest = base::Digest::parse(*digest_text);
  if (!digest) return std::nullopt;
  const auto* entry = text_of(row.payload.find("entry"));
  return MirrorMark{*index, *name, *digest, entry != nullptr && leaf_hash(*entry) == *digest};
}

}  // namespace stellwerk::audit

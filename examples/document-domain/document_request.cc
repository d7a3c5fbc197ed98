// The validation of bodies: everything a client can send wrong ends here, with a 400 that names the
// field.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "document-domain/document.h"

namespace document_domain {
namespace {

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kAttachmentsMax = 20;
constexpr std::array<std::string_view, 8> kDocTypes = {
    "invoice", "credit_note",        "delivery_note", "weighing_ticket",
    "offer",   "order_confirmation", "certificate",   "label"};

/// The deepest nesting of arrays and objects; counted before parsing, since the parsed tree is
/// walked recursively.
std::size_t nesting_of(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      deepest = std::max(deepest, ++depth);
    } else if (!in_string && (c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

/// Reads members of one object and remembers the first thing that is wrong.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  std::string text(const char* name, std::size_t length_max, std::string fallback) {
    const Json* member = find(name);
    if (member == nullptr) return fallback;
    if (!member->is_string() || member->get_ref<const std::string&>().size() > length_max) {
      complain(fmt::format("{} must be a string of at most {} bytes", name, length_max));
      return fallback;
    }
    return member->get<std::string>();
  }
  std::string required_text(const char* name, std::size_t length_max) {
    std::string value = text(name, length_max, "");
    if (value.empty()) complain(fmt::format("{} must be a non-empty string", name));
    return value;
  }
  /// A short name that may later stand in a file name: letters, digits, '.', '_', '-'.
  std::string name(const char* member, std::string fallback) {
    std::string value = text(member, 64, std::move(fallback));
    const auto allowed = [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
    };
    if (!std::all_of(value.begin(), value.end(), allowed))
      complain(fmt::format("{} may hold only letters, digits, '.', '_' and '-'", member));
    return value;
  }
  Json object(const char* name) {
    const Json* member = find(name);
    if (member != nullptr && member->is_object()) return *member;
    if (member != nullptr) complain(fmt::format("{} must be an object", name));
    return Json::object();
  }
  const Json* find(const char* name) const {
    const auto member = object_.find(name);
    return member == object_.end() || member->is_null() ? nullptr : &*member;
  }
  void complain(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  const Json& object_;
  std::string problem_;
};

Json read_attachments(Members& members) {
  Json attachments = Json::array();
  const Json* given = members.find("attachments");
  if (given == nullptr) return attachments;
  if (!given->is_array() || given->size() > kAttachmentsMax) {
    members.complain(fmt::format("attachments must be a list of at most {}", kAttachmentsMax));
    return attachments;
  }
  for (const Json& entry : *given) {
    if (!entry.is_object()) {
      members.complain("attachments must hold objects with name and uri");
      return attachments;
    }
    Members fields(entry);
    Json attachment = {{"name", fields.required_text("name", 256)},
                       {"uri", fields.required_text("uri", 2048)}};
    if (!fields.problem().empty()) members.complain("attachments: " + fields.problem());
    attachments.push_back(std::move(attachment));
  }
  return attachments;
}

void read_options(Members& members, NewDocument& document) {
  const Json options = members.object("options");
  Members fields(options);
  const std::string sign = fields.text("sign", 32, "none");
  if (sign == "timestamp" || sign == "pades")
    members.complain(fmt::format("options.sign \"{}\" is not offered; use none or hash", sign));
  else if (sign != "none" && sign != "hash")
    members.complain("options.sign must be none or hash");
  document.sign_hash = sign == "hash";
  document.watermark = fields.text("watermark", 128, "");
  if (!fields.problem().empty()) members.complain("options: " + fields.problem());
}

/// What a single document and a batch's entry have in common.
void read_common(Members& members, NewDocument& document) {
  document.locale = members.name("locale", "de-DE");
  document.series_id = members.name("seriesId", "");
  if (members.find("payload") == nullptr) members.complain("payload must be an object");
  document.payload = members.object("payload");
}

Outcome<NewDocument> parse_batch_entry(const Json& entry, const std::string& template_key) {
  if (!entry.is_object()) return refuse(400, "an entry of documents must be an object");
  Members members(entry);
  NewDocument document;
  document.doc_type = "invoice";
  document.template_key = template_key;
  read_common(members, document);
  if (!members.problem().empty()) return refuse(400, members.problem());
  return document;
}

}  // namespace

Outcome<Json> parse_body(std::string_view body) {
  if (body.empty()) return refuse(400, "the request has no body; send a JSON object");
  if (nesting_of(body) > kDepthMax)
    return refuse(400, fmt::format("the body is nested deeper than {} levels", kDepthMax));
  Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) return refuse(400, "the body is not valid JSON");
  if (!json.is_object()) return refuse(400, "the body must be a JSON object");
  return json;
}

Outcome<NewDocument> parse_new_document(const Json& body) {
  if (!body.is_object()) return refuse(400, "the body must be a JSON object");
  Members members(body);
  NewDocument document;
  document.doc_type = members.required_text("docType", 64);
  if (std::find(kDocTypes.begin(), kDocTypes.end(), document.doc_type) == kDocTypes.end())
    members.complain(fmt::format("docType must be one of {}", fmt::join(kDocTypes, ", ")));
  document.template_key = members.required_text("templateKey", 128);
  read_common(members, document);
  document.attachments = read_attachments(members);
  read_options(members, document);
  if (!members.problem().empty()) return refuse(400, members.problem());
  return document;
}

Outcome<Batch> parse_batch(const Json& body) {
  Members members(body);
  const std::string template_key = members.required_text("templateKey", 128);
  if (!members.problem().empty()) return refuse(400, members.problem());
  const Json* entries = members.find("documents");
  if (entries == nullptr || !entries->is_array() || entries->empty() ||
      entries->size() > kBatchDocumentsMax)
    return refuse(
        400,
        fmt::format("documents must be a list of 1 to {} entries, and has {}", kBatchDocumentsMax,
                    entries != nullptr && entries->is_array() ? entries->size() : 0));
  Batch batch;
  for (const Json& entry : *entries)
    batch.documents.push_back(parse_batch_entry(entry, template_key));
  return batch;
}

}  // namespace document_domain

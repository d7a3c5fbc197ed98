// document.h — what a document is, and how one is asked for.
//
// Role: bodies of requests become NewDocument (validated), the service makes a Document of it.
// Thread-safety: values.                                                 Start here:
// parse_new_document Invariants: every field of a Document passed validation; a Document read from
// a shared folder is checked again.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document-domain/http_types.h"

namespace document_domain {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

inline constexpr std::size_t kBatchDocumentsMax = 1000;

/// Whose document, and which one.
struct DocumentKey {
  std::string tenant;
  std::string id;  ///< a UUID in lower case
  friend auto operator<=>(const DocumentKey&, const DocumentKey&) = default;
};

/// What rendering produced.
struct Rendered {
  std::size_t bytes = 0;
  std::string sha256;
};

/// A validated wish for a document.
struct NewDocument {
  std::string doc_type;
  std::string template_key;
  std::string locale = "de-DE";
  std::string series_id;
  Json payload = Json::object();
  Json attachments = Json::array();
  std::string watermark;
  bool sign_hash = false;
};

struct Document {
  DocumentKey key;
  std::string number;
  std::string created_at;  ///< RFC 3339, UTC
  std::string created_by_version;
  std::string payload_hash;
  NewDocument content;
  std::optional<Rendered> rendered;
};

/// A batch's documents; an entry that is invalid keeps its own error, so that the others can
/// succeed.
struct Batch {
  std::vector<Outcome<NewDocument>> documents;
};

/// Parses a body: JSON object, valid UTF-8, at most 32 levels deep. 400 otherwise.
Outcome<Json> parse_body(std::string_view body);
Outcome<NewDocument> parse_new_document(const Json& body);
/// Every document of a batch is an invoice, as in the ERP.
Outcome<Batch> parse_batch(const Json& body);

/// Completes a wish: id, number, time of creation, hash of the payload.
Document make_document(NewDocument content, std::string_view tenant, std::string_view version);

/// What clients see.
OrderedJson to_public_json(const Document& document);
/// What the shared folder holds: the public form and what rendering needs.
std::string to_stored_text(const Document& document);
std::optional<Document> from_stored_text(std::string_view text);

bool valid_document_id(std::string_view id);
std::string sha256_hex(std::string_view text);
/// A random (version 4) UUID, unique across all instances without their talking to each other.
std::string random_uuid();

}  // namespace document_domain

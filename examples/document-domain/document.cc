#include "document-domain/document.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "common/flags.h"

namespace document_domain {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string hex(const unsigned char* bytes, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += kHexDigits[bytes[i] >> 4U];
    text += kHexDigits[bytes[i] & 15U];
  }
  return text;
}

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), milliseconds);
}

/// `RE-3f2a…`: a prefix per type, and enough of the id to be unique; counters would collide between
/// instances.
std::string number_of(const NewDocument& content, std::string_view id) {
  std::string prefix = content.series_id;
  if (prefix.empty()) prefix = content.doc_type == "invoice" ? "RE" : "DOC";
  return fmt::format("{}-{}", prefix, id.substr(id.size() - 12));
}

OrderedJson files_of(const Document& document) {
  OrderedJson files = OrderedJson::array();
  if (document.rendered)
    files.push_back({{"role", "render"},
                     {"uri", fmt::format("/document/api/v1/documents/{}/file", document.key.id)},
                     {"mime", "text/html"},
                     {"bytes", document.rendered->bytes},
                     {"sha256", document.rendered->sha256}});
  for (const Json& attachment : document.content.attachments)
    files.push_back({{"role", "attachment"},
                     {"name", attachment.at("name").get<std::string>()},
                     {"uri", attachment.at("uri").get<std::string>()}});
  return files;
}

std::string dump(const OrderedJson& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Reads back what make_document once wrote, with the checks of a request: the folder is shared
/// with other programs.
Outcome<Document> document_of(const Json& stored) {
  Document document;
  document.content = {};
  const auto content = parse_new_document(stored.value("request", Json::object()));
  if (!content) return tl::unexpected<ApiError>(content.error());
  document.content = *content;
  document.key = {stored.value("tenantId", ""), stored.value("id", "")};
  document.number = stored.value("number", "");
  document.created_at = stored.value("createdAt", "");
  document.created_by_version = stored.value("createdByVersion", "");
  document.payload_hash = stored.value("payloadHash", "");
  if (stored.contains("rendered"))
    document.rendered = Rendered{stored.at("rendered").at("bytes").get<std::size_t>(),
                                 stored.at("rendered").at("sha256").get<std::string>()};
  if (!valid_document_id(document.key.id) || !examples::valid_tenant(document.key.tenant))
    return refuse(500, "a stored document has no valid key");
  return document;
}

}  // namespace

Document make_document(NewDocument content, std::string_view tenant, std::string_view version) {
  Document document;
  document.key = {std::string(tenant), random_uuid()};
  document.number = number_of(content, document.key.id);
  document.created_at = utc_now();
  document.created_by_version = version;
  document.payload_hash = sha256_hex(content.payload.dump());
  document.content = std::move(content);
  return document;
}

OrderedJson to_public_json(const Document& document) {
  OrderedJson signatures = OrderedJson::array();
  if (document.content.sign_hash && document.rendered)
    signatures.push_back({{"type", "hash"}, {"value", document.rendered->sha256}});
  return {{"id", document.key.id},
          {"tenantId", document.key.tenant},
          {"docType", document.content.doc_type},
          {"number", document.number},
          {"templateKey", document.content.template_key},
          {"templateVersion", 1},
          {"payloadHash", document.payload_hash},
          {"locale", document.content.locale},
          {"status", "Issued"},
          {"files", files_of(document)},
          {"signatures", std::move(signatures)},
          {"metadata", {{"createdByVersion", document.created_by_version}}},
          {"createdAt", document.created_at}};
}

std::string to_stored_text(const Document& document) {
  const NewDocument& content = document.content;
  OrderedJson request = {
      {"docType", content.doc_type},
      {"templateKey", content.template_key},
      {"locale", content.locale},
      {"payload", content.payload},
      {"attachments", content.attachments},
      {"options",
       {{"sign", content.sign_hash ? "hash" : "none"}, {"watermark", content.watermark}}}};
  if (!content.series_id.empty()) request["seriesId"] = content.series_id;
  OrderedJson stored = {{"id", document.key.id},
                        {"tenantId", document.key.tenant},
                        {"number", document.number},
                        {"createdAt", document.created_at},
                        {"createdByVersion", document.created_by_version},
                        {"payloadHash", document.payload_hash},
                        {"request", std::move(request)}};
  if (document.rendered)
    stored["rendered"] = {{"bytes", document.rendered->bytes},
                          {"sha256", document.rendered->sha256}};
  return dump(stored);
}

std::optional<Document> from_stored_text(std::string_view text) {
  try {
    const Json stored = Json::parse(text, nullptr, false);
    if (!stored.is_object()) return std::nullopt;
    auto document = document_of(stored);
    return document ? std::optional(std::move(*document)) : std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;  // a value of another type than we write: the file is not ours or is
                          // damaged
  }
}

bool valid_document_id(std::string_view id) {
  if (id.size() != 36) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? id[i] != '-' : kHexDigits.find(id[i]) == std::string_view::npos) return false;
  }
  return true;
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
    std::abort();  // OpenSSL without SHA-256: nothing sensible can follow
  return hex(digest.data(), length);
}

std::string random_uuid() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    std::abort();  // 16 bytes come in one call once the kernel is seeded
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
  std::string text = hex(bytes.data(), bytes.size());
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace document_domain

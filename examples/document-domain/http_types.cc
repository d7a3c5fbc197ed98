#include "document-domain/http_types.h"

#include <nlohmann/json.hpp>

namespace document_domain {

tl::unexpected<ApiError> refuse(unsigned status, std::string message) {
  return tl::unexpected<ApiError>(ApiError{status, std::move(message)});
}

std::string_view reason(unsigned status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Payload Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

Response error_response(const ApiError& error) {
  const nlohmann::ordered_json body = {
      {"statusCode", error.status}, {"error", reason(error.status)}, {"message", error.message}};
  Response response{.status = error.status,
                    .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  if (error.status == 503 || error.status == 409) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace document_domain

// http_types.h — a request, its answer, and how an answer is delivered; free of any HTTP library.
//
// Role: DocumentService turns a Request into a Reply; HttpServer carries both over the wire.
// Thread-safety: values.                                                 Start here: Request, Reply
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace document_domain {

/// The largest body a request may have; anything larger is answered 413 without being kept.
inline constexpr std::size_t kBodyBytesMax = std::size_t{1} << 20;

struct Request {
  std::string method;
  std::string path;                         ///< percent-decoded, without the query
  std::vector<std::string> tenant_headers;  ///< every x-tenant-id header, as it came
  std::string body;
  bool body_too_large = false;  ///< more than kBodyBytesMax came; body is empty
};

struct Response {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// How the answer leaves: faults may keep it back for ever or break the protocol.
enum class Delivery : std::uint8_t {
  Answer,   ///< the response, after `delay`
  Hang,     ///< never: the connection stays open until the client gives up
  NotHttp,  ///< bytes that are not HTTP, then the connection is closed
};

struct Reply {
  Response response;
  Delivery delivery = Delivery::Answer;
  std::chrono::milliseconds delay{0};
};

/// A refusal or failure that the client is told about.
struct ApiError {
  unsigned status = 500;
  std::string message;
};

template <class T>
using Outcome = tl::expected<T, ApiError>;

[[nodiscard]] tl::unexpected<ApiError> refuse(unsigned status, std::string message);
/// The reason phrase: "Not Found".
std::string_view reason(unsigned status);
/// `{"statusCode":404,"error":"Not Found","message":"…"}`
Response error_response(const ApiError& error);

}  // namespace document_domain

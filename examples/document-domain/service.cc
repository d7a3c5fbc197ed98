#include "document-domain/service.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/flags.h"
#include "document-domain/renderer.h"

namespace document_domain {
namespace {

std::string dump(const OrderedJson& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Response json_response(unsigned status, const OrderedJson& body) {
  return {.status = status, .body = dump(body)};
}

/// A fault that wants the process dead: at once, without a core file, like a real crash.
[[noreturn]] void crash(std::string_view fault) {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  fmt::print(stderr, "document-domain: fault {}: aborting\n", fault);
  std::fflush(stderr);
  std::abort();
}

/// Exactly one well-formed tenant; two headers could be routed by one and served by the other.
Outcome<std::string> tenant_of(const Request& request) {
  if (request.tenant_headers.empty()) return refuse(400, "the header x-tenant-id is missing");
  if (request.tenant_headers.size() > 1)
    return refuse(400, "the header x-tenant-id is given more than once");
  const std::string& tenant = request.tenant_headers.front();
  if (!examples::valid_tenant(tenant))
    return refuse(400,
                  "the header x-tenant-id must be 1 to 64 letters, digits, '.', '_' or '-', and "
                  "must not begin with '.'");
  return tenant;
}

Response method_not_allowed(const Request& request, std::string_view allowed) {
  Response response = error_response(
      {405, fmt::format("{} is not possible here; use {}", request.method, allowed)});
  response.headers.emplace_back("Allow", allowed);
  return response;
}

}  // namespace

DocumentService::DocumentService(const ServiceSettings& settings,
                                 std::unique_ptr<DataDirectory> directory)
    : version_(settings.version),
      faults_(settings.faults),
      store_(settings.limits, std::move(directory)),
      queue_(settings.faults.render_workers_stopped ? RenderSettings{0, {}} : settings.rendering,
             [this](const DocumentKey& key) { render(key); }) {
  if (settings.faults.crash_on_start) crash("crash-on-start");
}

Reply DocumentService::handle(const Request& request) {
  Route route = route_of(request.path);
  if (route.endpoint == Endpoint::Batch && !version_.offers_batches()) route = {};
  Reply reply = answer(route, request);
  reply.response.headers.emplace_back("x-version", version_.text());
  if (reply.delivery == Delivery::Answer)
    metrics_.count(request.method, pattern_of(route.endpoint), reply.response.status);
  return reply;
}

Reply DocumentService::answer(const Route& route, const Request& request) {
  if (request.body_too_large)
    return {error_response({413, fmt::format("a body may have {} bytes at most", kBodyBytesMax)})};
  return is_api(route.endpoint) ? answer_api(route, request) : answer_operational(route, request);
}

Reply DocumentService::answer_operational(const Route& route, const Request& request) {
  if (route.endpoint == Endpoint::Unknown)
    return {error_response({404, fmt::format("{} {} is not offered by version {}", request.method,
                                             request.path, version_.text())})};
  if (request.method != "GET" && request.method != "HEAD")
    return {method_not_allowed(request, "GET")};
  switch (route.endpoint) {
    case Endpoint::Health:
      return health();
    case Endpoint::Ready:
      return {ready()};
    case Endpoint::Lag:
    case Endpoint::Metrics:
      return gauge(route);
    default:
      return {json_response(200, {{"status", "alive"}})};
  }
}

Reply DocumentService::health() const {
  const OrderedJson healthy = {
      {"status", "ok"}, {"service", "document-domain"}, {"version", version_.text()}};
  OrderedJson ill = healthy;
  ill["status"] = "error";
  switch (faults_.health()) {
    case HealthFault::None:
      break;
    case HealthFault::Unhealthy:
      return {json_response(503, ill)};
    case HealthFault::BadBody:
      return {json_response(200, ill)};
    case HealthFault::GarbageJson: {
      std::string body = dump(healthy);
      body.resize(body.size() / 2);
      return {Response{.status = 200, .body = std::move(body)}};
    }
    case HealthFault::GarbageHttp:
      return {.response = {}, .delivery = Delivery::NotHttp};
  }
  return {json_response(200, healthy)};
}

Response DocumentService::ready() const {
  if (draining_) return json_response(503, {{"status", "draining"}});
  if (faults_.health() == HealthFault::Unhealthy)
    return json_response(503, {{"status", "not ready"}});
  return json_response(200, {{"status", "ready"}});
}

Reply DocumentService::gauge(const Route& route) const {
  const GaugeFault fault = faults_.plan().gauge;
  if (fault == GaugeFault::Hang) return {.response = {}, .delivery = Delivery::Hang};
  if (fault == GaugeFault::Gone) return {error_response({404, "this gauge is gone"})};
  const std::string length =
      fault == GaugeFault::NotANumber ? "NaN" : std::to_string(queue_.length());
  if (route.endpoint == Endpoint::Lag)
    return {Response{.body = fmt::format("{{\"consumer_lag\":{}}}", length)}};
  return {Response{.body = metrics_text(length),
                   .content_type = "text/plain; version=0.0.4; charset=utf-8"}};
}

std::string DocumentService::metrics_text(std::string_view queue_length) const {
  return fmt::format(
      "# HELP document_service_info The version of this instance.\n"
      "# TYPE document_service_info gauge\n"
      "document_service_info{{version=\"{}\"}} 1\n"
      "# HELP document_render_queue_length Rendering jobs that wait (the consumer lag).\n"
      "# TYPE document_render_queue_length gauge\n"
      "document_render_queue_length {}\n"
      "# HELP documents_in_memory Documents held in memory.\n"
      "# TYPE documents_in_memory gauge\n"
      "documents_in_memory {}\n"
      "# HELP document_renders_total Documents rendered.\n"
      "# TYPE document_renders_total counter\n"
      "document_renders_total {}\n"
      "# HELP document_render_failures_total Renderings that could not be stored.\n"
      "# TYPE document_render_failures_total counter\n"
      "document_render_failures_total {}\n"
      "# HELP http_requests_in_progress Requests whose answer is not sent yet, this one included.\n"
      "# TYPE http_requests_in_progress gauge\n"
      "http_requests_in_progress {}\n"
      "# HELP http_requests_total Requests answered.\n"
      "# TYPE http_requests_total counter\n{}",
      version_.text(), queue_length, store_.size(), renders_.load(), render_failures_.load(),
      in_progress_.load(), metrics_.prometheus_lines());
}

Reply DocumentService::answer_api(const Route& route, const Request& request) {
  const std::chrono::milliseconds delay = faults_.plan().slow;
  switch (faults_.next_api_request()) {
    case ApiFault::Crash:
      crash("crash-after");
    case ApiFault::Hang:
      return {.response = {}, .delivery = Delivery::Hang};
    case ApiFault::Error:
      return {.response = error_response({500, "an injected fault: errors"}), .delay = delay};
    case ApiFault::None:
      break;
  }
  return {.response = dispatch_api(route, request), .delay = delay};
}

Response DocumentService::dispatch_api(const Route& route, const Request& request) {
  const bool write = is_write(route.endpoint);
  const bool reading = request.method == "GET" || request.method == "HEAD";
  if (write ? request.method != "POST" : !reading)
    return method_not_allowed(request, write ? "POST" : "GET");
  const auto tenant = tenant_of(request);
  if (!tenant) return error_response(tenant.error());
  if (!write && !valid_document_id(route.id))
    return error_response({400, "a document's id is a UUID in lower case"});
  const DocumentKey key{*tenant, route.id};
  const auto answer = [&]() -> Outcome<Response> {
    switch (route.endpoint) {
      case Endpoint::Documents:
        return create(*tenant, request.body);
      case Endpoint::Batch:
        return create_batch(*tenant, request.body);
      case Endpoint::File:
        return download(key);
      default:
        return show(key);
    }
  }();
  return answer ? *answer : error_response(answer.error());
}

Outcome<Document> DocumentService::store_new(NewDocument content, const std::string& tenant) {
  Document document = make_document(std::move(content), tenant, version_.text());
  if (const auto added = store_.add(document); !added)
    return tl::unexpected<ApiError>(added.error());
  // Room was checked before; if it went meanwhile, whoever asks for the file submits the job again.
  queue_.submit(document.key);
  return document;
}

Outcome<Response> DocumentService::create(const std::string& tenant, const std::string& body) {
  const auto parsed = parse_body(body).and_then(parse_new_document);
  if (!parsed) return tl::unexpected<ApiError>(parsed.error());
  if (!queue_.has_room(1)) return refuse(503, "too many documents wait to be rendered");
  return store_new(*parsed, tenant).map([](const Document& document) {
    Response response = json_response(201, to_public_json(document));
    response.headers.emplace_back("Location",
                                  fmt::format("{}/documents/{}", kApiPrefix, document.key.id));
    return response;
  });
}

Outcome<Response> DocumentService::create_batch(const std::string& tenant,
                                                const std::string& body) {
  const auto batch = parse_body(body).and_then(parse_batch);
  if (!batch) return tl::unexpected<ApiError>(batch.error());
  if (!queue_.has_room(batch->documents.size()))
    return refuse(503, "too many documents wait to be rendered");
  OrderedJson results = OrderedJson::array();
  std::size_t succeeded = 0;
  for (const auto& entry : batch->documents) {
    const auto document =
        entry.and_then([&](const NewDocument& content) { return store_new(content, tenant); });
    if (document) {
      ++succeeded;
      results.push_back({{"success", true}, {"documentId", document->key.id}});
    } else {
      results.push_back({{"success", false}, {"error", document.error().message}});
    }
  }
  const std::size_t failed = results.size() - succeeded;
  return json_response(
      200, {{"success", succeeded}, {"failed", failed}, {"results", std::move(results)}});
}

Outcome<Response> DocumentService::show(const DocumentKey& key) {
  return store_.find(key).map([](const StoredPointer& stored) {
    return json_response(200, to_public_json(stored->document));
  });
}

Outcome<Response> DocumentService::download(const DocumentKey& key) {
  const auto stored = store_.find(key);
  if (!stored) return tl::unexpected<ApiError>(stored.error());
  const StoredDocument& found = **stored;
  if (!found.document.rendered) {
    queue_.submit(key);  // its own instance may be gone before it came to rendering it
    return refuse(409, fmt::format("document {} is not rendered yet", key.id));
  }
  Response response{.body = found.html, .content_type = "text/html; charset=utf-8"};
  response.headers.emplace_back(
      "Content-Disposition",
      fmt::format("attachment; filename=\"{}.html\"", found.document.number));
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'");
  return response;
}

void DocumentService::render(const DocumentKey& key) {
  const auto stored = store_.find(key);
  if (!stored || (*stored)->document.rendered) return;  // evicted, or another instance was faster
  const Document& document = (*stored)->document;
  const bool kept = store_.attach(document, render_html(document)).has_value();
  ++(kept ? renders_ : render_failures_);
}

}  // namespace document_domain

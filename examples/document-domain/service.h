// service.h — what the document service answers; knows nothing of sockets.
//
// Role: HttpServer calls handle() for every request; main() starts the drain.
// Thread-safety: any thread.                                             Start here:
// DocumentService::handle Invariants: every answer carries x-version; faults touch what their kind
// names and nothing else.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "document-domain/document_store.h"
#include "document-domain/faults.h"
#include "document-domain/http_types.h"
#include "document-domain/render_queue.h"
#include "document-domain/request_metrics.h"
#include "document-domain/routes.h"
#include "document-domain/version.h"

namespace document_domain {

struct ServiceSettings {
  Version version;
  FaultPlan faults;
  CacheLimits limits;
  RenderSettings rendering;
};

class DocumentService {
 public:
  DocumentService(const ServiceSettings& settings, std::unique_ptr<DataDirectory> directory);

  Reply handle(const Request& request);
  /// From now on /ready answers 503, so that balancers send nothing new.
  void begin_drain() { draining_ = true; }
  [[nodiscard]] bool draining() const { return draining_; }
  /// Told by the server, for the gauge of requests in progress: a hanging one never ends.
  void request_began() { ++in_progress_; }
  void request_ended() { --in_progress_; }
  void finish_rendering(std::chrono::steady_clock::time_point deadline) { queue_.finish(deadline); }

 private:
  Reply answer(const Route& route, const Request& request);
  Reply answer_operational(const Route& route, const Request& request);
  Reply answer_api(const Route& route, const Request& request);
  Response dispatch_api(const Route& route, const Request& request);
  [[nodiscard]] Reply health() const;
  [[nodiscard]] Response ready() const;
  [[nodiscard]] Reply gauge(const Route& route) const;
  [[nodiscard]] std::string metrics_text(std::string_view queue_length) const;

  Outcome<Response> create(const std::string& tenant, const std::string& body);
  Outcome<Response> create_batch(const std::string& tenant, const std::string& body);
  Outcome<Response> show(const DocumentKey& key);
  Outcome<Response> download(const DocumentKey& key);
  Outcome<Document> store_new(NewDocument content, const std::string& tenant);
  void render(const DocumentKey& key);

  const Version version_;
  FaultInjector faults_;
  DocumentStore store_;
  RequestMetrics metrics_;
  std::atomic<std::uint64_t> renders_{0};
  std::atomic<std::uint64_t> render_failures_{0};
  std::atomic<std::size_t> in_progress_{0};
  std::atomic<bool> draining_{false};
  RenderQueue queue_;  // last: its threads call render()
};

}  // namespace document_domain

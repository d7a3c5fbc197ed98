// http_server.h — HTTP/1.1 over libmicrohttpd: sockets in, Requests out, Replies back.
//
// Role: main() starts it, drains it, destroys it; DocumentService does the answering.
// Thread-safety: any thread.                                             Start here:
// HttpServer::start Invariants: no thread waits for a slow or hanging answer; after
// stop_accepting() every answer closes its connection.
#pragma once

#include <microhttpd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

#include "common/unique_fd.h"
#include "document-domain/parking.h"
#include "document-domain/service.h"

namespace document_domain {

class HttpServer {
 public:
  /// Serves on `socket` (listening, non-blocking) until destroyed; nullptr when the machine refuses
  /// threads or epoll.
  static std::unique_ptr<HttpServer> start(examples::UniqueFd socket, DocumentService& service);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  /// Cuts what is still open.
  ~HttpServer();

  /// New connections are refused from now on.
  void stop_accepting();
  /// Waits until no request is being answered; false at the deadline.
  bool wait_until_idle(std::chrono::steady_clock::time_point deadline);

 private:
  struct Exchange;
  explicit HttpServer(DocumentService& service) : service_(service) {}

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url,
                               const char* method, const char* version, const char* upload,
                               std::size_t* upload_size, void** exchange);
  static void on_completed(void* self, MHD_Connection* connection, void** exchange,
                           MHD_RequestTerminationCode code);
  MHD_Result begin(MHD_Connection* connection, Exchange& exchange);
  MHD_Result answer(MHD_Connection* connection, Exchange& exchange);
  MHD_Result deliver(MHD_Connection* connection, Exchange& exchange);
  MHD_Result send(MHD_Connection* connection, const Response& response) const;

  DocumentService& service_;
  Parking parking_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::size_t in_flight_ = 0;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace document_domain

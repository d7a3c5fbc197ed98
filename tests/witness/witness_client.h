// witness_client.h — a log that submits to a witness over HTTP. For tests only.
//
// Thread-safety: one thread.                                      Start here: WitnessClient
#pragma once

#include <memory>
#include <string>

#include "adapters/http/curl_http_client.h"
#include "adapters/http/http_witness.h"
#include "api/testing/witness_log.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::testing {

class WitnessClient {
 public:
  explicit WitnessClient(std::string url) : url_(std::move(url)) {}

  /// Through the adapter, as an installation submits.
  base::Result<ports::WitnessAnswer> submit(const api::testing::WitnessLog& log,
                                            std::uint64_t old_size, std::uint64_t size,
                                            std::string_view history = "a") {
    adapters::http::HttpWitness witness(client_, url_);
    return witness.add_checkpoint(
        {old_size, log.proof(old_size, size, history), log.checkpoint(size, history)},
        clock_.call(base::seconds(30)));
  }
  /// Any bytes.
  base::Result<ports::HttpResponse> post(const std::string& body) {
    return client_.send({"POST", url_ + "/add-checkpoint", {}, body},
                        clock_.call(base::seconds(30)));
  }
  base::Result<ports::HttpResponse> latest(const std::string& origin) {
    return client_.send({"GET", url_ + "/" + base::sha256(origin).hex() + "/checkpoint", {}, {}},
                        clock_.call(base::seconds(30)));
  }

 private:
  std::string url_;
  ports::testing::RealClock clock_;
  std::unique_ptr<adapters::http::CurlLoop> loop_ = adapters::http::CurlLoop::make(clock_).value();
  adapters::http::CurlHttpClient client_{*loop_};
};

/// The lines of an accepted submission; empty: it was not accepted.
inline std::string lines_of(const base::Result<ports::WitnessAnswer>& answer) {
  if (!answer) return {};
  const auto* lines = std::get_if<ports::CosignatureLines>(&*answer);
  return lines == nullptr ? std::string() : lines->lines;
}

/// The size that the witness knows; -1: it answered something else.
inline std::int64_t size_of(const base::Result<ports::WitnessAnswer>& answer) {
  if (!answer) return -1;
  const auto* size = std::get_if<ports::WitnessedSize>(&*answer);
  return size == nullptr ? -1 : static_cast<std::int64_t>(size->size);
}

}  // namespace stellwerk::testing

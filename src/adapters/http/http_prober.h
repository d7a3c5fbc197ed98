// http_prober.h — health probes by HTTP, all side by side.
//
// Role: ports::HealthProbe.                                          Start here: HttpProber
// Thread-safety: probe: any thread; watch, poll, on_data: the engine's thread.
// Invariants: a target is never probed twice at the same time; results of a replaced set are
// dropped.
#pragma once

#include <memory>

#include "adapters/http/curl_loop.h"
#include "ports/health_probe.h"

namespace stellwerk::adapters::http {

class HttpProber : public ports::HealthProbe {
 public:
  /// `loop` outlives the prober.
  explicit HttpProber(CurlLoop& loop);
  ~HttpProber() override;

  std::vector<ports::HealthResult> probe(const std::vector<ports::HealthTarget>& targets,
                                         const ports::Call& call) override;
  void watch(std::vector<ports::HealthTarget> targets, base::Duration interval) override;
  std::vector<ports::HealthResult> poll() override;
  void on_data(std::function<void()> wake) override;

 private:
  struct Watch;
  CurlLoop& loop_;
  std::shared_ptr<Watch> watch_;
};

}  // namespace stellwerk::adapters::http

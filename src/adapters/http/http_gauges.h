// http_gauges.h — gauges such as consumer lag, read from the instances by HTTP.
//
// Role: ports::MetricSource for what no request line tells.            Start here: HttpGauges
// Thread-safety: watch, poll, on_data: the engine's thread.
// Invariants: a round asks all instances side by side and gives one sample, with a value only when
// every instance gave a number; `alive_at` is never set: that gauges answer says nothing about
// requests.
#pragma once

#include <memory>

#include "adapters/http/curl_loop.h"
#include "ports/metric_source.h"

namespace stellwerk::adapters::http {

class HttpGauges : public ports::MetricSource {
 public:
  /// `loop` outlives the source.
  explicit HttpGauges(CurlLoop& loop);
  ~HttpGauges() override;

  /// @errors InvalidArgument GAU-0002: a gauge that can never be read; nothing was changed.
  base::Result<void> watch(std::vector<ports::MetricTarget> targets) override;
  kpi::MetricBatch poll() override;
  void on_data(std::function<void()> wake) override;

 private:
  struct Watch;
  std::shared_ptr<Watch> watch_;
};

}  // namespace stellwerk::adapters::http

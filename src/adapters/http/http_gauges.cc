#include "adapters/http/http_gauges.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "adapters/http/gauge_reader.h"
#include "base/text.h"

namespace stellwerk::adapters::http {
namespace {

constexpr std::size_t kSamplesMax = 4096;

/// One gauge of one version, and the instances to ask.
struct Gauge {
  ports::VersionRef version;
  std::vector<ports::Instance> instances;
  core::GaugeSpec spec;
};

/// The answers of one round; all on the loop's thread.
struct Round {
  std::size_t missing = 0;
  std::int64_t sum = 0;
  std::string problem;  ///< of the first instance that gave no number
};

GaugeReading reading_of(const core::GaugeSpec& spec, const TransferResult& transfer) {
  if (!transfer.answered) return {std::nullopt, transfer.problem};
  const auto& response = transfer.response;
  if (response.status != 200)
    return {std::nullopt, fmt::format("answered {}, expected 200", response.status)};
  if (response.body_cut)
    return {std::nullopt, fmt::format("the answer is larger than {} bytes", kBodyBytesMax)};
  return read_gauge(spec, response.body);
}

void add(Round& round, const ports::Instance& instance, const GaugeReading& reading) {
  --round.missing;
  if (!reading.value && round.problem.empty())
    round.problem = fmt::format("{}: {}", instance.id, base::printable(reading.problem));
  // Each is at most 2^53 and there are at most 64 instances, so the sum cannot overflow.
  if (reading.value) round.sum += *reading.value;
}

}  // namespace

/// The set that is read again and again; shared with the callbacks that are under way.
struct HttpGauges::Watch : std::enable_shared_from_this<Watch> {
  explicit Watch(CurlLoop& its_loop) : loop(its_loop) {}

  void replace(std::vector<Gauge> new_gauges) {
    const auto now = loop.clock().mono();
    std::size_t count = 0;
    std::uint64_t current = 0;
    {
      const std::lock_guard lock(mutex);
      gauges = std::move(new_gauges);
      samples.clear();
      count = gauges.size();
      current = ++generation;
    }
    for (std::size_t index = 0; index < count; ++index) schedule(current, index, now);
  }

  void schedule(std::uint64_t of, std::size_t index, base::MonoTime at) {
    loop.after(at, [weak = weak_from_this(), of, index, at] {
      if (const auto self = weak.lock()) self->begin(of, index, at);
    });
  }

  void begin(std::uint64_t of, std::size_t index, base::MonoTime at) {
    std::shared_ptr<const Gauge> gauge;
    {
      const std::lock_guard lock(mutex);
      if (of != generation) return;
      gauge = std::make_shared<const Gauge>(gauges[index]);
    }
    auto round = std::make_shared<Round>();
    round->missing = gauge->instances.size();
    if (gauge->instances.empty()) {
      round->problem = "there are no instances";
      return finish(of, index, at, *gauge, *round);
    }
    for (const auto& instance : gauge->instances) {
      const auto url =
          fmt::format("http://{}:{}{}", instance.host, instance.port, gauge->spec.path);
      loop.submit({.method = "GET", .url = url, .headers = {}, .body = {}}, gauge->spec.timeout,
                  [weak = weak_from_this(), of, index, at, gauge, round,
                   instance](const TransferResult& transfer) {
                    add(*round, instance, reading_of(gauge->spec, transfer));
                    const auto self = weak.lock();
                    if (self && round->missing == 0) self->finish(of, index, at, *gauge, *round);
                  });
    }
  }

  void finish(std::uint64_t of, std::size_t index, base::MonoTime began, const Gauge& gauge,
              const Round& round) {
    const auto now = loop.clock().mono();
    std::function<void()> tell;
    {
      const std::lock_guard lock(mutex);
      if (of != generation) return;
      kpi::GaugeSample sample{.component = gauge.version.component,
                              .version = gauge.version.version,
                              .name = gauge.spec.name,
                              .value = std::nullopt,
                              .problem = round.problem,
                              .at = now};
      if (round.problem.empty()) sample.value = round.sum;
      samples.push_back(std::move(sample));
      if (samples.size() > kSamplesMax) samples.pop_front();
      tell = wake;
    }
    schedule(of, index, std::max(began + gauge.spec.interval, now));
    if (tell) tell();
  }

  CurlLoop& loop;
  std::mutex mutex;
  std::uint64_t generation = 0;
  std::vector<Gauge> gauges;
  std::deque<kpi::GaugeSample> samples;
  std::function<void()> wake;
};

HttpGauges::HttpGauges(CurlLoop& loop) : watch_(std::make_shared<Watch>(loop)) {}

HttpGauges::~HttpGauges() {
  const std::lock_guard lock(watch_->mutex);
  ++watch_->generation;
  watch_->wake = nullptr;
}

base::Result<void> HttpGauges::watch(std::vector<ports::MetricTarget> targets) {
  std::vector<Gauge> gauges;
  for (const auto& target : targets)
    for (const auto& spec : target.gauges) {
      if (auto checked = check_gauge(spec); !checked) return checked;
      gauges.push_back({target.version, target.instances, spec});
    }
  watch_->replace(std::move(gauges));
  return {};
}

kpi::MetricBatch HttpGauges::poll() {
  const std::lock_guard lock(watch_->mutex);
  kpi::MetricBatch batch;
  batch.gauges.assign(watch_->samples.begin(), watch_->samples.end());
  watch_->samples.clear();
  return batch;
}

void HttpGauges::on_data(std::function<void()> wake) {
  const std::lock_guard lock(watch_->mutex);
  watch_->wake = std::move(wake);
}

}  // namespace stellwerk::adapters::http

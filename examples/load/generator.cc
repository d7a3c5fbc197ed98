#include "load/generator.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace load {
namespace {

using std::chrono::nanoseconds;

constexpr std::chrono::milliseconds kLate{10};
constexpr std::chrono::seconds kPatienceAfterSignal{2};
constexpr std::size_t kDocumentsRemembered = 256;
constexpr int kSendsBetweenEvents = 64;

constexpr const char* kCreateBody = R"({"docType":"invoice","templateKey":"standard",
  "payload":{"customer":"Muster GmbH","total":119.0,"items":[{"text":"Weizen","amount":7}]}})";
constexpr const char* kBatchBody = R"({"templateKey":"standard",
  "documents":[{"payload":{"n":1}},{"payload":{"n":2}},{"payload":{"n":3}}]})";

std::string text_of(CURLcode code) { return curl_easy_strerror(code); }

}  // namespace

Generator::Generator(const Options& options)
    : options_(options),
      schedule_(options),
      random_(~options.seed),
      engine_(options, [this](const Outcome& outcome) { on_outcome(outcome); }),
      documents_(options.tenants.size()),
      end_offset_(options.duration ? nanoseconds(*options.duration) : nanoseconds::max()) {
  result_.tenants.resize(options.tenants.size());
}

RunResult Generator::run() {
  start_ = Clock::now();
  next_ = schedule_.next();
  while (next_.offset < end_offset_) {
    send_due();
    // With too many under way the next one can only be given up, unless an answer comes first.
    const auto patience = engine_.full() ? nanoseconds(options_.timeout) : nanoseconds(0);
    engine_.wait(intended(next_) + patience);
    take_stop_signal();
  }
  await_answers();
  result_.length = Clock::now() - start_;
  engine_.for_each_in_flight(
      [this](const Outgoing& request) { ++result_.tenants[request.arrival.tenant].unfinished; });
  return std::move(result_);
}

void Generator::send_due() {
  for (int i = 0; i < kSendsBetweenEvents; ++i) {
    const auto now = Clock::now();
    const bool due = next_.offset < end_offset_ && intended(next_) <= now;
    if (!due) return;
    const bool expired = now - intended(next_) > options_.timeout;
    if (engine_.full() && !expired) return;
    if (expired) {
      drop(next_);
    } else {
      send(next_, now);
    }
    next_ = schedule_.next();
  }
}

void Generator::send(const Arrival& arrival, Clock::time_point now) {
  Outgoing request{arrival, now, "", ""};
  const auto& known = documents_[arrival.tenant];
  Operation& operation = request.arrival.operation;
  const bool reads = operation == Operation::Get || operation == Operation::File;
  if (reads && known.empty()) operation = Operation::Create;  // nothing to ask for yet
  switch (operation) {
    case Operation::Create:
      request.path = "/documents";
      request.body = kCreateBody;
      break;
    case Operation::Batch:
      request.path = "/documents/batch";
      request.body = kBatchBody;
      break;
    case Operation::Get:
      request.path = "/documents/" + known[random_.below(known.size())];
      break;
    case Operation::File:
      request.path = "/documents/" + known[random_.below(known.size())] + "/file";
      break;
  }
  const nanoseconds delay = now - intended(arrival);
  result_.latest_send = std::max(result_.latest_send, delay);
  TenantTally& tally = result_.tenants[arrival.tenant];
  ++tally.intended;
  ++tally.sent;
  if (delay > kLate) ++tally.late;
  ++tally.by_operation[operation];
  engine_.send(std::move(request));
}

void Generator::drop(const Arrival& arrival) {
  TenantTally& tally = result_.tenants[arrival.tenant];
  ++tally.intended;
  ++tally.dropped;
}

void Generator::take_stop_signal() {
  if (engine_.stop_signals() == 0 || result_.stopped_by_signal) return;
  result_.stopped_by_signal = true;
  end_offset_ = std::min<nanoseconds>(end_offset_, Clock::now() - start_);
  // What was due and could not be sent belongs in the report too.
  for (; next_.offset < end_offset_; next_ = schedule_.next()) drop(next_);
}

void Generator::await_answers() {
  const auto patience = [this] {
    const auto limit = nanoseconds(options_.timeout) + kLate;
    return result_.stopped_by_signal ? std::min<nanoseconds>(limit, kPatienceAfterSignal) : limit;
  };
  const auto begin = Clock::now();
  while (engine_.in_flight() > 0 && Clock::now() < begin + patience() &&
         engine_.stop_signals() < 2) {
    engine_.wait(begin + patience());
    take_stop_signal();
  }
}

void Generator::on_outcome(const Outcome& outcome) {
  const auto now = Clock::now();
  const Arrival& arrival = outcome.request.arrival;
  TenantTally& tally = result_.tenants[arrival.tenant];
  const bool answered = outcome.transport == CURLE_OK;
  // A timeout took at least this long; a refused connection took nearly nothing and says nothing
  // about latency.
  if (answered || outcome.transport == CURLE_OPERATION_TIMEDOUT)
    tally.latency.add(now - intended(arrival));
  if (!answered) {
    ++tally.failed;
    ++tally.by_failure[text_of(outcome.transport)];
    return;
  }
  ++tally.answered;
  ++tally.by_status[outcome.status];
  const std::string version(outcome.version.substr(0, 64));
  if (!version.empty()) {
    ++tally.by_version[version];
    tally.versions.answered(version, {outcome.request.sent - start_, now - start_});
  }
  remember_document(outcome);
}

void Generator::remember_document(const Outcome& outcome) {
  const Arrival& arrival = outcome.request.arrival;
  auto& known = documents_[arrival.tenant];
  const bool read = arrival.operation == Operation::Get || arrival.operation == Operation::File;
  if (read && outcome.status == 404) {  // evicted, or another version that does not share documents
    std::erase_if(known, [&](const std::string& id) {
      return outcome.request.path.find(id) != std::string::npos;
    });
    return;
  }
  if (arrival.operation != Operation::Create || outcome.status != 201) return;
  const auto body = nlohmann::json::parse(outcome.body, nullptr, false);
  if (!body.is_object() || !body.contains("id") || !body.at("id").is_string()) return;
  std::string id = body.at("id").get<std::string>();
  if (!examples::valid_tenant(id)) return;  // it goes into a path: same harmless characters
  if (known.size() < kDocumentsRemembered) {
    known.push_back(std::move(id));
  } else {
    known[random_.below(known.size())] = std::move(id);
  }
}

}  // namespace load

#include "document-domain/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace document_domain {
namespace {

using examples::FlagValue;
using examples::Parsed;
using examples::usage_error;
using examples::UsageError;
using examples::whole_number;

constexpr std::uint32_t kPpm = 1'000'000;
constexpr std::int64_t kCountMax = 1'000'000'000;

UsageError bad_value(std::string_view kind, std::string_view text, std::string_view wanted) {
  return {fmt::format("--fault {} cannot have the value \"{}\"", kind, text),
          fmt::format("it wants {}", wanted), fmt::format("write for example {}", fault_help())};
}

/// A percentage such as `2`, `2.5` or `0.0001`, exactly, as parts per million.
Parsed<std::uint32_t> share(std::string_view kind, std::string_view text) {
  const auto bad =
      bad_value(kind, text, "a percentage above 0 and up to 100, with at most four decimals");
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string decimals(text.substr(std::min(point + 1, text.size())));
  if (decimals.size() > 4 || (point < text.size() && decimals.empty())) return usage_error(bad);
  decimals.resize(4, '0');
  const std::string digits = std::string(text.substr(0, point)) + decimals;
  if (point == 0 || digits.find_first_not_of("0123456789") != std::string::npos)
    return usage_error(bad);
  const auto ppm = whole_number({kind, digits}, {1, kPpm});
  if (!ppm) return usage_error(bad);
  return static_cast<std::uint32_t>(*ppm);
}

Parsed<std::uint64_t> count(std::string_view kind, std::string_view text) {
  const auto number = whole_number({kind, text}, {0, kCountMax});
  if (!number) return usage_error(bad_value(kind, text, "a number of requests"));
  return static_cast<std::uint64_t>(*number);
}

using Applied = Parsed<bool>;  // the value carries nothing; only the error matters

Applied set_share(std::uint32_t& target, std::string_view kind, std::string_view text) {
  return share(kind, text).map([&](std::uint32_t ppm) { return (target = ppm) > 0; });
}

Applied set_health(FaultPlan& plan, HealthFault fault) {
  if (plan.health != HealthFault::None)
    return usage_error({"two faults rule what /health answers",
                        "only one of unhealthy, unhealthy-body and garbage can be seen",
                        "keep one of them"});
  plan.health = fault;
  return true;
}

Applied apply_errors(FaultPlan& plan, std::string_view text) {
  return set_share(plan.errors_ppm, "errors", text);
}
Applied apply_hang(FaultPlan& plan, std::string_view text) {
  return set_share(plan.hang_ppm, "hang", text);
}
Applied apply_slow(FaultPlan& plan, std::string_view text) {
  const auto number = whole_number({"slow", text}, {1, 60'000});
  if (!number) return usage_error(bad_value("slow", text, "milliseconds from 1 to 60000"));
  plan.slow = std::chrono::milliseconds(*number);
  return true;
}
Applied apply_unhealthy(FaultPlan& plan, std::string_view) {
  return set_health(plan, HealthFault::Unhealthy);
}
Applied apply_unhealthy_body(FaultPlan& plan, std::string_view) {
  return set_health(plan, HealthFault::BadBody);
}
Applied apply_unhealthy_after(FaultPlan& plan, std::string_view text) {
  return count("unhealthy-after", text).map([&](std::uint64_t n) {
    plan.unhealthy_after = n;
    return true;
  });
}
Applied apply_queue(FaultPlan& plan, std::string_view) {
  return plan.render_workers_stopped = true;
}
Applied apply_crash_on_start(FaultPlan& plan, std::string_view) {
  return plan.crash_on_start = true;
}
Applied apply_crash_after(FaultPlan& plan, std::string_view text) {
  return count("crash-after", text).map([&](std::uint64_t n) {
    plan.crash_after = n;
    return true;
  });
}
Applied apply_garbage(FaultPlan& plan, std::string_view text) {
  if (text == "json") return set_health(plan, HealthFault::GarbageJson);
  if (text == "http") return set_health(plan, HealthFault::GarbageHttp);
  return usage_error(bad_value("garbage", text, "json or http"));
}
Applied apply_gauge(FaultPlan& plan, std::string_view text) {
  if (text == "nan") plan.gauge = GaugeFault::NotANumber;
  if (text == "gone") plan.gauge = GaugeFault::Gone;
  if (text == "hang") plan.gauge = GaugeFault::Hang;
  if (plan.gauge == GaugeFault::None)
    return usage_error(bad_value("gauge", text, "nan, gone or hang"));
  return true;
}

struct FaultKind {
  std::string_view name;
  std::string_view value;  ///< as shown in the help; empty: takes none
  Applied (*apply)(FaultPlan&, std::string_view);
};

constexpr std::array<FaultKind, 11> kKinds = {{
    {"errors", "P%", &apply_errors},
    {"slow", "MS", &apply_slow},
    {"hang", "P%", &apply_hang},
    {"unhealthy", "", &apply_unhealthy},
    {"unhealthy-after", "REQUESTS", &apply_unhealthy_after},
    {"unhealthy-body", "", &apply_unhealthy_body},
    {"queue", "", &apply_queue},
    {"crash-on-start", "", &apply_crash_on_start},
    {"crash-after", "REQUESTS", &apply_crash_after},
    {"garbage", "json|http", &apply_garbage},
    {"gauge", "nan|gone|hang", &apply_gauge},
}};

Applied apply_one(FaultPlan& plan, std::string_view fault) {
  const std::size_t colon = fault.find(':');
  const std::string_view name = fault.substr(0, colon);
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                 [&](const FaultKind& k) { return k.name == name; });
  if (kind == kKinds.end())
    return usage_error({fmt::format("--fault knows no kind \"{}\"", name),
                        "a fault that is ignored would make a bad version look good",
                        fmt::format("use one of {}", fault_help())});
  const bool has_value = colon != std::string_view::npos;
  if (has_value == kind->value.empty())
    return usage_error({fmt::format("--fault cannot be \"{}\"", fault),
                        has_value ? "this kind takes no value" : "this kind needs a value",
                        fmt::format("use one of {}", fault_help())});
  std::string_view value = has_value ? fault.substr(colon + 1) : std::string_view{};
  if (kind->value == "P%" && value.ends_with('%')) value.remove_suffix(1);
  return kind->apply(plan, value);
}

}  // namespace

std::string fault_help() {
  std::string text;
  for (const FaultKind& kind : kKinds)
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", kind.name,
                        kind.value.empty() ? "" : ":", kind.value);
  return text;
}

Parsed<FaultPlan> parse_faults(std::span<const std::string> faults) {
  FaultPlan plan;
  std::set<std::string> seen;
  for (const std::string& fault : faults) {
    if (!seen.insert(fault.substr(0, fault.find(':'))).second)
      return usage_error({fmt::format("--fault {} repeats a kind", fault),
                          "each kind of fault can be set once", "keep one of the two"});
    if (const auto applied = apply_one(plan, fault); !applied) return usage_error(applied.error());
  }
  return plan;
}

bool EvenShare::next() {
  if (share_ppm_ == 0) return false;
  // The n-th call is picked when the running total of the share passes a whole number: 20 % is
  // every fifth call.
  const std::uint64_t before = calls_.fetch_add(1, std::memory_order_relaxed) % kPpm;
  return (before + 1) * share_ppm_ / kPpm > before * share_ppm_ / kPpm;
}

FaultInjector::FaultInjector(const FaultPlan& plan)
    : plan_(plan), errors_(plan.errors_ppm), hangs_(plan.hang_ppm) {}

ApiFault FaultInjector::next_api_request() {
  const std::uint64_t served = api_requests_.fetch_add(1, std::memory_order_relaxed);
  if (plan_.crash_after && served >= *plan_.crash_after) return ApiFault::Crash;
  if (hangs_.next()) return ApiFault::Hang;
  return errors_.next() ? ApiFault::Error : ApiFault::None;
}

HealthFault FaultInjector::health() const {
  const bool worn_out = plan_.unhealthy_after &&
                        api_requests_.load(std::memory_order_relaxed) >= *plan_.unhealthy_after;
  return worn_out ? HealthFault::Unhealthy : plan_.health;
}

}  // namespace document_domain

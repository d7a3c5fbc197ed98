#include "cli/verdict_text.h"

#include <fmt/format.h>

#include "base/ratio.h"
#include "base/text.h"
#include "base/time.h"
#include "core/names.h"
#include "kpi/judge.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kFindingsShown = 2;

std::string cause_word(base::Locale locale, core::Cause cause) {
  return base::message(locale, "cli.cause." + std::string(core::to_string(cause)));
}

std::string silence(base::Locale locale, const core::Finding& finding) {
  std::string what = cause_word(locale, finding.cause);
  if (!finding.subject.empty()) what += " (" + base::printable(finding.subject, 60) + ")";
  return base::message(
      locale, "cli.finding.silent",
      {{"what", what}, {"value", span_text(finding.value)}, {"limit", span_text(finding.limit)}});
}

/// A finding whose figures are worth a line; an all-good one of nothing says nothing.
bool says_something(const core::Finding& finding) {
  if (finding.cause != core::Cause::AllGood) return true;
  return finding.requests > 0;
}

}  // namespace

std::string rate_text(std::int64_t ppm) {
  const std::int64_t rounded = (ppm + 50) / 100 * 100;
  return base::percent_text({rounded == 0 ? ppm : rounded});
}

std::string latency_text(std::int64_t us) {
  if (us < 10'000'000) return fmt::format("{} ms", (us + 500) / 1000);
  return fmt::format("{} s", us / 1'000'000);
}

std::string span_text(std::int64_t us) { return base::to_string(base::seconds(us / 1'000'000)); }

std::string finding_text(base::Locale locale, const core::Finding& finding, base::Duration slow) {
  switch (finding.cause) {
    case core::Cause::NoData:
    case core::Cause::GaugeMissing:
      return silence(locale, finding);
    case core::Cause::Health:
      return base::message(locale, "cli.finding.health",
                           {{"subject", base::printable(finding.subject, 80)},
                            {"value", std::to_string(finding.value)},
                            {"limit", std::to_string(finding.limit)}});
    case core::Cause::NoRequests:
    case core::Cause::Integrity:
      return cause_word(locale, finding.cause);
    case core::Cause::AllGood:
    case core::Cause::TooFewToJudge:
    case core::Cause::TooFewBad:
    case core::Cause::ErrorRate:
    case core::Cause::Latency:
    case core::Cause::ConsumerLag:
      break;
  }
  const bool is_share = finding.subject == kpi::kErrorRate || finding.subject == kpi::kP95Latency;
  base::MessageArguments words{{"value", std::to_string(finding.value)},
                               {"limit", std::to_string(finding.limit)},
                               {"subject", base::printable(finding.subject, 60)}};
  if (!is_share) return base::message(locale, "cli.finding.gauge", words);
  words["value"] = rate_text(finding.value);
  words["limit"] = rate_text(finding.limit);
  words["requests"] = std::to_string(finding.requests);
  words["threshold"] = latency_text(slow.us);
  return base::message(
      locale, finding.subject == kpi::kP95Latency ? "cli.finding.slow" : "cli.finding.errors",
      words);
}

std::string verdict_text(base::Locale locale, const core::Verdict& verdict, base::Duration slow) {
  std::string text =
      base::message(locale, "cli.action." + std::string(core::to_string(verdict.action)));
  std::vector<std::string> shown;
  for (const core::Finding& finding : verdict.findings) {
    if (shown.size() == kFindingsShown || finding.action < verdict.action) break;
    if (says_something(finding)) shown.push_back(finding_text(locale, finding, slow));
  }
  const bool figures_say_it = !shown.empty() && verdict.cause != core::Cause::AllGood &&
                              verdict.cause != core::Cause::TooFewToJudge &&
                              verdict.cause != core::Cause::TooFewBad;
  text += ": ";
  if (!figures_say_it) text += cause_word(locale, verdict.cause);
  for (const std::string& each : shown) {
    if (!text.ends_with(": ")) text += " · ";
    text += each;
  }
  return text;
}

core::Verdict verdict_of_view(const base::Json& json) {
  const auto named = [](auto& target, const base::Json& object, const char* key) {
    const auto word = object.find(key);
    if (word == object.end() || !word->is_string()) return;
    for (const auto& [value, name] : names_of(target))
      if (name == word->get_ref<const std::string&>()) target = value;
  };
  core::Verdict verdict;
  if (!json.is_object()) return verdict;
  named(verdict.action, json, "action");
  named(verdict.cause, json, "cause");
  const auto findings = json.find("findings");
  if (findings == json.end() || !findings->is_array()) return verdict;
  for (const base::Json& each : *findings) {
    core::Finding finding;
    named(finding.action, each, "action");
    named(finding.cause, each, "cause");
    finding.component = base::ComponentName(each.value("component", ""));
    finding.subject = each.value("subject", "");
    finding.requests = each.value("requests", std::uint64_t{0});
    finding.bad = each.value("bad", std::uint64_t{0});
    finding.value = each.value("value", std::int64_t{0});
    finding.limit = each.value("limit", std::int64_t{0});
    verdict.findings.push_back(std::move(finding));
  }
  return verdict;
}

}  // namespace stellwerk::cli

#include "checks/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/text.h"

namespace stellwerk::checks {
namespace {

constexpr std::size_t kSummaryMax = 400;
/// A stop token cannot wake a sleeper, so it is looked at this often.
constexpr base::Duration kLook = base::milliseconds(20);

/// All texts in `value`, scrubbed. Before they become JSON: escaping would hide a secret.
void scrub(base::Json& value, const base::Scrubber& scrubber) {
  if (value.is_string()) {
    value = scrubber.scrub(value.get_ref<const std::string&>());
    return;
  }
  if (value.is_structured())
    for (auto& part : value) scrub(part, scrubber);
}

}  // namespace

bool Run::over() const { return call.stop.stopped() || needs.clock.mono() >= call.deadline; }

base::Duration Run::took() const { return needs.clock.mono() - started; }

ports::Call Run::limited_to(base::Duration timeout) const {
  return {std::min(call.deadline, needs.clock.mono() + timeout), call.stop};
}

bool Run::pause(base::Duration span) const {
  const auto until = needs.clock.mono() + span;
  while (needs.clock.mono() < until) {
    if (over()) return false;
    const auto left = std::min(until - needs.clock.mono(), kLook);
    std::this_thread::sleep_for(std::chrono::microseconds(std::max<std::int64_t>(left.us, 0)));
  }
  return true;
}

ports::StepReport report(const Run& run, Finding finding, base::Json asked, base::Json answer) {
  const auto& scrubber = run.needs.scrubber;
  ports::StepReport report;
  report.passed = finding.passed;
  report.result = std::move(finding.result);
  report.summary = base::printable(scrubber.scrub(report.result + finding.more), kSummaryMax);
  base::Json evidence{{"answer", std::move(answer)},
                      {"asked", std::move(asked)},
                      {"passed", finding.passed},
                      {"release", run.request.release.str()},
                      {"started", base::rfc3339(run.started_wall)},
                      {"step", run.request.step.str()},
                      {"summary", report.summary},
                      {"took_ms", run.took().ms()}};
  scrub(evidence, scrubber);
  report.evidence = evidence.dump(1, ' ', false, base::Json::error_handler_t::replace);
  return report;
}

base::Failure outcome_unknown(const Run& run, std::string why) {
  return base::fail(
      base::error(base::Code::OutcomeUnknown, "CHK-0001",
                  fmt::format("what became of the check {} is not known", run.request.step.str()))
          .because(run.needs.scrubber.scrub(why))
          .now("it had begun; it is not running any more"));
}

base::Failure not_begun(const Run& run, const base::Error& cause) {
  auto failure = base::error(base::Code::Unavailable, "CHK-0002",
                             fmt::format("the check {} could not begin", run.request.step.str()))
                     .because(run.needs.scrubber.scrub(cause.one_line()))
                     .now("nothing happened");
  failure.next = cause.next;
  return base::fail(std::move(failure));
}

std::string readable(std::string_view text, std::size_t size_bytes_max) {
  std::string out;
  for (const auto line : base::split(text, '\n')) {
    if (out.size() >= size_bytes_max) return out + "[the rest is left out]";
    out += base::printable(line, size_bytes_max - out.size());
    out += '\n';
  }
  if (!out.empty()) out.pop_back();
  return out;
}

std::string seconds_text(base::Duration span) {
  return fmt::format("{}.{} s", span.ms() / 1000, span.ms() % 1000 / 100);
}

}  // namespace stellwerk::checks

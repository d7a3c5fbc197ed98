// The evidence file of a wave, as an auditor gets it: its verdicts are computed again, or it says
// which line is wrong.
#include <algorithm>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "kpi/evidence.h"
#include "kpi/judge.h"

namespace stellwerk::fuzz {

void take(std::string_view bytes) {
  static const std::vector<kpi::GuardedComponent> kComponents{
      {base::ComponentName("document-domain"),
       {1, 2, 0, {}, {}},
       {1, 3, 0, {}, {}},
       {"consumer_lag"}}};
  const core::GuardPolicy policy;
  const auto replay = kpi::replay_evidence(policy, kComponents, bytes);
  if (!replay) {
    FUZZ_REQUIRE(replay.error().id == "KPI-0001");
    FUZZ_REQUIRE(replay.error().why.starts_with("line ") || bytes.empty());
    FUZZ_REQUIRE(base::valid_utf8(replay.error().why));
    return;
  }
  const auto lines = std::count(bytes.begin(), bytes.end(), '\n') + 1;
  FUZZ_REQUIRE(std::cmp_less_equal(replay->verdicts.size(), lines));
  for (const kpi::ReplayedVerdict& each : replay->verdicts) {
    FUZZ_REQUIRE(each.verdict == kpi::judge(policy, each.evidence));
    const auto again = kpi::evidence_from_json(kpi::to_json(each.evidence));
    FUZZ_REQUIRE(again.has_value() && *again == each.evidence);
  }
  const auto twice = kpi::replay_evidence(policy, kComponents, bytes);
  FUZZ_REQUIRE(twice.has_value() && twice->verdicts.size() == replay->verdicts.size());
}

}  // namespace stellwerk::fuzz

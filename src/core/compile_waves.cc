// Who moves in which wave: named tenants first, then the smallest part of the ranking whose usual
// traffic reaches the share (docs/routing.md). Waves are cumulative; the last one moves everyone.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "core/compilation.h"
#include "core/routing.h"

namespace stellwerk::core {
namespace {

using base::Ppm;

/// A wave as it was written, or as the strategy has it.
struct Draft {
  std::optional<Ppm> share;
  std::vector<base::TenantId> tenants;
  bool everyone = false;
  std::string key;      ///< `waves[0]`; of a default: `waves`
  base::Duration hold;  ///< of a default
};

Draft draft_of(const WaveRequest& wave, std::size_t index) {
  return {wave.share,
          wave.tenants,
          wave.all_tenants || wave.share == base::kWhole,
          fmt::format("waves[{}]", index),
          {}};
}

/// Rolling replaces one instance after the other, so a wave is one instance's share.
std::vector<WaveTemplate> waves_by_instance(const Plan& plan, base::Duration hold) {
  std::uint32_t instances = 10;
  for (const PlannedComponent& component : plan.components)
    instances = std::min(instances, component.new_workload.instances);
  std::vector<WaveTemplate> waves;
  for (std::uint32_t n = 1; n <= instances; ++n)
    waves.push_back({base::ratio_of(n, instances), hold});
  return waves;
}

std::vector<Draft> default_drafts(const Compilation& c) {
  const StrategyTemplate& row = strategy_of(c.release.type, c.plan.strategy);
  std::vector<WaveTemplate> waves(row.waves.begin(), row.waves.end());
  if (waves.empty()) waves = waves_by_instance(c.plan, row.hold);
  std::vector<Draft> drafts;
  for (const WaveTemplate& wave : waves)
    drafts.push_back({wave.share, {}, wave.share == base::kWhole, "waves", wave.hold});
  return drafts;
}

class WaveBuilder {
 public:
  explicit WaveBuilder(Compilation& c)
      : c_(c), ranked_(rank_tenants(c.environment.installation, c.environment.tenants)) {
    for (const Tenant& tenant : c.environment.tenants) {
      weights_[tenant.id] = tenant.weight;
      weight_total_ += tenant.weight;
    }
  }

  void reserve_named(const std::vector<Draft>& drafts) {
    for (const Draft& draft : drafts) reserved_.insert(draft.tenants.begin(), draft.tenants.end());
  }
  void add(const Draft& draft, bool is_last, bool is_default);

 private:
  void join(const base::TenantId& tenant, PlannedWave& wave) {
    if (!served_.insert(tenant).second) return;
    wave.adds.push_back(tenant);
    weight_served_ += weights_.at(tenant);
  }
  /// False when a name is unknown.
  bool join_named(const Draft& draft, PlannedWave& wave);
  void join_ranked(Ppm share, PlannedWave& wave);
  void fill(const Draft& draft, PlannedWave& wave);
  void join_everyone(PlannedWave& wave);
  void refuse_unknown(const Draft& draft, std::size_t index);
  [[nodiscard]] Ppm real_share(std::uint32_t buckets) const {
    return weight_total_ == 0 ? base::percent(buckets)
                              : base::ratio_of(weight_served_, weight_total_);
  }
  [[nodiscard]] bool moves_nobody(const PlannedWave& wave) const {
    return wave.adds.empty() && (!weights_.empty() || wave.buckets == buckets_);
  }
  void keep(const Draft& draft, PlannedWave wave);
  void check_share(const Draft& draft);

  Compilation& c_;
  std::vector<base::TenantId> ranked_;
  std::map<base::TenantId, std::uint64_t> weights_;
  std::set<base::TenantId> reserved_;  ///< named in some wave: not moved by the ranking
  std::set<base::TenantId> served_;
  std::vector<base::TenantId> served_in_order_;
  std::uint64_t weight_total_ = 0;
  std::uint64_t weight_served_ = 0;
  std::uint32_t buckets_ = 0;
  Ppm share_;  ///< the largest asked for so far
};

void WaveBuilder::refuse_unknown(const Draft& draft, std::size_t index) {
  const std::string& name = draft.tenants[index].str();
  c_.problem({"PLN-0004", fmt::format("{}.tenants[{}]", draft.key, index),
              fmt::format("there is no tenant {}", base::in_quotes(name)),
              "no tenant of that id stands in stellwerk.yaml"});
  std::vector<std::string> known;
  for (const auto& [id, weight] : weights_) known.push_back(id.str());
  c_.suggest(name, known);
}

bool WaveBuilder::join_named(const Draft& draft, PlannedWave& wave) {
  bool all_known = true;
  for (std::size_t i = 0; i < draft.tenants.size(); ++i) {
    if (weights_.contains(draft.tenants[i])) {
      join(draft.tenants[i], wave);
    } else {
      refuse_unknown(draft, i);
      all_known = false;
    }
  }
  return all_known;
}

void WaveBuilder::join_ranked(Ppm share, PlannedWave& wave) {
  const auto reached = [&] {
    return weight_served_ * static_cast<std::uint64_t>(base::kWhole.value) >=
           weight_total_ * static_cast<std::uint64_t>(share.value);
  };
  for (const base::TenantId& tenant : ranked_) {
    if (reached()) return;
    if (!reserved_.contains(tenant)) join(tenant, wave);
  }
}

void WaveBuilder::join_everyone(PlannedWave& wave) {
  for (const base::TenantId& tenant : ranked_) join(tenant, wave);
  wave.everyone = true;
  wave.buckets = kBuckets;
}

void WaveBuilder::check_share(const Draft& draft) {
  if (!draft.share) return;
  if (*draft.share < share_)
    c_.problem({"PLN-0005", draft.key + ".share",
                fmt::format("the waves shrink from {} to {}", base::percent_text(share_),
                            base::percent_text(*draft.share)),
                "waves are cumulative: who was moved stays moved"});
  share_ = std::max(share_, *draft.share);
}

void WaveBuilder::fill(const Draft& draft, PlannedWave& wave) {
  wave.hold = draft.hold;
  if (draft.everyone)
    join_everyone(wave);
  else if (draft.share)
    join_ranked(*draft.share, wave);
  // Unknown tenants move only in shares without names, and with everyone.
  if (draft.share && draft.tenants.empty() && !draft.everyone)
    wave.buckets =
        std::max(buckets_, static_cast<std::uint32_t>(draft.share->value / base::percent(1).value));
  wave.share_real = draft.everyone ? base::kWhole : real_share(wave.buckets);
  wave.share_wanted = draft.share.value_or(wave.share_real);
}

void WaveBuilder::add(const Draft& draft, bool is_last, bool is_default) {
  const Ppm before = real_share(buckets_);
  PlannedWave wave;
  wave.buckets = buckets_;
  check_share(draft);
  const bool all_known = join_named(draft, wave);
  const Ppm named = real_share(buckets_);
  fill(draft, wave);

  if (is_last && wave.adds.empty() && !weights_.empty())
    c_.note("plan.note.last-wave", {}, c_.written_at(draft.key));
  if (!is_last && all_known && moves_nobody(wave)) {
    if (is_default)
      return c_.note("plan.note.wave-dropped", {{"share", base::percent_text(wave.share_wanted)}},
                     c_.runbook());
    c_.problem(
        {"PLN-0005", draft.key, "this wave would move nobody",
         fmt::format("{} of the usual traffic is moved before it", base::percent_text(before))});
  }
  if (draft.share && !draft.tenants.empty() && named > *draft.share)
    c_.note("plan.note.named-more",
            {{"wave", std::to_string(c_.plan.waves.size() + 1)},
             {"real", base::percent_text(named)},
             {"wanted", base::percent_text(*draft.share)}},
            c_.written_at(draft.key));
  keep(draft, std::move(wave));
}

void WaveBuilder::keep(const Draft& draft, PlannedWave wave) {
  wave.number = static_cast<std::uint32_t>(c_.plan.waves.size() + 1);
  served_in_order_.insert(served_in_order_.end(), wave.adds.begin(), wave.adds.end());
  wave.serves = served_in_order_;
  buckets_ = wave.buckets;
  c_.origin(draft.key == "waves" ? fmt::format("waves[{}]", wave.number - 1) : draft.key,
            base::percent_text(wave.share_wanted), c_.runbook());
  c_.plan.waves.push_back(std::move(wave));
}

void check_everyone_once(Compilation& c, const std::vector<Draft>& drafts) {
  for (std::size_t i = 0; i + 1 < drafts.size(); ++i)
    if (drafts[i].everyone)
      c.problem({"PLN-0005", drafts[i + 1].key,
                 fmt::format("wave {} has nobody left to move", i + 2),
                 fmt::format("wave {} moves everyone already", i + 1)});
  if (drafts.back().everyone) return;
  base::Error& error = c.problem({"PLN-0005", drafts.back().key, "the waves do not end at 100 %",
                                  "after the last wave everyone must be on the new version"});
  error = std::move(error).then("add a wave with share: 100%", "the rest of the tenants");
}

}  // namespace

void compile_waves(Compilation& c) {
  const bool is_default = c.release.waves.empty();
  std::vector<Draft> drafts;
  if (is_default) drafts = default_drafts(c);
  for (std::size_t i = 0; i < c.release.waves.size(); ++i)
    drafts.push_back(draft_of(c.release.waves[i], i));
  check_everyone_once(c, drafts);
  WaveBuilder builder(c);
  builder.reserve_named(drafts);
  for (const Draft& draft : drafts) builder.add(draft, &draft == &drafts.back(), is_default);
}

}  // namespace stellwerk::core

#include "core/misfit.h"

namespace stellwerk::core {
namespace {

constexpr std::string_view kNoRollback = "no rollback is under way";

struct Fits {
  const Plan& plan;
  const State& state;

  std::string_view operator()(const ClockAnchored& e) const {
    return e.speed >= 1 ? "" : "its speed is below 1";
  }
  std::string_view operator()(const TrafficIntended& e) const { return wave(e.wave); }
  std::string_view operator()(const WaveStarted& e) const { return wave(e.wave); }
  std::string_view operator()(const TrafficReturned&) const {
    return state.rollback ? "" : kNoRollback;
  }
  std::string_view operator()(const RollbackRecorded&) const {
    return state.rollback ? "" : kNoRollback;
  }
  template <class Other>
  std::string_view operator()(const Other&) const {
    return {};
  }

 private:
  [[nodiscard]] std::string_view wave(std::uint32_t number) const {
    return number >= 1 && number <= plan.waves.size() ? "" : "the plan has no such wave";
  }
};

}  // namespace

std::string_view misfit(const Plan& plan, const State& state, const Event& event) {
  return std::visit(Fits{plan, state}, event);
}

}  // namespace stellwerk::core

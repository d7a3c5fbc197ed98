#include "sim/breaches.h"

namespace stellwerk::sim {
namespace {

/// A world has a few; what comes beyond is left out rather than kept for ever.
constexpr std::size_t kBreachesMax = 200;

}  // namespace

std::string_view to_string(BreachKind kind) {
  switch (kind) {
    case BreachKind::Errors:
      return "errors";
    case BreachKind::Slow:
      return "slow";
    case BreachKind::Lag:
      return "lag";
    case BreachKind::Down:
      return "down";
    case BreachKind::Health:
      return "health";
  }
  return "?";
}

std::string_view to_string(BreachEnd end) {
  switch (end) {
    case BreachEnd::NobodyServed:
      return "nobody-served";
    case BreachEnd::GoodAgain:
      return "good-again";
    case BreachEnd::ReleaseEnded:
      return "release-ended";
  }
  return "?";
}

void Breaches::look(const Exposure& seen, base::MonoTime now, base::Duration passed,
                    std::uint32_t wave) {
  if (open_ && !seen.serves) return close(BreachEnd::NobodyServed, now);
  if (open_ && !seen.beyond) return close(BreachEnd::GoodAgain, now);
  if (!seen.serves || !seen.beyond) return;
  const bool shows = *seen.beyond == BreachKind::Health || *seen.beyond == BreachKind::Lag;
  if (!open_ && !shows && seen.bad == 0) return;  // nobody was answered badly yet
  if (!open_) {
    open_.emplace();
    open_->kind = *seen.beyond;
    open_->wave = wave;
    began_ = now - passed;
  }
  open_->requests += seen.requests;
  open_->bad += seen.bad;
}

void Breaches::close(BreachEnd end, base::MonoTime now) {
  Breach breach = *open_;
  open_.reset();
  breach.end = end;
  breach.lasted = now - began_;
  const bool fleeting =
      breach.kind == BreachKind::Health && end == BreachEnd::GoodAgain && breach.lasted < fleeting_;
  if (fleeting) return;
  ended_ = now;
  if (all_.size() < kBreachesMax) all_.push_back(breach);
}

void Breaches::end(base::MonoTime now, bool serves) {
  if (open_) close(serves ? BreachEnd::ReleaseEnded : BreachEnd::NobodyServed, now);
}

bool Breaches::lately(base::MonoTime now, base::Duration span) const {
  return open_.has_value() || (ended_ && now - *ended_ <= span);
}

}  // namespace stellwerk::sim

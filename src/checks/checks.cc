#include "checks/checks.h"

#include <variant>

#include "checks/run.h"

namespace stellwerk::checks {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

base::Result<ports::StepReport> Checks::run(const ports::StepRequest& request,
                                            const ports::Call& call) {
  const Run run{.needs = needs_,
                .request = request,
                .call = call,
                .started_wall = needs_.clock.wall(),
                .started = needs_.clock.mono()};
  return std::visit(
      Overloaded{[&](const core::CommandCheck& check) { return run_command(check, run); },
                 [&](const core::HttpCheck& check) { return run_http(check, run); },
                 [&](const ports::HealthStep& step) { return run_health(step, run); }},
      request.work);
}

}  // namespace stellwerk::checks

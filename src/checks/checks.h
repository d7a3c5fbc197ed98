// checks.h — carries out one check and returns its evidence.
//
// Role: ports::StepRunner; what it needs of the world comes through other ports.   Start here:
// Checks Thread-safety: any thread; runs overlap. Invariants: every summary and all evidence is
// scrubbed and printable; a run ends within 100 ms of its deadline or a stop.
#pragma once

#include "base/secret.h"
#include "ports/clock.h"
#include "ports/command.h"
#include "ports/health_probe.h"
#include "ports/http_client.h"
#include "ports/step_runner.h"

namespace stellwerk::checks {

/// All outlive the checks.
struct ChecksNeeds {
  const ports::Clock& clock;
  ports::CommandRunner& commands;
  ports::HttpClient& http;
  ports::HealthProbe& health;
  base::Scrubber& scrubber;   ///< is told every secret that a check uses
  std::string tenant_header;  ///< the environment's, for HTTP checks on behalf of a tenant
};

class Checks : public ports::StepRunner {
 public:
  explicit Checks(ChecksNeeds needs) : needs_(std::move(needs)) {}
  base::Result<ports::StepReport> run(const ports::StepRequest& request,
                                      const ports::Call& call) override;

 private:
  ChecksNeeds needs_;
};

}  // namespace stellwerk::checks

// http_witness.h — asks a witness by HTTP to cosign a checkpoint.
//
// Role: ports::Witness.                                         Start here: HttpWitness
// Thread-safety: any thread.                                    Spec: c2sp.org/tlog-witness
#pragma once

#include "ports/http_client.h"
#include "ports/witness.h"

namespace stellwerk::adapters::http {

class HttpWitness final : public ports::Witness {
 public:
  /// @param client  outlives the witness
  /// @param prefix  the witness's submission prefix, http or https; certificates are checked
  HttpWitness(ports::HttpClient& client, std::string prefix);

  base::Result<ports::WitnessAnswer> add_checkpoint(const ports::CheckpointSubmission& submission,
                                                    const ports::Call& call) override;
  [[nodiscard]] std::string name() const override { return prefix_; }

 private:
  ports::HttpClient& client_;
  std::string prefix_;  ///< without a slash at its end
};

}  // namespace stellwerk::adapters::http

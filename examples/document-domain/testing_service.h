// testing_service.h — the real document-domain as a child of a test, on a free port.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "common/testing/child_process.h"

namespace document_domain::testing {

/// The command that starts `version` with `extra` arguments on a port that the service chooses.
inline std::vector<std::string> service_command(const std::string& version,
                                                const std::vector<std::string>& extra = {}) {
  std::vector<std::string> command = {
      DOCUMENT_DOMAIN_PROGRAM, "--version-number", version, "--port", "0", "--render-ms", "0"};
  command.insert(command.end(), extra.begin(), extra.end());
  return command;
}

struct RunningService {
  explicit RunningService(const std::string& version, const std::vector<std::string>& extra = {})
      : process(service_command(version, extra)) {
    const auto bound = process.line_after("listening on ");
    if (!bound) throw std::runtime_error("the service did not start: " + process.err());
    address = *bound;
    url = "http://" + address;
  }
  examples::testing::ChildProcess process;
  std::string address;  ///< 127.0.0.1:PORT
  std::string url;
};

}  // namespace document_domain::testing

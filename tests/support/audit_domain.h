// audit_domain.h — the stand-in for the ERP's audit-domain (examples/audit-domain) as a process of
// a test: it can go down and come back, and its rows can be tampered with meanwhile.
//
// Thread-safety: one thread.                                     Start here: AuditDomainStandIn
// Invariants: the rows are in a file of the test's own; the port stays the same across restarts.
#pragma once

#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/testing/temporary_folder.h"
#include "base/text.h"
#include "common/testing/child_process.h"

namespace stellwerk::testing {

class AuditDomainStandIn {
 public:
  /// @param python, program  absolute paths
  /// @param more             further arguments of every start
  AuditDomainStandIn(std::string python, std::string program, std::vector<std::string> more = {})
      : command_{std::move(python), "-B", std::move(program), "--rows", file()} {
    command_.insert(command_.end(), more.begin(), more.end());
    start();
  }

  void start() {
    auto command = command_;
    command.insert(command.end(), {"--port", std::to_string(port_)});
    process_ = std::make_unique<examples::testing::ChildProcess>(command);
    const auto address = process_->line_after("listening on 127.0.0.1:");
    if (!address) throw std::runtime_error("the stand-in does not start: " + process_->err());
    port_ = std::stoi(*address);
  }
  void stop() {
    process_->signal(SIGKILL);
    process_->wait();
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  /// Its rows, oldest first, a line each.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::ifstream stream(file());
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    std::vector<std::string> all;
    for (const auto line : base::split(text, '\n'))
      if (!line.empty()) all.emplace_back(line);
    return all;
  }
  /// Somebody with access to its database: it comes back with these rows.
  void tamper(const std::vector<std::string>& lines) {
    stop();
    {
      std::ofstream stream(file(), std::ios::trunc);
      for (const std::string& line : lines) stream << line << "\n";
    }
    start();
  }

 private:
  [[nodiscard]] std::string file() const { return folder_ / "rows.ndjson"; }

  base::testing::TemporaryFolder folder_;
  std::vector<std::string> command_;
  int port_ = 0;
  std::unique_ptr<examples::testing::ChildProcess> process_;
};

}  // namespace stellwerk::testing

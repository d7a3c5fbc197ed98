// file_notifier.h — notices as files, one message each, as a mail program would show them.
//
// Role: ports::Notifier where no mail server is set up, and for tests.    Start here: FileNotifier
// Thread-safety: one call at a time.
// Invariants: a message is there as a whole or not at all, readable by its owner only; the same id
// leaves one file.                                    Spec: RFC 5322, with UTF-8 headers (RFC
// 6532).
#pragma once

#include <string>

#include "ports/notifier.h"

namespace stellwerk::adapters {

class FileNotifier final : public ports::Notifier {
 public:
  /// @param folder  made when missing
  explicit FileNotifier(std::string folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::string name() const override { return "file"; }
  /// The folder, with links followed as far as it exists.
  [[nodiscard]] std::string target() const override;
  /// Writes `<folder>/<time>-<id>.txt`.
  base::Result<void> send(const ports::Notice& notice, const ports::Call& call) override;

 private:
  [[nodiscard]] bool is_there(const std::string& ending) const;
  std::string folder_;
};

}  // namespace stellwerk::adapters

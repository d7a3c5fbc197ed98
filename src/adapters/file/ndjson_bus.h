// ndjson_bus.h — the public events as lines of a file: one JSON object a line.
//
// Role: ports::EventBus for programs that read along (`tail -F`), and for tests. Start here:
// NdjsonBus Thread-safety: one call at a time. Invariants: the file holds whole lines only, in the
// journal's order, each event once; what publish() acknowledged is synced. A file that was moved
// away (logrotate) is begun anew.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/unique_fd.h"
#include "ports/event_bus.h"

namespace stellwerk::adapters {

class NdjsonBus final : public ports::EventBus {
 public:
  /// @param path  its folder is made when missing
  explicit NdjsonBus(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] std::string name() const override { return "ndjson"; }
  /// The file, with links followed as far as it exists.
  [[nodiscard]] std::string target() const override;
  base::Result<void> publish(const std::vector<ports::PublicEvent>& events,
                             const ports::Call& call) override;

 private:
  /// The last journal entry in the file; it may have become several events.
  struct Last {
    std::uint64_t index = 0;
    std::set<std::string> names;
  };

  /// Which file, and how long it is: unchanged, it need not be read again.
  struct Left {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    friend bool operator==(const Left&, const Left&) = default;
  };

  base::Result<base::UniqueFd> open();
  base::Result<Left> look(int fd) const;
  /// Cuts off a line that was not finished, and learns what is in the file.
  base::Result<void> read_tail(int fd, std::int64_t size);
  base::Result<void> append(int fd, const std::vector<ports::PublicEvent>& events);
  [[nodiscard]] bool is_there(const ports::PublicEvent& event) const;
  void remember(std::uint64_t index, const std::string& name);

  std::string path_;
  std::optional<Last> last_;
  std::optional<Left> left_;  ///< by the last successful call
};

}  // namespace stellwerk::adapters

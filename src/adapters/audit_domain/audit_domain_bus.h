// audit_domain_bus.h — the public events as rows of the ERP's audit-domain.
//
// Role: ports::EventBus; a mirror for people who look there. The record is the journal.
// Start here: AuditDomainBus                                   Thread-safety: one call at a time.
// Invariants: events get rows in order; what may have a row already is looked for before it is sent
// again, because audit-domain knows no key that would keep it from writing twice.
// Spec: docs/audit-domain.md
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "adapters/audit_domain/erp_api.h"
#include "adapters/audit_domain/row_walk.h"
#include "audit/erp_mirror.h"
#include "base/digest.h"
#include "ports/event_bus.h"

namespace stellwerk::adapters::audit_domain {

class AuditDomainBus final : public ports::EventBus {
 public:
  /// @param installation  its name: how its rows are told from those of others
  AuditDomainBus(Settings settings, std::string installation, const Needs& needs)
      : source_{std::move(installation), settings.ip}, api_(std::move(settings), needs) {}
  [[nodiscard]] std::string name() const override { return "audit-domain"; }
  /// `http://127.0.0.1:3090#tenant`
  [[nodiscard]] std::string target() const override;
  base::Result<void> publish(const std::vector<ports::PublicEvent>& events,
                             const ports::Call& call) override;

 private:
  /// An event by what it says: another journal's entry of this index is another event.
  struct Key {
    std::uint64_t index = 0;
    std::string name;
    base::Digest digest;
    friend bool operator==(const Key&, const Key&) = default;
    friend bool operator<(const Key& a, const Key& b) {
      return std::tie(a.index, a.name, a.digest) < std::tie(b.index, b.name, b.digest);
    }
  };

  base::Result<void> deliver(const std::vector<ports::PublicEvent>& events,
                             const ports::Call& call);
  /// Learns which events from `first` on have rows. Goes on where a call before had to stop.
  base::Result<void> read_back(const ports::PublicEvent& first, const ports::Call& call);
  void remember(Key key);
  void forget();

  audit::MirrorSource source_;
  ErpApi api_;
  std::set<Key> there_;                      ///< events that have rows
  std::optional<std::uint64_t> known_from_;  ///< there_ is complete from this index on
  std::optional<RowWalk> walk_;              ///< a read-back that is not finished
};

}  // namespace stellwerk::adapters::audit_domain

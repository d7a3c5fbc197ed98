#include "adapters/audit_domain/audit_domain_bus.h"

#include <fmt/format.h>

#include <utility>

#include "audit/merkle.h"
#include "base/time.h"

namespace stellwerk::adapters::audit_domain {
namespace {

/// More than the outbox ever repeats to a running program: the entries of one delivery.
constexpr std::size_t kKnownMax = 2000;
/// A row is not older than its event, but its time is of another machine's clock.
constexpr base::Duration kClocksApartMax = base::hours(24);

}  // namespace

std::string AuditDomainBus::target() const { return target_of(api_.settings()); }

base::Result<void> AuditDomainBus::publish(const std::vector<ports::PublicEvent>& events,
                                           const ports::Call& call) {
  if (events.empty()) return {};
  auto delivered = deliver(events, call);
  if (delivered) return {};
  return base::fail(
      base::error(base::Code::Unavailable, "NTF-0001",
                  fmt::format("events were not mirrored to audit-domain at {}", target()))
          .because(delivered.error().one_line())
          .now("none counts as delivered; those that have no row yet are sent again"));
}

base::Result<void> AuditDomainBus::deliver(const std::vector<ports::PublicEvent>& events,
                                           const ports::Call& call) {
  if (!known_from_ || *known_from_ > events.front().index)
    if (auto read = read_back(events.front(), call); !read) return read;
  for (const ports::PublicEvent& event : events) {
    Key key{event.index, event.name, audit::leaf_hash(event.data)};
    if (there_.contains(key)) continue;
    const auto body = audit::mirror_body({.index = event.index,
                                          .name = event.name,
                                          .release = event.release.str(),
                                          .time = base::rfc3339(event.time),
                                          .runbook_time = event.runbook_time,
                                          .entry = event.data},
                                         source_);
    if (auto sent = api_.post_event(body, call); !sent) {
      if (sent.error().code == base::Code::OutcomeUnknown) forget();
      return sent;
    }
    remember(std::move(key));
  }
  return {};
}

base::Result<void> AuditDomainBus::read_back(const ports::PublicEvent& first,
                                             const ports::Call& call) {
  if (!walk_) {
    there_.clear();
    // None of ours is larger than an answer: what is may be passed over.
    walk_.emplace(RowWalk::Span{.from = base::rfc3339(first.time - kClocksApartMax),
                                .action = "EVENT",
                                .may_pass_over = true});
  }
  bool reached_older = false;
  while (!walk_->done() && !reached_older) {
    auto rows = walk_->next(api_, call);
    if (!rows) return base::fail(std::move(rows.error()));
    for (const audit::ErpRow& row : *rows) {
      const auto mark = audit::mirror_mark(row, source_.user_agent());
      if (!mark) continue;
      // Ours come in the order of the journal: further back they are older still.
      reached_older = reached_older || mark->index < first.index;
      if (mark->index >= first.index) there_.insert({mark->index, mark->name, mark->digest});
    }
  }
  walk_.reset();
  known_from_ = first.index;
  return {};
}

/// The oldest are forgotten first; what they were is then read back if it is ever asked again.
void AuditDomainBus::remember(Key key) {
  there_.insert(std::move(key));
  if (there_.size() <= kKnownMax) return;
  known_from_ = there_.begin()->index + 1;
  there_.erase(there_.begin());
}

void AuditDomainBus::forget() {
  there_.clear();
  known_from_.reset();
}

}  // namespace stellwerk::adapters::audit_domain

// notices.h — from journal entries to what subscribers and people get.
//
// Thread-safety: public_event: pure. NoticeWriter: one call at a time.        Texts:
// base/messages_table.cc, `notice.*`
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "audit/entry.h"
#include "base/messages.h"
#include "core/plan.h"
#include "core/state.h"
#include "ports/event_bus.h"
#include "ports/journal_store.h"
#include "ports/notifier.h"

namespace stellwerk::engine {

/// The message of an entry; empty when the entry cannot be read (a newer program's).
std::optional<ports::PublicEvent> public_event(const ports::StoredEntry& entry);

/// Writes the notices of a journal: which entries tell people something, in the installation's
/// language.
class NoticeWriter {
 public:
  explicit NoticeWriter(ports::ContentStore& content) : content_(content) {}
  /// Empty: this entry tells nobody anything. `journal`: to find the plan of a release met for the
  /// first time.
  /// @errors those of the stores
  base::Result<std::optional<ports::Notice>> notice_for(const ports::StoredEntry& entry,
                                                        ports::JournalStore& journal);

 private:
  /// A release as its journal tells it up to an entry: what a notice says that its entry does not.
  struct Known {
    std::shared_ptr<const core::Plan> plan;
    core::State state;
    std::uint64_t folded = 0;     ///< one more than the index of the last entry folded
    base::PersonId cancelled_by;  ///< empty: nobody, or Stellwerk itself
  };
  base::Result<Known*> known_at(const ports::StoredEntry& entry, ports::JournalStore& journal);
  [[nodiscard]] base::MessageArguments arguments_for(const Known& known,
                                                     const audit::Entry& entry) const;

  ports::ContentStore& content_;
  std::map<base::ReleaseId, Known> known_;
};

}  // namespace stellwerk::engine

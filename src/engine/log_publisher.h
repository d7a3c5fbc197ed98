// log_publisher.h — brings the published log up to the journal's head and signs a checkpoint of it.
//
// Role: the engine asks at gates, waves and ends, and every minute while releases run.
// Start here: publish()                  Thread-safety: lane `log` only.
// Invariants: no two checkpoints that this installation signs contradict each other: the tree of
// each new one is shown to continue the tree of the last one before it is signed; a checkpoint is
// durable in the log, with all files it needs, before anybody else sees it.
// Spec: c2sp.org/tlog-tiles, tlog-checkpoint; docs/journal.md "The published log"
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "audit/checkpoint.h"
#include "audit/tile_builder.h"
#include "ports/journal_store.h"
#include "ports/log_store.h"
#include "ports/signer.h"

namespace stellwerk::engine {

/// A signed checkpoint that lies in the log.
struct Published {
  ports::Head head;
  std::string note;
};

class LogPublisher {
 public:
  using OpenReader = std::function<base::Result<std::unique_ptr<ports::JournalStore>>()>;

  LogPublisher(ports::LogStore& store, ports::Signer& signer, OpenReader open_reader)
      : store_(store), signer_(signer), open_reader_(std::move(open_reader)) {}

  /// Afterwards a checkpoint of at least `head` is in the log. One that is there already is given
  /// back as it is, with the cosignatures it has got.
  /// @param asked  acknowledged by the journal; more is published when more was signed before
  /// @errors Corruption AUD-0042: it would contradict the last checkpoint, or the journal is not
  /// what its head says; nothing was signed. Unavailable AUD-0041, AUD-0001; those of the journal.
  base::Result<Published> publish(const ports::Head& asked);

  /// For a journal that is known to be damaged on the disk: signs the head that was acknowledged,
  /// which its tree in memory gives, and publishes nothing.
  /// @errors Corruption AUD-0042: it would contradict an earlier checkpoint; as publish()
  base::Result<Published> sign_unpublished(const ports::Head& head);

  /// Adds a witness's line to the latest checkpoint, if that is still the one that was cosigned;
  /// and keeps the note under `cosigned/`. @errors Unavailable AUD-0041
  base::Result<void> add_cosignature(const ports::Head& head, const std::string& line);

  /// Keeps a time stamp of a checkpoint's text beside it: `timestamps/<size>.tsr` and `.txt`.
  /// @errors Unavailable AUD-0041
  base::Result<void> keep_stamp(const Published& checkpoint, const std::string& token);

  /// The latest one; nothing before the first. Lane `log` only.
  [[nodiscard]] const std::optional<Published>& latest() const { return latest_; }

 private:
  base::Result<void> recall(const ports::Head& head);
  base::Result<std::optional<std::string>> read_if_there(const std::string& path);
  struct LastSigned {
    std::optional<Published> published;
    std::optional<Published> copy;
    [[nodiscard]] const ports::Head* newest() const;  ///< nullptr: neither
  };
  base::Result<LastSigned> last_signed();
  base::Result<Published> older(const ports::Head& head);
  base::Result<std::string> signed_note(const ports::Head& head);
  base::Result<Published> sign(const ports::Head& head);
  base::Result<void> grow_to(const ports::Head& head);
  base::Result<void> rebuild();
  void begin_anew();
  base::Result<void> append_entries(ports::JournalStore& journal, const ports::Head& head);
  [[nodiscard]] base::Result<void> continues_what_was_signed() const;
  base::Result<void> keep_key();
  [[nodiscard]] audit::FileReader reading();
  [[nodiscard]] audit::FileSink writing();

  ports::LogStore& store_;
  ports::Signer& signer_;
  OpenReader open_reader_;
  bool recalled_ = false;
  std::optional<Published> latest_;
  std::optional<ports::Head> remembered_;         ///< signed, and not what is published
  std::optional<ports::Head> unfinished_;         ///< signed, and perhaps in the log
  std::unique_ptr<ports::JournalStore> journal_;  ///< kept open: opening counts every entry
  std::optional<audit::TileBuilder> builder_;
};

}  // namespace stellwerk::engine

// committer.h — commit, then act: decisions become durable entries; afterwards, and only then,
// their owner acts.
//
// Role: gathers what releases want to write while an append is under way and writes it in one
// (group commit). One append at a time, in lane `store`. Start here: commit() Thread-safety: the
// engine's thread; the append itself runs in its lane. Invariants: `done` is called exactly once
// per commit, in order per stream.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "engine/engine_ports.h"

namespace stellwerk::engine {

struct CommitRequest {
  base::ReleaseId stream;
  std::uint64_t expected_version = 0;
  std::vector<ports::NewEntry> entries;
  std::vector<std::string> contents;  ///< that entries name: in the content store before them
  bool ends_stream = false;
  bool urgent = false;  ///< a rollback's: goes before every waiting job of the store
  /// `first_index` of the batch, or why it was not written (nothing of it is in the journal then).
  std::function<void(base::Result<std::uint64_t> first_index)> done;
};

class Committer {
 public:
  explicit Committer(EnginePorts& ports) : ports_(ports), written_(std::make_shared<Versions>()) {}
  void commit(CommitRequest request);
  [[nodiscard]] bool busy() const { return in_flight_ || !waiting_.empty(); }
  /// Entries of a stream that the store has acknowledged; read it in lane `store` only.
  [[nodiscard]] auto written() const { return written_; }

  using Versions = std::map<base::ReleaseId, std::uint64_t>;

 private:
  using Batch = std::shared_ptr<std::vector<CommitRequest>>;
  void send();
  void finished(const Batch& batch, base::Result<std::vector<ports::Appended>> result);

  EnginePorts& ports_;
  std::vector<CommitRequest> waiting_;
  bool in_flight_ = false;
  std::shared_ptr<Versions> written_;
};

}  // namespace stellwerk::engine

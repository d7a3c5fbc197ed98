// content_keeper.h — texts that an entry names by digest and that nothing may wait for: a
// rollback's reason, a line of the emergency file.
//
// Role: the digest is known at once; the text is put into the content store as soon as that takes
// it, and kept in memory until then.                          Start here: keep()
// Thread-safety: the engine's thread; putting runs in lane `content`.
// Invariants: a text is forgotten only when it is durable.    Spec: docs/engine.md "The emergency
// path"
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/engine_ports.h"

namespace stellwerk::engine {

class ContentKeeper {
 public:
  ContentKeeper(EnginePorts& ports, std::function<void(const base::Error&)> trouble)
      : ports_(ports), trouble_(std::move(trouble)) {}

  /// The digest under which `bytes` are, or will be, stored; a private text is sealed before.
  base::Digest keep(std::string bytes);
  /// Tries again what could not be stored.
  void pump(base::MonoTime now);

  /// The bytes of a text that is not stored yet (see opened()); nullptr: it is, or was never kept
  /// here.
  [[nodiscard]] const std::string* find(const base::Digest& digest) const;
  [[nodiscard]] bool empty() const { return texts_.empty(); }
  /// Nothing is left but what the store has refused several times: an end need not wait for it.
  [[nodiscard]] bool settled() const;

 private:
  struct Text {
    std::shared_ptr<const std::string> bytes;
    bool in_flight = false;
    std::uint32_t failures = 0;
    base::MonoTime retry_at;
  };
  void put(const base::Digest& digest, Text& text);
  void answered(const base::Digest& digest, const base::Result<base::Digest>& stored);

  EnginePorts& ports_;
  std::function<void(const base::Error&)> trouble_;
  std::map<base::Digest, Text> texts_;
};

}  // namespace stellwerk::engine

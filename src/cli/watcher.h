// watcher.h — follows a release from any terminal: its entries in the journal as event lines, or
// the live view with its keys.
//
// Role: `release watch`; the engine, if one runs, is in another process.
// Start here: watch()                                                  Thread-safety: one thread.
// Invariants: changes nothing but what a person confirmed by a key, and that through the engine.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "cli/console.h"
#include "cli/live_screen.h"
#include "cli/status_line.h"
#include "cli/world.h"
#include "engine/entries.h"

namespace stellwerk::cli {

class Watcher {
 public:
  Watcher(World& world, const Console& console, const std::string& data_folder,
          base::ReleaseId release);

  /// Until the release has ended, or the person leaves.
  Exit watch();

 private:
  std::optional<Exit> turn(Reader& reader);
  base::Result<bool> print_new(Reader& reader);
  void print(const ports::StoredEntry& stored, const engine::ReadEntry& entry, std::string said);
  void show_progress();
  void say_unguarded();
  void go_live();
  std::optional<Exit> look_live();
  void look_at_release(base::MonoTime now);
  void steer(const LiveAction& action);
  Exit end();

  World& world_;
  const Console& console_;
  const std::string& data_folder_;
  base::ReleaseId release_;
  core::Plan plan_;
  core::State state_;
  StatusLine status_;
  bool unguarded_said_ = false;
  std::unique_ptr<LiveScreen> live_;
  std::deque<EventParts> past_;  ///< printed before the live view began
  std::optional<base::MonoTime> read_at_;
  std::optional<base::MonoTime> looked_at_;
};

}  // namespace stellwerk::cli

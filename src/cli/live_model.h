// live_model.h — what the live view shows of a release: its view (engine/view.h) in words and
// numbers, with the figures of the last minutes.
//
// Role: made twice a second; live_view.h lays it out, whatever the terminal.
// Thread-safety: pure, one thread.                                       Start here: model_of()
// Invariants: every text is printable and in the reader's language.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/messages.h"
#include "base/time.h"
#include "cli/console.h"
#include "cli/event_lines.h"

namespace stellwerk::cli {

enum class Metric : std::uint8_t {
  Requests,  ///< in the last minute
  Errors,
  P95,
  Lag,
  ErrorLines,  ///< of its log, in the last minute
  WarnLines,
};
inline constexpr std::array kMetrics{Metric::Errors,   Metric::P95,        Metric::Lag,
                                     Metric::Requests, Metric::ErrorLines, Metric::WarnLines};

/// A measured value, oldest first; nothing where there was none.
using Course = std::vector<std::optional<std::int64_t>>;

/// What was measured in the last minutes, one value every five seconds, by component and version.
class FigureHistory {
 public:
  static constexpr base::Duration kCell = base::seconds(5);
  static constexpr std::size_t kCellsMax = 72;  ///< six minutes

  void take(const base::Json& view, base::MonoTime now);
  [[nodiscard]] Course course(const std::string& component, const std::string& version,
                              Metric metric) const;

 private:
  struct Key {
    std::string component;
    std::string version;
    Metric metric;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  void put(const Key& key, std::int64_t value);

  std::map<Key, std::map<std::int64_t, std::int64_t>> cells_;
  std::int64_t newest_ = 0;
};

struct MeasuredVersion {
  std::string version;
  std::map<Metric, std::int64_t> now;  ///< only what is known
  std::map<Metric, Course> course;
};

struct MeasuredComponent {
  std::string name;
  MeasuredVersion to;
  MeasuredVersion from;
};

struct LiveHold {
  std::int64_t guarded_us = 0;
  std::int64_t wanted_us = 0;
  std::int64_t requests = 0;
  std::string promoted;  ///< what it still waits for; empty: not promoted
};

struct LiveHealth {
  std::string target;
  bool good = true;
  std::string detail;
  std::string component;  ///< whose instance it is; empty: a service
  bool is_new = false;    ///< of the new version
};

struct LiveWaiting {
  std::string command;
  std::string what;  ///< title and roles
};

/// A line in the pane of events that is no event: an error, a notice.
struct LiveLine {
  EventParts event;
  bool is_event = true;
};

struct LiveModel {
  std::string release;
  std::string title;
  std::string scope;  ///< `document-domain 1.2.0 → 1.3.0 · minor, canary`
  std::string clock;
  std::string stage;  ///< its name in the view
  bool ended = false;
  std::int64_t wave = 0;
  std::vector<std::int64_t> wave_shares;
  std::optional<LiveHold> hold;
  std::string offset;  ///< runbook time
  std::string due;
  std::optional<std::int64_t> due_in_us;
  std::int64_t speed = 1;
  std::int64_t share_ppm = 0;
  std::vector<std::string> tenants;
  std::vector<std::string> maintenance;  ///< see its page; `all`, or nobody
  std::string downtime_until;            ///< an offset; empty: it has no limit
  std::int64_t tenants_known = 0;
  std::map<Metric, std::int64_t> limits;
  std::vector<MeasuredComponent> components;
  std::string guard;  ///< armed or not, and the verdict, in words
  Colour guard_colour = Colour::Plain;
  std::string engine;    ///< empty: one runs and answers
  std::string paused;    ///< why, by whom; empty: not paused
  std::string rollback;  ///< the same
  std::vector<LiveWaiting> waiting;
  std::vector<LiveHealth> health;
  std::int64_t lost_lines = 0;
};

/// @param view  as docs/reference/release-view.md; what it lacks is left out
LiveModel model_of(const base::Json& view, const FigureHistory& history, base::Locale locale);

}  // namespace stellwerk::cli

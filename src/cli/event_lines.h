// event_lines.h — one readable line for one event.
//
//     20:15:00Z  T+15m    scheduler.release.wave2   + pilot-2 … pilot-5 (4) · 50 % of traffic, …
//
// Thread-safety: pure functions.                                    Start here: event_line()
#pragma once

#include <optional>
#include <string>

#include "base/messages.h"
#include "cli/console.h"
#include "core/event.h"
#include "core/plan.h"
#include "ports/journal_store.h"

namespace stellwerk::cli {

struct EventAt {
  const core::Event& event;
  base::Now at;
  base::PersonId by;
  std::optional<base::RunbookTime> t0;         ///< of the state after the event
  std::optional<base::WallTime> t0_wall = {};  ///< the same
  std::string said = {};                       ///< the private text it names (private_text)
};

struct EventLineStyle {
  base::Locale locale = base::Locale::De;
  bool colour = false;
};

/// What a line is made of.
struct EventParts {
  std::string clock;   ///< `20:15:00Z`
  std::string offset;  ///< `T+15m`, `-` before T+0 is known
  std::string name;
  std::string text;  ///< empty where the name says it all
  Colour colour = Colour::Plain;
};
EventParts event_parts(const core::Plan& plan, const EventAt& event, base::Locale locale);

/// Ends without a line break. For public events; the others have a line without a text.
std::string event_line(const core::Plan& plan, const EventAt& event, const EventLineStyle& style);
std::string event_line(const EventParts& parts, bool colour);
/// Only the human text; empty where the name says it all.
std::string event_text(const core::Plan& plan, const EventAt& event, base::Locale locale);

/// The private text that an event names; says so when it was erased. Empty: it names none.
std::string private_text(const core::Event& event, ports::ContentStore& content,
                         base::Locale locale);

/// `20:15:00Z`
std::string clock_text(base::WallTime at);
/// `pilot-1, pilot-2`, from four on `pilot-2 … pilot-5 (4)`; `all` in the locale's word.
std::string tenants_text(const std::vector<std::string>& tenants, base::Locale locale);

}  // namespace stellwerk::cli

// messages_table.h — the rows of the message catalogue; only messages.cc, translated.cc and
// their tests read them.
//
// Role: add a row to a section of messages_table.cc. A new subject gets a new section, a long one
// its own file. Invariants: keys are `subject.name[.part]`, unique; both texts have the same
// `{placeholders}`; braces mean nothing else. `{count|entry|entries}` adds the word that goes with
// the number.
#pragma once

#include <span>
#include <string_view>

namespace stellwerk::base {

struct MessageRow {
  std::string_view key;
  std::string_view de;
  std::string_view en;
};

struct Placeholder {
  std::string_view name;
  std::string_view one;   ///< said behind the value 1; empty: the value alone
  std::string_view many;  ///< … behind any other
};
/// @param text  what stands between the braces
Placeholder placeholder_of(std::string_view text);

/// All sections, in the order of the file.
std::span<const std::span<const MessageRow>> message_sections();

/// What a plan says: roles, titles of steps, notes (messages_plan.cc).
std::span<const MessageRow> plan_messages();
/// What the terminal says about events, and words for stages, causes and verdicts
/// (messages_events.cc).
std::span<const MessageRow> event_messages();
/// What the command line says beside that (messages_cli.cc).
std::span<const MessageRow> cli_messages();

/// What `stellwerk audit` says (messages_audit.cc).
std::span<const MessageRow> audit_messages();

/// What `stellwerk init` asks, says and writes (messages_init.cc).
std::span<const MessageRow> init_messages();

/// What manual pages say beside help (messages_man.cc).
std::span<const MessageRow> man_messages();

/// What the documentation of the change procedure says (messages_procedure.cc).
std::span<const MessageRow> procedure_messages();

/// What `stellwerk simulate` says (messages_simulate.cc).
std::span<const MessageRow> simulate_messages();

/// What the live view says (messages_live.cc).
std::span<const MessageRow> live_messages();

/// What `stellwerk witness` says (messages_witness.cc).
std::span<const MessageRow> witness_messages();

/// Words of ours in journal entries (messages_said.cc).
std::span<const MessageRow> said_messages();

}  // namespace stellwerk::base

// translated.h — words of ours that stand in records in English, in the reader's language.
//
// Role: journal entries keep short words of ours (`approved by anna`, `exit 0 after 3.2 s`);
// whoever shows them to a person asks here, and for a plan's words when its reader has another
// language. A new text of that kind gets a row in messages_said.cc.
// Thread-safety: any thread.                                          Start here: translated()
#pragma once

#include <string>
#include <string_view>

#include "base/messages.h"

namespace stellwerk::base {

/// `text` in `locale` if it is the English text of a `said.*` row with its words filled in, also
/// part by part between semicolons; what is of no row stays as it is. Words filled in for `{word…}`
/// are translated by `said.word.<word>`.
std::string translated(Locale locale, std::string_view text);

/// A step's title or a note of a plan, which is in the language of its installation, in `locale`;
/// what somebody wrote in a file stays as it is.
std::string words_of_plan(Locale locale, std::string_view text);

}  // namespace stellwerk::base

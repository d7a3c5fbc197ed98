// messages.h — the one catalogue of what people read, in German and English.
//
// Role: notices, mails, documents, console and command-line texts ask for a key; nothing else holds
// user-facing prose (errors are the exception: they are written in English where they arise and
// have a page each).
// Thread-safety: immutable tables; any thread.
// Invariants: every key exists in every locale with the same placeholders (a test walks the table).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stellwerk::base {

enum class Locale : std::uint8_t { De, En };
/// @errors InvalidArgument BAS-0011: lists the valid ones.
Result<Locale> parse_locale(std::string_view text);
std::string_view to_string(Locale locale);

/// Values for `{name}` placeholders.
using MessageArguments = std::map<std::string, std::string, std::less<>>;

/// The text of `key` with its placeholders filled. An unknown key or a missing argument is our own
/// mistake (CHECK).
std::string message(Locale locale, std::string_view key, const MessageArguments& arguments = {});
bool has_message(std::string_view key);
/// All keys, sorted; for tests and documentation.
std::vector<std::string_view> message_keys();

}  // namespace stellwerk::base

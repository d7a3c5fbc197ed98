// live_keys.h — what a person typed, from a terminal's bytes.
//
// Role: pure; the live view feeds it whatever was read, whenever.       Start here: KeyReader
// Thread-safety: one thread.      Invariants: bytes that come in parts (UTF-8, escape sequences,
// pasted text) come out whole; what is not understood is one Key::Other, never a letter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stellwerk::cli {

struct Key {
  enum class Kind : std::uint8_t {
    Text,  ///< one character, in `text`
    Enter,
    Backspace,
    Escape,
    Interrupt,  ///< Ctrl-C
    Suspend,    ///< Ctrl-Z
    ClearLine,  ///< Ctrl-U
    ClearWord,  ///< Ctrl-W
    Redraw,     ///< Ctrl-L
    Other,      ///< arrows, function keys, …
  };
  Kind kind = Kind::Other;
  std::string text = {};
  bool pasted = false;  ///< not typed: no command
  friend bool operator==(const Key&, const Key&) = default;
};

class KeyReader {
 public:
  /// @param bytes  what was read; empty: nothing came since, so a lone ESC was the key
  std::vector<Key> feed(std::string_view bytes);

 private:
  bool take_one(std::vector<Key>& keys);
  bool take_escape(std::vector<Key>& keys);
  bool take_sequence(std::vector<Key>& keys);
  void take_control(std::vector<Key>& keys);
  void add(std::vector<Key>& keys, Key::Kind kind, std::size_t size);

  std::string waiting_;
  bool pasting_ = false;
};

}  // namespace stellwerk::cli

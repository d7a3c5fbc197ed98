#include "cli/live_keys.h"

#include <algorithm>

#include "base/text.h"

namespace stellwerk::cli {
namespace {

constexpr char kEscape = '\x1b';
constexpr std::string_view kPasteBegins = "\x1b[200~";
constexpr std::string_view kPasteEnds = "\x1b[201~";
/// No terminal sends a longer sequence; more is no sequence.
constexpr std::size_t kSequenceMax = 32;

std::size_t size_said_by(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >= 0xF0) return 4;
  if (byte >= 0xE0) return 3;
  return byte >= 0xC0 ? 2 : 1;
}

Key::Kind kind_of_control(char byte) {
  switch (byte) {
    case '\r':
    case '\n':
      return Key::Kind::Enter;
    case '\x7f':
    case '\b':
      return Key::Kind::Backspace;
    case '\x03':
      return Key::Kind::Interrupt;
    case '\x1a':
      return Key::Kind::Suspend;
    case '\x15':
      return Key::Kind::ClearLine;
    case '\x17':
      return Key::Kind::ClearWord;
    case '\x0c':
      return Key::Kind::Redraw;
    default:
      return Key::Kind::Other;
  }
}

bool is_final(char byte) { return byte >= '@' && byte <= '~'; }

}  // namespace

std::vector<Key> KeyReader::feed(std::string_view bytes) {
  std::vector<Key> keys;
  const bool nothing_came = bytes.empty();
  waiting_ += bytes;
  while (!waiting_.empty() && take_one(keys)) {
  }
  if (!nothing_came || waiting_.empty()) return keys;
  // What began and does not go on: the Escape key, or what is no sequence and no character.
  const bool is_key = waiting_ == std::string(1, kEscape);
  add(keys, is_key ? Key::Kind::Escape : Key::Kind::Other, waiting_.size());
  return keys;
}

/// False when more must come first.
bool KeyReader::take_one(std::vector<Key>& keys) {
  const char first = waiting_.front();
  if (first == kEscape) return take_escape(keys);
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0x20 || byte == 0x7F) {
    take_control(keys);
    return true;
  }
  const std::size_t size = size_said_by(first);
  if (waiting_.size() < size) return false;
  const std::string text = waiting_.substr(0, size);
  if (!base::valid_utf8(text) || base::printable(text) != text) {
    add(keys, Key::Kind::Other, 1);
    return true;
  }
  add(keys, Key::Kind::Text, size);
  keys.back().text = text;
  return true;
}

void KeyReader::take_control(std::vector<Key>& keys) {
  add(keys, kind_of_control(waiting_.front()), 1);
}

bool KeyReader::take_escape(std::vector<Key>& keys) {
  if (waiting_.size() < 2) return false;
  if (waiting_[1] == '[') return take_sequence(keys);
  if (waiting_[1] == kEscape) {
    add(keys, Key::Kind::Escape, 1);
    return true;
  }
  // ESC O x: a function key; ESC and a letter: Alt, which means nothing here.
  const std::size_t size = waiting_[1] == 'O' ? 3 : 1 + size_said_by(waiting_[1]);
  if (waiting_.size() < size) return false;
  add(keys, Key::Kind::Other, size);
  return true;
}

/// ESC [ parameters final
bool KeyReader::take_sequence(std::vector<Key>& keys) {
  const auto end = std::find_if(waiting_.begin() + 2, waiting_.end(), is_final);
  if (end == waiting_.end()) {
    if (waiting_.size() < kSequenceMax) return false;
    add(keys, Key::Kind::Other, waiting_.size());
    return true;
  }
  const std::string sequence(waiting_.begin(), end + 1);
  if (sequence == kPasteBegins || sequence == kPasteEnds) {
    pasting_ = sequence == kPasteBegins;
    waiting_.erase(0, sequence.size());
    return true;
  }
  add(keys, Key::Kind::Other, sequence.size());
  return true;
}

void KeyReader::add(std::vector<Key>& keys, Key::Kind kind, std::size_t size) {
  keys.push_back({kind, {}, pasting_});
  waiting_.erase(0, size);
}

}  // namespace stellwerk::cli

#include "cli/live_dialog.h"

#include <utility>

#include "base/text.h"
#include "cli/screen_text.h"

namespace stellwerk::cli {
namespace {

using Kind = LiveAction::Kind;

bool is_letter(const Key& key, std::string_view letters) {
  return key.kind == Key::Kind::Text && key.text.size() == 1 &&
         letters.find(key.text.front()) != std::string_view::npos;
}

/// Of what was pasted: the rest are control characters that nobody pressed.
bool is_text(const Key& key) { return key.kind == Key::Kind::Text || key.kind == Key::Kind::Enter; }

bool abandons(const Key& key) {
  return key.kind == Key::Kind::Escape || key.kind == Key::Kind::Interrupt;
}

std::string without_last_word(const std::string& text) {
  const std::string_view left = base::trim(text);
  const std::size_t blank = left.rfind(' ');
  if (blank == std::string_view::npos) return {};
  return text.substr(0, text.find(left) + blank + 1);
}

}  // namespace

LiveAction LiveDialog::press(const Key& key) {
  // Not even an answer is put away by it: nobody pressed a key.
  if (key.pasted && !(state_ == State::Reason && is_text(key))) return {};
  told_.clear();
  if (key.kind == Key::Kind::Suspend) return {Kind::Suspend};
  if (key.kind == Key::Kind::Redraw) return {Kind::Redraw};
  switch (state_) {
    case State::Watching:
      return watching(key);
    case State::Help:
      state_ = State::Watching;
      // Whoever reads help does not mean its letters yet; but who wants to leave is not kept.
      return key.kind == Key::Kind::Interrupt ? LiveAction{Kind::Leave} : LiveAction{};
    case State::Reason:
      return typing(key);
    case State::Confirm:
      return confirming(key);
    case State::Leave:
      return leaving(key);
  }
  return {};
}

LiveAction LiveDialog::watching(const Key& key) {
  if (key.kind == Key::Kind::Interrupt || is_letter(key, "qQ")) return {Kind::Leave};
  if (is_letter(key, "?hH")) state_ = State::Help;
  if (is_letter(key, "pP")) begin("pause");
  if (is_letter(key, "rR")) begin("resume");
  if (is_letter(key, "mM")) begin("promote");
  if (is_letter(key, "bB")) begin("rollback");
  return {};
}

/// Going back and pausing are asked why; the others only whether.
void LiveDialog::begin(std::string verb) {
  verb_ = std::move(verb);
  reason_.clear();
  reason_lacks_ = false;
  const bool has_reason = verb_ == "pause" || verb_ == "rollback";
  state_ = has_reason ? State::Reason : State::Confirm;
}

LiveAction LiveDialog::typing(const Key& key) {
  reason_lacks_ = false;
  if (abandons(key)) {
    state_ = State::Watching;
    return {};
  }
  if (key.kind == Key::Kind::Enter && !key.pasted) {
    reason_ = std::string(base::trim(reason_));
    reason_lacks_ = verb_ == "rollback" && reason_.empty();
    if (!reason_lacks_) state_ = State::Confirm;
    return {};
  }
  if (key.kind == Key::Kind::Backspace) reason_ = without_last(reason_);
  if (key.kind == Key::Kind::ClearLine) reason_.clear();
  if (key.kind == Key::Kind::ClearWord) reason_ = without_last_word(reason_);
  // A pasted line break is a blank: what was pasted is still one reason, not yet sent.
  const std::string text = key.kind == Key::Kind::Enter ? " " : key.text;
  if (reason_.size() + text.size() <= kReasonBytesMax) reason_ += text;
  return {};
}

LiveAction LiveDialog::confirming(const Key& key) {
  if (is_letter(key, "yYjJ")) {
    state_ = State::Watching;
    return send();
  }
  if (abandons(key) || is_letter(key, "nNqQ")) state_ = State::Watching;
  return {};
}

LiveAction LiveDialog::leaving(const Key& key) {
  if (key.kind == Key::Kind::Interrupt) return {Kind::LeaveNow};
  if (is_letter(key, "dD")) return {Kind::LeaveNow};
  if (is_letter(key, "rR")) begin("rollback");
  if (key.kind == Key::Kind::Escape || is_letter(key, "sSnN")) state_ = State::Watching;
  return {};
}

LiveAction LiveDialog::send() { return {Kind::Steer, verb_, reason_}; }

void LiveDialog::ask_to_leave(std::vector<std::string> words) {
  state_ = State::Leave;
  leave_words_ = std::move(words);
}

void LiveDialog::tell(std::vector<std::string> words, bool is_refusal) {
  told_ = std::move(words);
  told_is_refusal_ = is_refusal;
}

}  // namespace stellwerk::cli

// live_dialog.h — the conversation with the person before the live view: which key asks what, and
// what they answered.
//
// Role: pure; LiveScreen hands it keys and shows its state, the owner carries its actions out.
// Start here: LiveDialog::press()                                      Thread-safety: one thread.
// Invariants: nothing that changes the release comes without a question that was answered; what is
// marked as pasted is text of a reason and nothing else; Escape and Ctrl-C abandon whatever is
// open.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/live_keys.h"

namespace stellwerk::cli {

/// What a key came to.
struct LiveAction {
  enum class Kind : std::uint8_t {
    None,
    Steer,     ///< `verb`, `reason`: as the command of that name
    Leave,     ///< q, or Ctrl-C when nothing was open
    LeaveNow,  ///< the question whether to leave was answered so, or Ctrl-C pressed again
    Suspend,
    Redraw,
  };
  Kind kind = Kind::None;
  std::string verb = {};
  std::string reason = {};
  friend bool operator==(const LiveAction&, const LiveAction&) = default;
};

class LiveDialog {
 public:
  enum class State : std::uint8_t { Watching, Help, Reason, Confirm, Leave };
  static constexpr std::size_t kReasonBytesMax = 1000;

  LiveAction press(const Key& key);
  /// Opens the question whether to leave; `words` are shown with it.
  void ask_to_leave(std::vector<std::string> words);
  /// Shown until the next key.
  void tell(std::vector<std::string> words, bool is_refusal);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const std::string& verb() const { return verb_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] bool reason_lacks() const { return reason_lacks_; }
  [[nodiscard]] const std::vector<std::string>& told() const { return told_; }
  [[nodiscard]] bool told_is_refusal() const { return told_is_refusal_; }
  [[nodiscard]] const std::vector<std::string>& leave_words() const { return leave_words_; }

 private:
  LiveAction watching(const Key& key);
  LiveAction typing(const Key& key);
  LiveAction confirming(const Key& key);
  LiveAction leaving(const Key& key);
  void begin(std::string verb);
  LiveAction send();

  State state_ = State::Watching;
  std::string verb_;
  std::string reason_;
  bool reason_lacks_ = false;  ///< Enter was pressed and it is needed
  std::vector<std::string> told_;
  bool told_is_refusal_ = false;
  std::vector<std::string> leave_words_;
};

}  // namespace stellwerk::cli

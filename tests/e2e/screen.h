// screen.h — a terminal that a test looks at and types on: tmux, which is somebody else's idea of
// what escape sequences mean; and one that nobody reads.
//
// Thread-safety: one thread.                                             Start here: Screen
// Invariants: the terminal does not outlive this object.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/unique_fd.h"

namespace stellwerk::e2e {

class Screen {
 public:
  /// @param folder  for tmux's socket and what is written about the end
  Screen(std::filesystem::path folder, int columns, int lines);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// What is put before a command so that it runs on this terminal; it ends with the command, and
  /// with the same exit code. The terminal stays, to be looked at.
  [[nodiscard]] std::vector<std::string> before() const;
  [[nodiscard]] std::string text() const;
  /// With what has been scrolled out.
  [[nodiscard]] std::string scrollback() const;
  void type(const std::string& text) const;
  /// A key by tmux's name: Enter, Escape, BSpace.
  void press(const std::string& key) const;
  void resize(int columns, int lines) const;
  /// What `stty -a` said when the command had ended.
  [[nodiscard]] std::string modes() const;

 private:
  [[nodiscard]] std::string tmux(std::vector<std::string> words) const;

  std::filesystem::path folder_;
  int columns_;
  int lines_;
};

/// A terminal whose other end takes what is typed and reads nothing.
class UnreadTerminal {
 public:
  UnreadTerminal();
  [[nodiscard]] std::vector<std::string> before() const;
  void type(const std::string& bytes) const;
  /// What waits to be read, without waiting.
  [[nodiscard]] std::string waiting() const;

 private:
  examples::UniqueFd master_;
  examples::UniqueFd slave_;  ///< held, so that the terminal is there before and after its process
  std::string name_;
};

}  // namespace stellwerk::e2e

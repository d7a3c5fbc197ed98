// desk_terminal.h — a terminal in memory: what was written, what was typed, and how much it takes.
//
// Thread-safety: one thread.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "cli/terminal.h"

namespace stellwerk::testing {

/// What became of a terminal.
struct Desk {
  std::string written;
  std::string typed;
  std::size_t room = 1 << 20;  ///< bytes it takes from now on
  std::size_t writes = 0;
  bool ours = true;
  bool taken = false;
  bool stop_asked = false;
  bool gone_on = false;
  int stops = 0;
  int waits = 0;
  cli::ScreenSize size{80, 24};
};

class DeskTerminal final : public cli::Terminal {
 public:
  explicit DeskTerminal(Desk& desk) : desk_(desk) {}
  bool take() override {
    if (desk_.ours) desk_.taken = true;
    return desk_.ours;
  }
  void give_back() override { desk_.taken = false; }
  bool is_ours() override { return desk_.ours; }
  bool went_on() override { return std::exchange(desk_.gone_on, false); }
  bool asked_to_stop() override { return std::exchange(desk_.stop_asked, false); }
  void stop() override {
    EXPECT_FALSE(desk_.taken);  // the shell gets it as it was
    ++desk_.stops;
  }
  cli::ScreenSize size() override { return desk_.size; }
  std::string read() override { return std::exchange(desk_.typed, {}); }
  std::size_t write(std::string_view bytes) override {
    ++desk_.writes;
    const std::size_t taken = std::min(desk_.room, bytes.size());
    desk_.written += bytes.substr(0, taken);
    desk_.room -= taken;
    return taken;
  }
  bool wait_writable(base::Duration) override {
    ++desk_.waits;
    return false;
  }

 private:
  Desk& desk_;
};

}  // namespace stellwerk::testing

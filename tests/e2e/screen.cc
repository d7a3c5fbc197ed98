#include "e2e/screen.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "common/testing/child_process.h"
#include "e2e/program.h"

namespace stellwerk::e2e {
namespace {

/// tmux starts the command and returns; this stays until its end and takes over its exit code.
constexpr const char* kStay = R"sh(
folder=$0; columns=$1; lines=$2; shift 2
env -u NO_COLOR LC_ALL=C.UTF-8 tmux -u -S "$folder/tmux" -f /dev/null \
  new-session -d -x "$columns" -y "$lines" sh -c '
    folder=$0; ulimit -c 0; trap : QUIT; "$@"; code=$?; stty -a >"$folder/stty"; echo "left with $code"
    echo $code >"$folder/code.part"; mv "$folder/code.part" "$folder/code"; exec cat' "$folder" "$@"
while [ ! -e "$folder/code" ]; do sleep 0.1; done
exit "$(cat "$folder/code")")sh";

/// A session of its own, with this terminal for its own.
constexpr const char* kSitDown =
    R"(terminal=$0; exec env LC_ALL=C.UTF-8 TERM=xterm setsid --ctty --wait "$@" <"$terminal" )"
    R"(>"$terminal" 2>&1)";

}  // namespace

Screen::Screen(std::filesystem::path folder, int columns, int lines)
    : folder_(std::move(folder)), columns_(columns), lines_(lines) {}

Screen::~Screen() { (void)tmux({"kill-server"}); }

std::vector<std::string> Screen::before() const {
  return {
      "/bin/sh", "-c", kStay, folder_.string(), std::to_string(columns_), std::to_string(lines_)};
}

std::string Screen::tmux(std::vector<std::string> words) const {
  std::vector<std::string> command = {"/usr/bin/env", "LC_ALL=C.UTF-8",           "tmux", "-u",
                                      "-S",           (folder_ / "tmux").string()};
  for (std::string& word : words) command.push_back(std::move(word));
  return examples::testing::run(command).out;
}

std::string Screen::text() const { return tmux({"capture-pane", "-p"}); }
std::string Screen::scrollback() const { return tmux({"capture-pane", "-p", "-J", "-S", "-"}); }
void Screen::type(const std::string& text) const { (void)tmux({"send-keys", "-l", text}); }
void Screen::press(const std::string& key) const { (void)tmux({"send-keys", key}); }
void Screen::resize(int columns, int lines) const {
  (void)tmux({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(lines)});
}
std::string Screen::modes() const { return text_of(folder_ / "stty"); }

UnreadTerminal::UnreadTerminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  std::string name(128, '\0');
  if (::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0 ||
      ::ptsname_r(master_.get(), name.data(), name.size()) != 0)
    throw std::runtime_error("no pseudo-terminal");
  name_ = name.c_str();
  slave_ = examples::UniqueFd(::open(name_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  const winsize size{24, 80, 0, 0};
  if (::ioctl(master_.get(), TIOCSWINSZ, &size) != 0) throw std::runtime_error("no window size");
}

std::vector<std::string> UnreadTerminal::before() const {
  return {"/bin/sh", "-c", kSitDown, name_};
}

void UnreadTerminal::type(const std::string& bytes) const {
  if (::write(master_.get(), bytes.data(), bytes.size()) < 0)
    throw std::runtime_error("the terminal is gone");
}

std::string UnreadTerminal::waiting() const {
  std::string all;
  pollfd waits{master_.get(), POLLIN, 0};
  while (::poll(&waits, 1, 0) > 0 && (waits.revents & POLLIN) != 0) {
    std::string part(4096, '\0');
    const ssize_t count = ::read(master_.get(), part.data(), part.size());
    if (count <= 0) break;
    all += part.substr(0, static_cast<std::size_t>(count));
  }
  return all;
}

}  // namespace stellwerk::e2e

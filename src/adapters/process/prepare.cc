#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "adapters/process/spawn.h"
#include "base/files.h"
#include "base/text.h"

namespace stellwerk::adapters::process {
namespace {

using base::Code;
using base::Result;

constexpr std::string_view kSystemPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

base::Failure rejected(std::string_view program, std::string why) {
  return base::fail(base::error(Code::Rejected, "PRC-0001",
                                fmt::format("{} cannot be started", base::printable(program)))
                        .because(std::move(why))
                        .now("nothing was started"));
}

std::string joined(const std::string& folder, std::string_view path) {
  if (path.starts_with('/')) return std::string(path);
  return fmt::format("{}/{}", folder, path);
}

/// Empty when there is an executable file at `path`; else what is wrong with it.
std::string problem_with(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0)
    return fmt::format("{}: {}", base::printable(path), base::errno_text(errno));
  if (S_ISDIR(found.st_mode)) return fmt::format("{} is a folder", base::printable(path));
  if ((found.st_mode & 0111U) == 0)
    return fmt::format("{} is not executable", base::printable(path));
  return {};
}

Result<std::string> find_program(const std::string& name, const std::string& folder,
                                 std::string_view search_path) {
  if (name.find('/') != std::string::npos) {
    auto path = joined(folder, name);
    if (auto problem = problem_with(path); !problem.empty())
      return rejected(name, std::move(problem));
    return path;
  }
  for (const auto place : base::split(search_path, ':'))
    if (auto path = fmt::format("{}/{}", place, name); !place.empty() && problem_with(path).empty())
      return path;
  return rejected(name, fmt::format("no such program in {}", search_path));
}

std::vector<gid_t> groups_of(const std::string& user, gid_t main_group) {
  int count = 32;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  // A too small list answers with the size it needs.
  while (::getgrouplist(user.c_str(), main_group, groups.data(), &count) < 0)
    groups.resize(std::max(static_cast<std::size_t>(count), groups.size() * 2));
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

struct PasswordRow {
  passwd row{};
  std::vector<char> buffer = std::vector<char>(16384);
  bool found = false;
};

PasswordRow password_row(const std::string& user) {
  PasswordRow answer;
  passwd* found = nullptr;
  if (user.empty())
    ::getpwuid_r(::geteuid(), &answer.row, answer.buffer.data(), answer.buffer.size(), &found);
  else
    ::getpwnam_r(user.c_str(), &answer.row, answer.buffer.data(), answer.buffer.size(), &found);
  answer.found = found != nullptr;
  return answer;
}

/// The account to change to; empty when `user` is who we are already.
Result<std::optional<Account>> account_of(const core::CommandSpec& command) {
  if (command.user.empty()) return std::nullopt;
  const auto person = password_row(command.user);
  const auto& program = command.arguments.front();
  if (!person.found)
    return rejected(program, fmt::format("there is no user {}", base::printable(command.user)));
  if (person.row.pw_uid == ::geteuid()) return std::nullopt;
  if (::geteuid() != 0)
    return rejected(program, fmt::format("only root may start programs as another user ({})",
                                         base::printable(command.user)));
  return Account{.uid = person.row.pw_uid,
                 .gid = person.row.pw_gid,
                 .groups = groups_of(command.user, person.row.pw_gid),
                 .home = person.row.pw_dir};
}

std::string home_of(const std::optional<Account>& account) {
  if (account) return account->home;
  const auto person = password_row({});
  return person.found ? person.row.pw_dir : "/";
}

std::map<std::string, std::string> environment_of(const core::CommandSpec& command,
                                                  const std::optional<Account>& account,
                                                  const Placeholders& placeholders) {
  std::map<std::string, std::string> values{
      {"PATH", std::string(kSystemPath)}, {"HOME", home_of(account)}, {"LANG", "C.UTF-8"}};
  for (const auto& [name, value] : command.environment) values[name] = filled(value, placeholders);
  return values;
}

Result<void> check_folder(const std::string& program, const std::string& folder) {
  struct stat found{};
  if (::stat(folder.c_str(), &found) != 0)
    return rejected(program, fmt::format("working folder {}: {}", base::printable(folder),
                                         base::errno_text(errno)));
  if (!S_ISDIR(found.st_mode))
    return rejected(program,
                    fmt::format("working folder {} is no folder", base::printable(folder)));
  return {};
}

bool has_zero_byte(const core::CommandSpec& command) {
  const auto zero = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  return std::any_of(command.arguments.begin(), command.arguments.end(), zero) ||
         std::any_of(command.environment.begin(), command.environment.end(),
                     [&](const auto& pair) { return zero(pair.first) || zero(pair.second); });
}

}  // namespace

std::string filled(std::string_view text, const Placeholders& placeholders) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    const auto known = close == std::string_view::npos
                           ? placeholders.end()
                           : placeholders.find(text.substr(open + 1, close - open - 1));
    out += known == placeholders.end() ? "{" : known->second;
    text.remove_prefix(known == placeholders.end() ? open + 1 : close + 1);
  }
  return out;
}

Result<Program> prepare(const core::CommandSpec& command, const Placeholders& placeholders) {
  if (command.arguments.empty() || command.arguments.front().empty())
    return rejected("a command", "its argument list is empty");
  if (has_zero_byte(command))
    return rejected(command.arguments.front(), "an argument contains a zero byte");
  const auto account = account_of(command);
  if (!account) return base::fail(account.error());

  Program program;
  program.account = *account;
  program.folder = command.working_folder.empty() ? "/" : command.working_folder;
  for (const auto& argument : command.arguments)
    program.arguments.push_back(filled(argument, placeholders));
  const auto& name = program.arguments.front();
  if (auto folder = check_folder(name, program.folder); !folder)
    return base::fail(std::move(folder.error()));
  const auto values = environment_of(command, *account, placeholders);
  auto path = find_program(name, program.folder, values.at("PATH"));
  if (!path) return base::fail(std::move(path.error()));
  program.path = std::move(*path);
  for (const auto& [key, value] : values)
    program.environment.push_back(fmt::format("{}={}", key, value));
  return program;
}

}  // namespace stellwerk::adapters::process

#include "openssh/workshop.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>

#include "common/testing/child_process.h"

namespace stellwerk::openssh {
namespace {

Answer run(const std::vector<std::string>& command) {
  auto finished = examples::testing::run(command, std::chrono::minutes(1));
  Answer answer{.exit_code = -1, .out = std::move(finished.out), .err = std::move(finished.err)};
  if (finished.ending) answer.exit_code = finished.ending->exit_code.value_or(-1);
  return answer;
}

}  // namespace

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

void Workshop::write(const std::string& name, std::string_view text) const {
  std::ofstream file(path(name), std::ios::binary | std::ios::trunc);
  file << text;
  EXPECT_TRUE(file.good()) << name;
}

std::string Workshop::read(const std::string& name) const { return text_of_file(path(name)); }

Answer Workshop::ssh_keygen(const std::vector<std::string>& arguments,
                            const std::string& input) const {
  std::vector<std::string> command = {"/bin/sh", "-c",
                                      R"(cd "$0" && in=$1 && shift && exec ssh-keygen "$@" <"$in")",
                                      folder_.path(), input};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command);
}

Answer Workshop::shell(const std::string& script) const {
  return run({"/bin/sh", "-c", R"(cd "$0" && export HOME="$0" && exec sh -e -c "$1")",
              folder_.path(), script});
}

void Workshop::make_key(const std::string& file, const std::string& type,
                        const std::string& bits) const {
  std::vector<std::string> arguments = {"-q", "-t",           type, "-N", "",
                                        "-C", "anna@example", "-f", file};
  if (!bits.empty()) arguments.insert(arguments.end(), {"-b", bits});
  const auto made = ssh_keygen(arguments);
  ASSERT_TRUE(made.good()) << type << made.err;
}

}  // namespace stellwerk::openssh

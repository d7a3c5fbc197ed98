// grown_log.cc — writes a journal and its published log, as large as one likes, for other programs
// to check.
//
//   grown_log FOLDER SIZE...      signs a checkpoint at each of these sizes, which grow
//
// Makes FOLDER/data, FOLDER/log-key, and FOLDER/checkpoints/SIZE.note, which are the checkpoints
// as they were signed. Prints the key that verifies them.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <vector>

#include "bench/arguments.h"
#include "bench/filled_log.h"

namespace stellwerk::interop {
namespace {

using bench::Checkpoints;
using bench::FilledLog;

void grow(const std::filesystem::path& folder, const std::vector<std::uint64_t>& sizes) {
  std::filesystem::create_directories(folder / "checkpoints");
  FilledLog log(folder, Checkpoints::LeftOut);
  for (const std::uint64_t size : sizes) {
    if (size <= log.size()) throw std::runtime_error("each size is larger than the one before");
    log.grow_by(size - log.size());
    log.publish();
    std::filesystem::copy_file(log.log() / "checkpoint",
                               folder / "checkpoints" / fmt::format("{}.note", size));
  }
  std::puts(log.key().to_string().c_str());
}

int run(int argc, char** argv) {
  std::vector<std::uint64_t> sizes;
  for (int i = 2; i < argc; ++i) sizes.push_back(bench::number(argv[i]));
  if (sizes.empty()) return std::fputs("usage: grown_log FOLDER SIZE...\n", stderr), 2;
  return grow(argv[1], sizes), 0;
}

}  // namespace
}  // namespace stellwerk::interop

int main(int argc, char** argv) {
  try {
    return stellwerk::interop::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}

// driver.cc — replays inputs through one fuzz target without libFuzzer: every seed, then changes of
// them from a fixed seed. So every build of the tests runs every seed, with any compiler.
//
//   fuzz_semver [--changes N] [--seed N] [--found FOLDER] FILE_OR_FOLDER...
//
// What ends the process is written to the folder `found`, with the command that repeats it.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// Only where the address sanitizer is linked.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

namespace fs = std::filesystem;
using Random = std::mt19937_64;  // its numbers are the same everywhere

struct Options {
  std::size_t changes = 0;
  std::uint64_t seed = 1;
  std::string found = ".";
  std::vector<std::string> paths;
};

// What on_death() needs; set before each input.
std::string g_program;
std::string g_found;
std::string_view g_input;

/// FNV-1a: names a file; nothing more is asked of it.
std::uint64_t short_name(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

void on_death() {
  const std::string name = fs::path(g_program).filename().string();
  char path[4096];
  std::snprintf(path, sizeof path, "%s/%s-%016llx", g_found.c_str(), name.c_str(),
                static_cast<unsigned long long>(short_name(g_input)));
  const int file = ::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const bool kept = file >= 0 && ::write(file, g_input.data(), g_input.size()) ==
                                     static_cast<ssize_t>(g_input.size());
  std::fprintf(stderr, "%s: %zu bytes %s %s\n  repeat: %s %s\n", name.c_str(), g_input.size(),
               kept ? "kept in" : "could not be kept in", path, g_program.c_str(), path);
}

void on_abort(int) {
  on_death();
  std::_Exit(1);
}

void run(std::string_view bytes) {
  // A block of exactly this size, so that a read beyond it is seen.
  const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  g_input = bytes;
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> inputs_of(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (const fs::path path : paths) {
    if (!fs::is_directory(path)) files.push_back(path);
    if (fs::is_directory(path))
      for (const auto& each : fs::directory_iterator(path)) files.push_back(each.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> inputs;
  for (const auto& file : files) inputs.push_back(read(file));
  return inputs;
}

std::size_t below(Random& random, std::size_t count) { return random() % count; }

/// Numbers and marks at which readers stumble.
constexpr std::string_view kPieces[] = {"0",
                                        "-1",
                                        "9223372036854775807",
                                        "9223372036854775808",
                                        "-9223372036854775808",
                                        "18446744073709551615",
                                        "1e400",
                                        "9007199254740992",
                                        "65536",
                                        "4294967296",
                                        "\xff",
                                        "\xc3",
                                        "\xe2\x80\xae",
                                        "\n",
                                        "\"",
                                        "\\u0000",
                                        "{",
                                        "}",
                                        "[",
                                        "]",
                                        ":",
                                        ",",
                                        " ",
                                        "null",
                                        "\r\n",
                                        "=",
                                        "/",
                                        "%",
                                        "-",
                                        "+",
                                        ".",
                                        "\x1b[31m"};

void change(std::string& input, const std::vector<std::string>& seeds, Random& random) {
  const std::size_t at = below(random, input.size() + 1);
  const std::size_t size = std::min(below(random, 16) + 1, input.size() - at);
  switch (below(random, 7)) {
    case 0:
      input.erase(at, size);
      break;
    case 1:
      input.insert(at, kPieces[below(random, std::size(kPieces))]);
      break;
    case 2:
      input.replace(at, size, kPieces[below(random, std::size(kPieces))]);
      break;
    case 3:
      if (at < input.size()) input[at] = static_cast<char>(random());
      break;
    case 4:
      input.insert(at, input.substr(at, size));
      break;
    case 5: {
      const std::string& other = seeds[below(random, seeds.size())];
      input.replace(at, input.size() - at, other.substr(below(random, other.size() + 1)));
      break;
    }
    default:
      input.resize(at);
  }
}

void run_changes(const std::vector<std::string>& seeds, const Options& options) {
  Random random(options.seed);
  for (std::size_t i = 0; i < options.changes; ++i) {
    std::string input = seeds[below(random, seeds.size())];
    for (std::size_t n = below(random, 5); n < 5; ++n) change(input, seeds, random);
    run(input);
  }
}

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const bool takes_value = name == "--changes" || name == "--seed" || name == "--found";
    if (!takes_value) {
      options.paths.emplace_back(name);
      continue;
    }
    const std::string value = i + 1 < argc ? argv[++i] : "";
    if (name == "--changes") options.changes = std::strtoull(value.c_str(), nullptr, 10);
    if (name == "--seed") options.seed = std::strtoull(value.c_str(), nullptr, 10);
    if (name == "--found") options.found = value;
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  g_program = argv[0];
  g_found = options.found;
  std::error_code ignored;
  fs::create_directories(options.found, ignored);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(on_death);
  std::signal(SIGABRT, on_abort);

  const auto seeds = inputs_of(options.paths);
  if (seeds.empty()) {
    std::fprintf(stderr, "%s: no inputs; give files or folders\n", argv[0]);
    return 2;
  }
  for (const auto& seed : seeds) run(seed);
  run_changes(seeds, options);
  std::printf("%zu inputs and %zu changes of them\n", seeds.size(), options.changes);
  return 0;
}

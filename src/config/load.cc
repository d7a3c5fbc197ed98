#include "config/load.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "config/document.h"
#include "config/tables.h"

namespace stellwerk::config {
namespace {

base::Error not_readable(const std::string& path, base::Code code, std::string why) {
  return base::error(code, "CFG-0001", fmt::format("{} cannot be read", path))
      .because(std::move(why))
      .now("nothing was changed")
      .then(fmt::format("ls -l {}", path), "shows what is there; then give the same command again");
}

/// The bytes of a regular file; a device or a pipe could hold the program up for ever.
base::Result<std::string> read_bytes(const std::string& path) {
  std::error_code problem;
  const auto status = std::filesystem::status(path, problem);
  if (status.type() == std::filesystem::file_type::not_found)
    return base::fail(not_readable(path, base::Code::NotFound, base::errno_text(ENOENT)));
  if (problem) return base::fail(not_readable(path, base::Code::Unavailable, problem.message()));
  if (status.type() != std::filesystem::file_type::regular)
    return base::fail(not_readable(path, base::Code::InvalidArgument, "it is no regular file"));
  auto bytes = base::read_file(path, DocumentLimits::kSizeBytesMax);
  if (bytes) return bytes;
  return base::fail(not_readable(path, bytes.error().code, bytes.error().why));
}

std::string folder_of(const std::string& path) {
  std::error_code ignored;
  const auto absolute = std::filesystem::absolute(path, ignored).lexically_normal();
  return absolute.parent_path().string();
}

template <class T, class Read>
Loaded<T> read_file_as(const std::string& path, const Read& read) {
  const auto bytes = read_bytes(path);
  if (!bytes) return {.value = std::nullopt, .problems = {bytes.error()}};
  return read({.yaml = *bytes, .file = path, .folder = folder_of(path)});
}

/// Reads a whole file with its table; `look` sees what could be read and reports more problems.
template <class T, class Look>
Loaded<T> read_with(const Text& text, std::pair<const Table<T>*, std::string> table, Look look) {
  Problems problems({.file = text.file, .folder = text.folder, .schema = table.second});
  const Node root = parse_document(text.yaml, problems);
  Reading reading(problems);
  T value{};
  if (root.kind != Node::Kind::Null) {
    read_object(reading, *table.first, root, value);
    look(problems, value);
  } else if (problems.count() == 0) {
    problems.add({1, 1}, problem("CFG-0002", "the file is empty", "it holds keys with values"));
  }
  Loaded<T> loaded;
  if (problems.count() == 0) {
    value.source = base::sha256(text.yaml);
    value.positions = reading.positions();
    loaded.value = std::move(value);
  }
  loaded.problems = std::move(problems).take();
  return loaded;
}

}  // namespace

Loaded<core::Release> read_release(const Text& text) {
  return read_with<core::Release>(text, {&release_table(), "release"},
                                  [](Problems&, const core::Release&) {});
}

Loaded<EnvironmentFile> read_environment(const Text& text, const SectionCheck& check) {
  return read_with<EnvironmentFile>(text, {&environment_table(), "environment"},
                                    [&](Problems& problems, EnvironmentFile& file) {
                                      file.path = text.file;
                                      if (check) problems.take_over(check(file));
                                    });
}

Loaded<core::Release> load_release(const std::string& path) {
  return read_file_as<core::Release>(path, read_release);
}

Loaded<EnvironmentFile> load_environment(const std::string& path, const SectionCheck& check) {
  return read_file_as<EnvironmentFile>(
      path, [&](const Text& text) { return read_environment(text, check); });
}

}  // namespace stellwerk::config

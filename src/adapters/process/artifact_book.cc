#include "adapters/process/artifact_book.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "base/unique_fd.h"

namespace stellwerk::adapters::process {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
constexpr std::size_t kKnownMax = 256;

base::Failure no_artifact(const std::string& path, std::string why) {
  return base::fail(base::error(base::Code::Rejected, "PRC-0006",
                                fmt::format("{} cannot be compared", base::printable(path)))
                        .because(std::move(why))
                        .now("no instance was started from it"));
}

base::Failure other_artifact(const std::string& path, const base::Digest& found,
                             const base::Digest& planned) {
  return base::fail(
      base::error(base::Code::Rejected, "PRC-0006",
                  fmt::format("{} is not what was planned", base::printable(path)))
          .because(
              fmt::format("it is {}, the plan says {}", found.to_string(), planned.to_string()))
          .now("no instance was started from it")
          .then(fmt::format("sha256sum {}", base::printable(path)), "shows what is there now")
          .then("put the planned file there, and release again",
                "or plan anew with the digest of this one: that wants new approvals"));
}

base::Failure stopped_reading(const std::string& path) {
  return base::fail(base::error(base::Code::OutcomeUnknown, "PRC-0004",
                                fmt::format("stopped reading {}", base::printable(path)))
                        .because("the step was cancelled")
                        .now("nothing was started"));
}

base::Result<base::Digest> read_digest(int fd, const std::string& path,
                                       const ports::StopToken& stop) {
  base::DigestStream digest;
  std::vector<std::uint8_t> piece(kPieceBytes);
  for (;;) {
    if (stop.stopped()) return stopped_reading(path);
    const ssize_t count = ::read(fd, piece.data(), piece.size());
    if (count == 0) return digest.finish();
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return no_artifact(path, base::errno_text(errno));
    digest.add({piece.data(), static_cast<std::size_t>(count)});
  }
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Placeholders of_version(const ports::VersionRef& version) {
  return {{"version", version.version.to_string()}, {"component", version.component.str()}};
}

}  // namespace

std::string artifact_path(const ports::VersionRef& version, const core::WorkloadSpec& spec,
                          const Program& program) {
  return spec.artifact_file.empty() ? program.path
                                    : filled(spec.artifact_file, of_version(version));
}

base::Result<std::string> artifact_path(const ports::VersionRef& version,
                                        const core::WorkloadSpec& spec) {
  if (!spec.artifact_file.empty()) return artifact_path(version, spec, Program{});
  auto program = prepare(spec.command, of_version(version));
  if (!program) return base::fail(std::move(program.error()));
  return program->path;
}

base::Result<ArtifactBook::FileState> ArtifactBook::state_of(int fd, const std::string& path) {
  struct stat found{};
  if (::fstat(fd, &found) != 0) return no_artifact(path, base::errno_text(errno));
  if (!S_ISREG(found.st_mode)) return no_artifact(path, "it is no file");
  return FileState{.device = found.st_dev,
                   .inode = found.st_ino,
                   .size = found.st_size,
                   .written_ns = nanoseconds(found.st_mtim),
                   .changed_ns = nanoseconds(found.st_ctim)};
}

base::Result<base::Digest> ArtifactBook::digest_of(const std::string& path,
                                                   const ports::StopToken& stop) {
  // Not to wait where the name is that of a pipe.
  const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.valid()) return no_artifact(path, base::errno_text(errno));
  const auto state = state_of(file.get(), path);
  if (!state) return base::fail(state.error());
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(*state); known != known_.end()) return known->second;
  }
  auto digest = read_digest(file.get(), path, stop);
  if (!digest) return digest;
  const auto after = state_of(file.get(), path);
  if (!after || *after != *state) return no_artifact(path, "it was written to while it was read");
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kKnownMax) known_.clear();
  known_.emplace(*state, *digest);
  return digest;
}

base::Result<void> ArtifactBook::expect(const std::string& path, const base::Digest& planned) {
  const auto found = digest_of(path);
  if (!found) return base::fail(found.error());
  if (*found != planned) return other_artifact(path, *found, planned);
  return {};
}

}  // namespace stellwerk::adapters::process

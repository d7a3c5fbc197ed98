#include "adapters/file/key_rotation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "audit/note.h"
#include "base/files.h"
#include "base/unique_fd.h"

namespace stellwerk::adapters {

bool KeyRotation::is_begun() const {
  std::error_code ignored;
  return std::filesystem::exists(next(), ignored);
}

base::Result<KeyRotation::Begun> KeyRotation::begin(FileSigner& present, base::WallTime now) {
  auto made = FileSigner::open(next(), present.name());
  if (!made) return base::fail(std::move(made.error()));
  Begun begun{present.verifier_key(), (*made)->verifier_key(), {}};
  const std::string text = fmt::format("stellwerk-key-rotation/v1\nold {}\nnew {}\ntime {}\n",
                                       begun.old_key, begun.new_key, base::rfc3339(now));
  audit::Note note{text, {}};
  for (FileSigner* signer : {&present, made->get()}) {
    auto signed_note = signer->sign_note(text);
    if (!signed_note) return base::fail(std::move(signed_note.error()));
    auto parsed = audit::parse_note(*signed_note);
    if (!parsed) return base::fail(std::move(parsed.error()));
    note.signatures.push_back(std::move(parsed->signatures.front()));
  }
  begun.note = audit::format_note(note);
  return begun;
}

base::Result<void> KeyRotation::finish() {
  const std::filesystem::path folder =
      key_.has_parent_path() ? key_.parent_path() : std::filesystem::path(".");
  const base::UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const bool done = opened.valid() && std::rename(next().c_str(), key_.c_str()) == 0 &&
                    ::fsync(opened.get()) == 0;
  if (done) return {};
  return base::fail(
      base::error(base::Code::Unavailable, "AUD-0001", "the new key cannot be put in place")
          .because(fmt::format("rename {}: {}", next().native(), base::errno_text(errno)))
          .now("the journal names the new key; the old one signs nothing more")
          .then("start Stellwerk again when the disk takes writes", "it finishes what was begun"));
}

base::Result<void> KeyRotation::settle(const std::string& name, const std::string& named) {
  if (!is_begun() || named.empty()) return {};
  auto made = FileSigner::open(next(), name);
  if (!made) return base::fail(std::move(made.error()));
  return (*made)->verifier_key() == named ? finish() : base::Result<void>{};
}

}  // namespace stellwerk::adapters

#include "adapters/file/file_signer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include "audit/cosignature.h"
#include "audit/note.h"
#include "base/text.h"

namespace stellwerk::adapters {
namespace {

using base::Code;
using Seed = std::array<std::uint8_t, 32>;
constexpr std::string_view kPrefix = "PRIVATE+KEY+";
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kFileBytesMax = 4096;
constexpr mode_t kOthers = 077;

base::Failure unusable(std::string why) {
  return base::fail(base::error(Code::Unavailable, "AUD-0001", "the signing key cannot be used")
                        .because(std::move(why))
                        .now("no checkpoint was signed"));
}

std::string reason() { return std::generic_category().message(errno); }

class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

using PKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

PKey key_from(const Seed& seed) {
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()),
          &EVP_PKEY_free};
}

std::optional<audit::VerifierKey> verifier_of(EVP_PKEY* key, const std::string& name) {
  audit::VerifierKey verifier{.name = name, .public_key = {}};
  std::size_t size = verifier.public_key.size();
  if (EVP_PKEY_get_raw_public_key(key, verifier.public_key.data(), &size) != 1) return std::nullopt;
  return verifier;
}

std::optional<std::string> signature_of(EVP_PKEY* key, std::string_view message) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  if (!context) return std::nullopt;
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) != 1) return std::nullopt;
  std::array<std::uint8_t, kSignatureBytes> signature{};
  std::size_t size = signature.size();
  const auto bytes = base::as_bytes(message);
  if (EVP_DigestSign(context.get(), signature.data(), &size, bytes.data(), bytes.size()) != 1) {
    return std::nullopt;
  }
  return std::string(signature.begin(), signature.end());
}

std::string key_text(const Seed& seed, const audit::VerifierKey& verifier) {
  std::string bytes(1, static_cast<char>(audit::kEd25519KeyType));
  bytes.append(seed.begin(), seed.end());
  return fmt::format("{}{}+{:08x}+{}\n", kPrefix, verifier.name, verifier.id(),
                     base::to_base64(base::as_bytes(bytes)));
}

std::string write_and_sync(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return "write: " + reason();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0 ? "" : "fsync: " + reason();
}

/// Writes a file that nobody else can have made meanwhile; empty when it is there and durable.
std::string write_new_file(const std::filesystem::path& path, std::string_view text) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::string name = (folder / ".signing-key-XXXXXX").native();
  const OpenFile file(::mkostemp(name.data(), O_CLOEXEC));  // mode 0600
  if (file.get() < 0) return fmt::format("create {}: {}", name, reason());
  std::string problem = write_and_sync(file.get(), text);
  // link, not rename: a key that another process made first stays.
  if (problem.empty() && ::link(name.c_str(), path.c_str()) != 0) {
    problem = fmt::format("create {}: {}", path.native(), reason());
  }
  ::unlink(name.c_str());
  if (!problem.empty()) return problem;
  const OpenFile parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() < 0 || ::fsync(parent.get()) != 0) return "fsync folder: " + reason();
  return {};
}

base::Result<std::string> read_key_file(const std::filesystem::path& path) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return unusable(fmt::format("open {}: {}", path.native(), reason()));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return unusable("stat: " + reason());
  if ((status.st_mode & kOthers) != 0) {
    return base::fail(
        base::error(Code::Forbidden, "AUD-0002", "the signing key is open to others")
            .because(fmt::format("{} has mode {:04o}", path.native(), status.st_mode & 07777))
            .now("no checkpoint was signed")
            .then(fmt::format("chmod 600 {}", path.native()),
                  "closes it; if others could have read it, make a new key"));
  }
  std::string text(kFileBytesMax, '\0');
  const ssize_t got = ::read(file.get(), text.data(), text.size());
  if (got < 0) return unusable("read: " + reason());
  text.resize(static_cast<std::size_t>(got));
  return text;
}

/// The name and seed of `PRIVATE+KEY+<name>+<id>+<base64>`; nothing if it has another form.
std::optional<std::pair<std::string, Seed>> parse_key_text(std::string_view text) {
  text = base::trim(text);
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const auto first = text.find('+');
  const auto second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) return std::nullopt;
  const auto bytes = base::from_base64(text.substr(second + 1));
  Seed seed{};
  if (!bytes || bytes->size() != 1 + seed.size() ||
      static_cast<std::uint8_t>(bytes->front()) != audit::kEd25519KeyType) {
    return std::nullopt;
  }
  std::transform(bytes->begin() + 1, bytes->end(), seed.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  std::string name(text.substr(0, first));
  const auto key = key_from(seed);
  const auto verifier = key ? verifier_of(key.get(), name) : std::nullopt;
  // The id is a checksum over name and key: a mistyped or mixed-up file is noticed here.
  if (!verifier ||
      fmt::format("{:08x}", verifier->id()) != text.substr(first + 1, second - first - 1)) {
    return std::nullopt;
  }
  return std::pair(std::move(name), seed);
}

}  // namespace

struct FileSigner::PrivateKey {
  PKey key;
  audit::VerifierKey verifier;
};

FileSigner::FileSigner(std::unique_ptr<PrivateKey> key) : key_(std::move(key)) {}
FileSigner::~FileSigner() = default;

base::Result<std::unique_ptr<FileSigner>> FileSigner::open(const std::filesystem::path& path,
                                                           const std::string& name) {
  if (!audit::valid_key_name(name)) {
    return unusable(fmt::format("\"{}\" is no key name: no spaces, no '+'", base::printable(name)));
  }
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    if (auto made = make_key_file(path, name); !made) return base::fail(made.error());
  }
  auto text = read_key_file(path);
  if (!text) return base::fail(text.error());
  auto signer = from_text(*text, name);
  OPENSSL_cleanse(text->data(), text->size());
  if (!signer) return base::fail(std::move(signer).error().during("reading " + path.native()));
  return signer;
}

base::Result<std::string> FileSigner::make_key_file(const std::filesystem::path& path,
                                                    const std::string& name) {
  Seed seed{};
  if (RAND_priv_bytes(seed.data(), static_cast<int>(seed.size())) != 1) {
    return unusable("no random bytes for a new key");
  }
  const auto key = key_from(seed);
  const auto verifier = key ? verifier_of(key.get(), name) : std::nullopt;
  if (!verifier) return unusable("OpenSSL cannot make an Ed25519 key");
  std::string text = key_text(seed, *verifier);
  OPENSSL_cleanse(seed.data(), seed.size());
  auto problem = write_new_file(path, text);
  OPENSSL_cleanse(text.data(), text.size());
  if (!problem.empty()) return unusable(std::move(problem));
  return verifier->to_string();
}

base::Result<std::unique_ptr<FileSigner>> FileSigner::from_text(std::string_view text,
                                                                const std::string& name) {
  auto parsed = parse_key_text(text);
  if (!parsed) return unusable("it is not of the form PRIVATE+KEY+NAME+ID+BASE64");
  if (parsed->first != name) {
    return unusable(
        fmt::format("it belongs to \"{}\", not to \"{}\"", base::printable(parsed->first), name));
  }
  auto key = std::make_unique<PrivateKey>(
      PrivateKey{.key = key_from(parsed->second), .verifier = {.name = name, .public_key = {}}});
  OPENSSL_cleanse(parsed->second.data(), parsed->second.size());
  const auto verifier = verifier_of(key->key.get(), name);
  if (!verifier) return unusable("OpenSSL cannot use it");
  key->verifier = *verifier;
  return std::unique_ptr<FileSigner>(new FileSigner(std::move(key)));
}

base::Result<std::string> FileSigner::sign_note(std::string_view text) {
  if (!audit::valid_note_text(text)) {
    return base::fail(base::Code::InvalidArgument, "AUD-0005",
                      "a note is UTF-8 without control characters and ends in a newline");
  }
  auto signature = signature_of(key_->key.get(), text);
  if (!signature) return unusable("OpenSSL did not sign");
  return audit::format_note(
      {std::string(text), {{key_->verifier.name, key_->verifier.id(), std::move(*signature)}}});
}

base::Result<std::string> FileSigner::cosign(std::string_view note_text, base::WallTime at) {
  if (!audit::valid_note_text(note_text) || at.us < 0) {
    return base::fail(base::Code::InvalidArgument, "AUD-0005",
                      "what is cosigned is a note's text, at a time since 1970");
  }
  audit::Cosignature cosignature{.unix_seconds = static_cast<std::uint64_t>(at.us / 1000000),
                                 .signature = {}};
  const auto signature =
      signature_of(key_->key.get(), audit::cosigned_message(cosignature.unix_seconds, note_text));
  if (!signature) return unusable("OpenSSL did not sign");
  std::transform(signature->begin(), signature->end(), cosignature.signature.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return audit::cosignature_line(cosigner(), cosignature);
}

std::string FileSigner::verifier_key() const { return key_->verifier.to_string(); }
std::string FileSigner::name() const { return key_->verifier.name; }

std::string FileSigner::cosigner_key() const { return cosigner().to_string(); }

/// The same key as the log's, of another type: its id, and so its lines, differ.
audit::VerifierKey FileSigner::cosigner() const {
  audit::VerifierKey key = key_->verifier;
  key.type = audit::KeyType::Ed25519Cosignature;
  return key;
}

}  // namespace stellwerk::adapters

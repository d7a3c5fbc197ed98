#include "audit/ssh_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <optional>
#include <utility>

#include "audit/ssh_primitives.h"
#include "audit/ssh_wire.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

constexpr std::size_t kTypeNameBytesMax = 64;
constexpr std::size_t kRsaBitsMin = 2048;
constexpr std::size_t kRsaBitsMax = 16384;
constexpr std::size_t kRsaExponentBytesMax = 8;
constexpr std::size_t kApplicationBytesMax = 255;
constexpr std::string_view kApplicationPrefix = "ssh:";
constexpr std::string_view kBlanks = " \t";

struct TypeRow {
  SshKeyType type;
  std::string_view name;
  std::string_view curve_name;  ///< empty when the type has no curve to name
  std::optional<SshCurve> curve;
  std::size_t point_size;
};
constexpr std::array<TypeRow, 7> kTypes = {{
    {SshKeyType::Ed25519, "ssh-ed25519", "", std::nullopt, 32},
    {SshKeyType::EcdsaP256, "ecdsa-sha2-nistp256", "nistp256", SshCurve::P256, 65},
    {SshKeyType::EcdsaP384, "ecdsa-sha2-nistp384", "nistp384", SshCurve::P384, 97},
    {SshKeyType::EcdsaP521, "ecdsa-sha2-nistp521", "nistp521", SshCurve::P521, 133},
    {SshKeyType::Rsa, "ssh-rsa", "", std::nullopt, 0},
    {SshKeyType::SkEd25519, "sk-ssh-ed25519@openssh.com", "", std::nullopt, 32},
    {SshKeyType::SkEcdsaP256, "sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", SshCurve::P256, 65},
}};

const TypeRow& row_of(SshKeyType type) { return kTypes.at(static_cast<std::size_t>(type)); }

const TypeRow* row_named(std::string_view name) {
  const auto* const row = std::find_if(kTypes.begin(), kTypes.end(),
                                       [&](const TypeRow& each) { return each.name == name; });
  return row == kTypes.end() ? nullptr : row;
}

bool names_certificate(std::string_view name) { return name.find("-cert-v0") != name.npos; }

base::Failure no_ssh_key(std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0020", "not an SSH public key")
                  .because(std::move(why))
                  .then("ssh-keygen -l -f FILE", "shows whether OpenSSH reads the key"));
}

void read_rsa(SshReader& reader, SshKeyMaterial& material) {
  material.exponent = reader.positive("the exponent", kRsaExponentBytesMax);
  if (reader.ok() && (material.exponent == "\x01" || material.exponent.back() % 2 == 0)) {
    reader.refuse("the exponent is 1 or even");
  }
  material.modulus = reader.positive("the modulus", kRsaBitsMax / 8);
  if (!reader.ok()) return;
  const auto first = static_cast<std::uint8_t>(material.modulus.front());
  const std::size_t bits =
      (material.modulus.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(first));
  if (bits < kRsaBitsMin) {
    reader.refuse(
        fmt::format("an RSA key of {} bits is too weak, {} are the least", bits, kRsaBitsMin));
  }
  if (material.modulus.back() % 2 == 0) reader.refuse("the modulus is even");
}

void read_point(SshReader& reader, const TypeRow& row, SshKeyMaterial& material) {
  if (row.curve) {
    const auto curve = reader.string("the curve", kTypeNameBytesMax);
    if (reader.ok() && curve != row.curve_name) {
      reader.refuse(fmt::format("the curve is {}, not {}", base::in_quotes(curve), row.curve_name));
    }
  }
  material.point = reader.string("the public key", row.point_size);
  if (!reader.ok()) return;
  if (material.point.size() != row.point_size) {
    reader.refuse(fmt::format("the public key takes {} bytes, not {}", material.point.size(),
                              row.point_size));
  } else if (row.curve && !valid_ec_point(*row.curve, material.point)) {
    reader.refuse(fmt::format("the public key is no uncompressed point of {}", row.curve_name));
  } else if (!row.curve && weak_ed25519_point(material.point)) {
    reader.refuse("the public key is weak: with it some signatures fit every text");
  }
}

void read_application(SshReader& reader, SshKeyMaterial& material) {
  material.application = reader.string("the application", kApplicationBytesMax);
  if (reader.ok() && (!material.application.starts_with(kApplicationPrefix) ||
                      base::printable(material.application) != material.application)) {
    reader.refuse("the application does not begin with ssh:, or is not plain text");
  }
}

struct Decoded {
  const TypeRow* row = nullptr;
  SshKeyMaterial material;
  std::string problem;  ///< empty when all is well
};
Decoded decode_key(std::string_view blob) {
  SshReader reader(blob);
  Decoded decoded;
  const auto name = reader.string("the type", kTypeNameBytesMax);
  if (reader.ok()) decoded.row = row_named(name);
  if (reader.ok() && decoded.row == nullptr) reader.refuse(ssh_key_type_problem(name));
  if (reader.ok()) {
    const auto& row = *decoded.row;
    if (row.type == SshKeyType::Rsa) read_rsa(reader, decoded.material);
    if (row.type != SshKeyType::Rsa) read_point(reader, row, decoded.material);
    if (is_security_key(row.type)) read_application(reader, decoded.material);
    reader.end("the key");
  }
  decoded.problem = reader.problem();
  return decoded;
}

}  // namespace

std::string_view to_string(SshKeyType type) { return row_of(type).name; }

bool names_ssh_key_type(std::string_view word) {
  return row_named(word) != nullptr || names_certificate(word) || word == "ssh-dss";
}

std::string ssh_key_type_problem(std::string_view word) {
  if (row_named(word) != nullptr) return {};
  if (names_certificate(word)) return "it is a certificate, and only plain keys are supported";
  if (word == "ssh-dss") return "DSA keys are too weak and not supported";
  return fmt::format("{} is no known type of key", base::in_quotes(word));
}

base::Result<SshPublicKey> SshPublicKey::from_blob(std::string_view blob) {
  auto decoded = decode_key(blob);
  if (!decoded.problem.empty()) return no_ssh_key(std::move(decoded.problem));
  return SshPublicKey(decoded.row->type, std::string(blob));
}

base::Result<SshPublicKey> SshPublicKey::parse(std::string_view line) {
  if (line.size() > kSshKeyLineBytesMax) return no_ssh_key("it is longer than 8,192 bytes");
  if (line.find("PRIVATE KEY") != line.npos) {
    return no_ssh_key("it is a private key, to be shown to nobody: the public one is in FILE.pub");
  }
  const auto text = base::trim(line);
  const auto name = text.substr(0, text.find_first_of(kBlanks));
  const auto begin = text.find_first_not_of(kBlanks, name.size());
  if (text.find_first_of("\r\n") != text.npos || begin == text.npos) {
    return no_ssh_key("a key's line is TYPE BASE64 [COMMENT]");
  }
  const auto column = [&](std::size_t offset) {
    return static_cast<std::size_t>(text.data() - line.data()) + offset + 1;
  };
  if (auto problem = ssh_key_type_problem(name); !problem.empty()) {
    return no_ssh_key(fmt::format("column {}: {}", column(0), problem));
  }
  auto key = from_text({name, text.substr(begin, text.find_first_of(kBlanks, begin) - begin)});
  if (!key) {
    return no_ssh_key(fmt::format("the base64 at column {}: {}", column(begin), key.error().why));
  }
  return key;
}

base::Result<SshPublicKey> SshPublicKey::from_text(const SshKeyText& text) {
  const auto blob = base::from_base64(text.base64);
  if (!blob) return no_ssh_key(blob.error().why);
  auto key = from_blob(*blob);
  if (key && audit::to_string(key->type()) != text.type) {
    return no_ssh_key(fmt::format("it is of the type {}, not {}", audit::to_string(key->type()),
                                  base::in_quotes(text.type)));
  }
  return key;
}

SshKeyMaterial SshPublicKey::material() const& {
  const auto decoded = decode_key(blob_);
  STELLWERK_CHECK(decoded.problem.empty());
  return decoded.material;
}

std::string SshPublicKey::fingerprint() const {
  const auto digest = base::sha256(blob_);
  std::string text = "SHA256:" + base::to_base64(digest.bytes);
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

std::string SshPublicKey::to_string() const {
  return fmt::format("{} {}", audit::to_string(type_), base::to_base64(base::as_bytes(blob_)));
}

}  // namespace stellwerk::audit

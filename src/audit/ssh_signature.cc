#include "audit/ssh_signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/note_key.h"
#include "audit/ssh_wire.h"
#include "base/digest.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

constexpr std::string_view kHeader = "-----BEGIN SSH SIGNATURE-----\n";
constexpr std::string_view kFooter = "-----END SSH SIGNATURE-----\n";
constexpr std::size_t kArmorColumns = 70;
constexpr std::string_view kMagic = "SSHSIG";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kKeyBlobBytesMax = 4096;
constexpr std::size_t kShortNameBytesMax = 64;
constexpr std::size_t kSignatureBytesMax = 4096;
constexpr std::size_t kValueBytesMax = 2048;
constexpr std::size_t kScalarBytesMax = 66;  // of P-521
constexpr std::size_t kEd25519Bytes = 64;

base::Failure no_ssh_signature(std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0021", "not an OpenSSH signature")
                  .because(std::move(why))
                  .then("ssh-keygen -Y sign -n NAMESPACE -f KEY FILE", "writes one into FILE.sig"));
}

base::Failure forged_signature(const SshSignature& signature) {
  return fail(base::error(base::Code::Rejected, "AUD-0022", "the signature does not fit the text")
                  .because(fmt::format("it was not made of this text with the key {}",
                                       signature.key.fingerprint()))
                  .then("sign the very text again", "every byte counts, the last newline too"));
}

bool valid_ssh_namespace(std::string_view name) {
  return !name.empty() && name.size() <= kSshNamespaceBytesMax &&
         base::printable(name, name.size()) == name;
}

// --- the signature inside: an algorithm and its value ---

EcdsaSignature read_scalars(SshReader& reader) {
  const auto r = reader.positive("r", kScalarBytesMax);
  const auto s = reader.positive("s", kScalarBytesMax);
  reader.end("s");
  return {r, s};
}

bool algorithm_fits(const SshPublicKey& key, std::string_view algorithm) {
  if (key.type() != SshKeyType::Rsa) return algorithm == to_string(key.type());
  return algorithm == "rsa-sha2-256" || algorithm == "rsa-sha2-512";
}

std::string why_algorithm(const SshPublicKey& key, std::string_view algorithm) {
  if (algorithm == "ssh-rsa") return "RSA with SHA-1 is not accepted: rsa-sha2-512 or -256 is";
  if (algorithm.starts_with("webauthn-")) return "signatures of web browsers are not supported";
  return fmt::format("{} is no algorithm of a key of the type {}", base::in_quotes(algorithm),
                     to_string(key.type()));
}

void check_value(SshReader& reader, const SshPublicKey& key, std::string_view value) {
  std::size_t size = kEd25519Bytes;
  switch (key.type()) {
    case SshKeyType::EcdsaP256:
    case SshKeyType::EcdsaP384:
    case SshKeyType::EcdsaP521:
    case SshKeyType::SkEcdsaP256: {
      SshReader scalars(value, reader.offset() - value.size());
      read_scalars(scalars);
      reader.refuse_as(scalars);
      return;
    }
    case SshKeyType::Rsa:
      size = key.material().modulus.size();
      break;
    case SshKeyType::Ed25519:
    case SshKeyType::SkEd25519:
      break;
  }
  if (value.size() != size) {
    reader.refuse(fmt::format("the value takes {} bytes, not {}", value.size(), size));
  }
}

void read_value(SshReader& reader, SshSignature& signature) {
  signature.algorithm = reader.string("the algorithm", kShortNameBytesMax);
  if (reader.ok() && !algorithm_fits(signature.key, signature.algorithm)) {
    reader.refuse(why_algorithm(signature.key, signature.algorithm));
  }
  signature.value = reader.string("the value", kValueBytesMax);
  if (reader.ok()) check_value(reader, signature.key, signature.value);
  if (is_security_key(signature.key.type())) {
    SecurityKeyFacts facts;
    facts.flags = reader.byte("the flags");
    facts.counter = reader.uint32("the counter");
    signature.security_key = facts;
  }
  reader.end("the signature");
}

std::string value_text(const SshSignature& signature) {
  std::string bytes;
  append_ssh_string(bytes, signature.algorithm);
  append_ssh_string(bytes, signature.value);
  if (signature.security_key) {
    bytes += static_cast<char>(signature.security_key->flags);
    append_ssh_uint32(bytes, signature.security_key->counter);
  }
  return bytes;
}

// --- the whole ---

struct Outer {
  std::string_view key;
  std::string_view name_space;
  std::string_view hash;
  std::string_view signature;
  std::size_t signature_offset = 0;
};
Outer read_outer(SshReader& reader) {
  if (reader.raw("the magic", kMagic.size()) != kMagic) reader.refuse("it is not SSHSIG");
  const auto version = reader.uint32("the version");
  if (reader.ok() && version != kVersion) {
    reader.refuse(fmt::format("version {} is not known, only 1 is", version));
  }
  Outer outer;
  outer.key = reader.string("the public key", kKeyBlobBytesMax);
  outer.name_space = reader.string("the namespace", kSshNamespaceBytesMax);
  if (reader.ok() && !valid_ssh_namespace(outer.name_space)) {
    reader.refuse("the namespace is empty or not plain text");
  }
  // Nothing signs this field, so nothing may be in it.
  reader.string("the reserved field", 0);
  outer.hash = reader.string("the hash", kShortNameBytesMax);
  if (reader.ok() && outer.hash != "sha256" && outer.hash != "sha512") {
    reader.refuse(fmt::format("{} is no hash that is accepted: sha512 and sha256 are",
                              base::in_quotes(outer.hash)));
  }
  outer.signature = reader.string("the signature", kSignatureBytesMax);
  outer.signature_offset = reader.offset() - outer.signature.size();
  reader.end("the signature");
  return outer;
}

// --- verifying ---

Ed25519PublicKey ed25519_of(std::string_view point) {
  Ed25519PublicKey key{};
  std::transform(point.begin(), point.end(), key.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return key;
}

/// What an authenticator signs in place of the data (PROTOCOL.u2f, "SSH U2F signatures").
std::string authenticator_data(const SshSignature& signature, std::string_view data) {
  const auto facts = signature.security_key.value_or(SecurityKeyFacts{});
  std::string bytes = ssh_hash(SshHash::Sha256, signature.key.material().application);
  bytes += static_cast<char>(facts.flags);
  append_ssh_uint32(bytes, facts.counter);
  return bytes + ssh_hash(SshHash::Sha256, data);
}

bool ecdsa_fits(SshCurve curve, const SshSignature& signature, std::string_view data) {
  SshReader reader(signature.value);
  const auto scalars = read_scalars(reader);
  return reader.ok() && verify_ecdsa({curve, signature.key.material().point}, scalars, data);
}

bool rsa_fits(const SshSignature& signature, std::string_view data) {
  const auto material = signature.key.material();
  const auto hash = signature.algorithm == "rsa-sha2-256" ? SshHash::Sha256 : SshHash::Sha512;
  return verify_rsa({material.modulus, material.exponent}, {hash, signature.value}, data);
}

bool value_fits(const SshSignature& signature, std::string_view data) {
  const auto ed25519_fits = [&](std::string_view bytes) {
    return verify_ed25519(ed25519_of(signature.key.material().point), bytes,
                          base::as_bytes(signature.value));
  };
  switch (signature.key.type()) {
    case SshKeyType::Ed25519:
      return ed25519_fits(data);
    case SshKeyType::EcdsaP256:
      return ecdsa_fits(SshCurve::P256, signature, data);
    case SshKeyType::EcdsaP384:
      return ecdsa_fits(SshCurve::P384, signature, data);
    case SshKeyType::EcdsaP521:
      return ecdsa_fits(SshCurve::P521, signature, data);
    case SshKeyType::Rsa:
      return rsa_fits(signature, data);
    case SshKeyType::SkEd25519:
      return ed25519_fits(authenticator_data(signature, data));
    case SshKeyType::SkEcdsaP256:
      return ecdsa_fits(SshCurve::P256, signature, authenticator_data(signature, data));
  }
  return false;
}

}  // namespace

base::Result<SshSignature> SshSignature::from_blob(std::string_view blob) {
  SshReader reader(blob);
  const auto outer = read_outer(reader);
  if (!reader.ok()) return no_ssh_signature(reader.problem());
  auto key = SshPublicKey::from_blob(outer.key);
  if (!key) return fail(std::move(key).error().during("reading a signature's key"));
  SshSignature signature{.key = std::move(*key),
                         .name_space = std::string(outer.name_space),
                         .hash = outer.hash == "sha256" ? SshHash::Sha256 : SshHash::Sha512,
                         .algorithm = {},
                         .value = {},
                         .security_key = std::nullopt};
  SshReader inner(outer.signature, outer.signature_offset);
  read_value(inner, signature);
  if (!inner.ok()) return no_ssh_signature(inner.problem());
  return signature;
}

std::string SshSignature::to_blob() const {
  std::string bytes(kMagic);
  append_ssh_uint32(bytes, kVersion);
  append_ssh_string(bytes, key.blob());
  append_ssh_string(bytes, name_space);
  append_ssh_string(bytes, "");
  append_ssh_string(bytes, to_string(hash));
  append_ssh_string(bytes, value_text(*this));
  return bytes;
}

base::Result<SshSignature> SshSignature::parse(std::string_view armored) {
  if (armored.size() > kSshArmorBytesMax) return no_ssh_signature("it is larger than 16 KiB");
  if (!armored.starts_with(kHeader)) {
    return no_ssh_signature(
        "it does not begin with the line -----BEGIN SSH SIGNATURE-----, ended by LF alone");
  }
  if (armored.size() < kHeader.size() + kFooter.size() || !armored.ends_with(kFooter)) {
    return no_ssh_signature("it does not end with the line -----END SSH SIGNATURE----- and LF");
  }
  const auto body =
      armored.substr(kHeader.size(), armored.size() - kHeader.size() - kFooter.size());
  std::string text(body);
  text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
  const auto blob = base::from_base64(text);
  if (!blob) return no_ssh_signature("between header and footer: " + blob.error().why);
  auto signature = from_blob(*blob);
  if (signature && signature->to_armored() != armored) {
    return no_ssh_signature("its lines are not 70 characters long, the last one shorter");
  }
  return signature;
}

std::string SshSignature::to_armored() const {
  const std::string text = base::to_base64(base::as_bytes(to_blob()));
  std::string armored(kHeader);
  for (std::size_t i = 0; i < text.size(); i += kArmorColumns) {
    armored.append(text, i, kArmorColumns).append("\n");
  }
  return armored.append(kFooter);
}

std::string ssh_signed_data(const SshSigned& what, SshHash hash) {
  std::string bytes(kMagic);
  append_ssh_string(bytes, what.name_space);
  append_ssh_string(bytes, "");
  append_ssh_string(bytes, to_string(hash));
  append_ssh_string(bytes, ssh_hash(hash, what.message));
  return bytes;
}

base::Result<void> verify_ssh_signature(const SshSigned& what, const SshSignature& signature) {
  if (signature.name_space != what.name_space || !valid_ssh_namespace(what.name_space)) {
    return fail(base::error(base::Code::Rejected, "AUD-0023", "the signature is for something else")
                    .because(fmt::format("its namespace is {}, not {}",
                                         base::in_quotes(signature.name_space),
                                         base::in_quotes(what.name_space)))
                    .then(fmt::format("ssh-keygen -Y sign -n {} -f KEY FILE", what.name_space),
                          "signs the text for this use"));
  }
  const bool fits = algorithm_fits(signature.key, signature.algorithm) &&
                    value_fits(signature, ssh_signed_data(what, signature.hash));
  if (!fits) return forged_signature(signature);
  if (is_security_key(signature.key.type()) &&
      !signature.security_key.value_or(SecurityKeyFacts{}).user_present()) {
    return fail(base::error(base::Code::Rejected, "AUD-0029", "nobody touched the security key")
                    .because("the signature says that it was made without a touch")
                    .then("make a key without -O no-touch-required", "every signature is a touch"));
  }
  return {};
}

base::Result<SshSignature> verify_ssh_signature(const SshSigned& what, std::string_view armored) {
  auto signature = SshSignature::parse(armored);
  if (!signature) return signature;
  if (auto verified = verify_ssh_signature(what, *signature); !verified) {
    return fail(std::move(verified).error());
  }
  return signature;
}

}  // namespace stellwerk::audit

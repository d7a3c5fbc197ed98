// Files of allowed signers. What is read can be written and is read again; a refusal has its place
// inside the file; a pattern costs no more than its length times the text's.
#include "audit/allowed_signers.h"

#include "audit/testing/ssh_examples.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

void check_answers(const audit::AllowedSigners& file) {
  static const audit::SshPublicKey example_key =
      audit::SshPublicKey::parse(audit::testing::kEd25519Line).value();
  const audit::SignatureUse use{"approval@stellwerk", base::WallTime{1760529600000000}};
  const bool anybody = file.allows("anna", example_key, use).has_value();
  // Who is allowed is among those whom the key names.
  FUZZ_REQUIRE(!anybody || !file.who(example_key, use).empty());
  const auto unknown = audit::SshPublicKey::parse(audit::testing::kRsaLine).value();
  const auto refused = file.allows("", unknown, use);
  FUZZ_REQUIRE(refused || refused.error().id == "AUD-0025");
}

}  // namespace

void take(std::string_view bytes) {
  const auto file = audit::AllowedSigners::parse(bytes, "signers");
  if (!file) {
    const auto& error = file.error();
    FUZZ_REQUIRE(error.id == "AUD-0024" && !error.why.empty());
    FUZZ_REQUIRE(inside(bytes, error.where.line, error.where.column));
    return;
  }
  const auto text = audit::format_allowed_signers(file->entries());
  FUZZ_REQUIRE(text.has_value());
  const auto again = audit::AllowedSigners::parse(*text, "signers");
  FUZZ_REQUIRE(again && again->entries() == file->entries());
  check_answers(*file);
}

}  // namespace stellwerk::fuzz

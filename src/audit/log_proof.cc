#include "audit/log_proof.h"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "audit/encoding.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/proof.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

base::Failure not_a_proof(std::size_t line, std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0013", "not a proof from a log")
                  .because(fmt::format("line {}: {}", line, why))
                  .now("nothing was proven")
                  .then("get the file again from where it was written",
                        "it begins with c2sp.org/tlog-proof@v1"));
}

/// Reads the lines above the checkpoint, of which the first was seen.
base::Result<LogProof> parse_head(std::span<const std::string_view> lines) {
  LogProof proof;
  std::size_t at = 1;
  if (at < lines.size() && lines[at].starts_with(kExtra)) {
    auto extra = base::from_base64(lines[at].substr(kExtra.size()));
    if (!extra) return not_a_proof(at + 1, "its extra data is not base64");
    proof.extra = std::move(*extra);
    ++at;
  }
  const bool has_index = at < lines.size() && lines[at].starts_with(kIndex);
  if (!has_index) return not_a_proof(at + 1, "here should be `index` and a number");
  const auto index = decimal(lines[at].substr(kIndex.size()));
  if (!index) return not_a_proof(at + 1, "the index is no number without leading zeros");
  proof.index = *index;
  for (++at; at < lines.size(); ++at) {
    const auto hash = digest_from_base64(lines[at]);
    if (!hash) return not_a_proof(at + 1, "this is not the base64 of a SHA-256 hash");
    if (proof.hashes.size() == LogProof::kHashesMax) return not_a_proof(at + 1, "too many hashes");
    proof.hashes.push_back(*hash);
  }
  return proof;
}

}  // namespace

std::string LogProof::to_text() const {
  std::string text = fmt::format("{}\n", kFirstLine);
  if (extra) text += fmt::format("{}{}\n", kExtra, base::to_base64(base::as_bytes(*extra)));
  text += fmt::format("{}{}\n", kIndex, index);
  for (const auto& hash : hashes) text += base::to_base64(hash.bytes) + "\n";
  return text + "\n" + checkpoint;
}

base::Result<LogProof> LogProof::parse(std::string_view text) {
  if (text.size() > kBytesMax) return not_a_proof(1, "the file is larger than 4 MiB");
  const auto blank = text.find("\n\n");
  if (blank == text.npos) return not_a_proof(1, "no blank line comes before a checkpoint");
  const auto lines = base::split(text.substr(0, blank), '\n');
  if (lines.front() != kFirstLine) {
    return not_a_proof(1, fmt::format("here should be {}", kFirstLine));
  }
  auto proof = parse_head(lines);
  if (!proof) return proof;
  proof->checkpoint = std::string(text.substr(blank + 2));
  if (const auto note = parse_note(proof->checkpoint); !note) return fail(note.error());
  return proof;
}

base::Result<CosignedCheckpoint> verify_log_proof(const LogProof& proof, std::string_view entry,
                                                  const LogPolicy& policy) {
  auto verified = verify_checkpoint(proof.checkpoint, policy);
  if (!verified) return verified;
  const auto& checkpoint = verified->checkpoint;
  const LeafPosition position{.index = proof.index, .tree_size = checkpoint.size};
  auto included = verify_inclusion(leaf_hash(entry), position, proof.hashes, checkpoint.root);
  if (!included) return fail(std::move(included).error());
  return verified;
}

}  // namespace stellwerk::audit

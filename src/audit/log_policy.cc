#include "audit/log_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "audit/checkpoint.h"
#include "audit/encoding.h"
#include "audit/note.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

/// A word of a line, and where it begins.
struct PolicyWord {
  std::string_view text;
  int column = 1;
};
using PolicyWords = std::vector<PolicyWord>;

bool is_policy_space(char c) { return c == ' ' || c == '\t'; }

PolicyWords words_of(std::string_view line) {
  PolicyWords words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t begin = at;
    while (at < line.size() && !is_policy_space(line[at])) ++at;
    if (at == begin) {
      ++at;
      continue;
    }
    words.push_back(
        {.text = line.substr(begin, at - begin), .column = static_cast<int>(begin) + 1});
  }
  return words;
}

/// Reads a policy line by line; what lines before have defined is in it.
class PolicyReader {
 public:
  explicit PolicyReader(std::string_view file) : file_(file.empty() ? "policy" : file) {}

  base::Result<LogPolicy> read(std::string_view text);

 private:
  base::Result<void> take_line(std::string_view line);
  base::Result<void> take_log(const PolicyWords& words);
  base::Result<void> take_witness(const PolicyWords& words);
  base::Result<void> take_group(const PolicyWords& words);
  base::Result<void> take_quorum(const PolicyWords& words);
  base::Result<void> define(const PolicyWord& name);
  base::Result<void> add_member(PolicyGroup& group, const PolicyWord& member);
  base::Result<KeyText> new_key(const PolicyWord& word, std::set<std::string>& known) const;
  base::Failure wrong(const PolicyWord& word, std::string why) const;
  base::Failure wrong_form(std::string_view form) const;

  std::string file_;
  int line_ = 0;
  LogPolicy policy_;
  bool has_quorum_ = false;
  std::set<std::string, std::less<>> defined_;
  std::set<std::string, std::less<>> members_;  ///< of any group
  std::set<std::string> log_keys_;
  std::set<std::string> witness_keys_;
};

base::Failure PolicyReader::wrong(const PolicyWord& word, std::string why) const {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0014", "not a policy of logs")
                  .because(std::move(why))
                  .now("no checkpoint is judged by this file")
                  .then("mend this line", "lines are log, witness, group, quorum and # comments")
                  .at({.file = file_, .line = line_, .column = word.column}));
}

base::Failure PolicyReader::wrong_form(std::string_view form) const {
  return wrong({.text = {}, .column = 1}, fmt::format("the line should be: {}", form));
}

base::Result<LogPolicy> PolicyReader::read(std::string_view text) {
  if (text.size() > LogPolicy::kBytesMax) return wrong({}, "it is larger than 1 MiB");
  if (text.ends_with('\n')) text.remove_suffix(1);
  for (const auto line : base::split(text, '\n')) {
    ++line_;
    if (line_ > static_cast<int>(LogPolicy::kLinesMax)) {
      return wrong({}, fmt::format("it has more than {} lines", LogPolicy::kLinesMax));
    }
    if (auto taken = take_line(line); !taken) return fail(std::move(taken).error());
  }
  if (!has_quorum_) return wrong({}, "it has no quorum line; `quorum none` demands no witness");
  return std::move(policy_);
}

base::Result<void> PolicyReader::take_line(std::string_view line) {
  const auto control = std::find_if(line.begin(), line.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
  if (control != line.end()) {
    const auto column = static_cast<int>(control - line.begin()) + 1;
    return wrong({.text = {}, .column = column}, "a control character; only tabs may be there");
  }
  const auto words = words_of(line);
  if (words.empty() || words.front().text.starts_with('#')) return {};
  const auto keyword = words.front().text;
  if (keyword == "log") return take_log(words);
  if (keyword == "witness") return take_witness(words);
  if (keyword == "group") return take_group(words);
  if (keyword == "quorum") return take_quorum(words);
  return wrong(words.front(),
               fmt::format("{} is none of log, witness, group, quorum", base::in_quotes(keyword)));
}

base::Result<KeyText> PolicyReader::new_key(const PolicyWord& word,
                                            std::set<std::string>& known) const {
  auto key = KeyText::parse(word.text);
  if (!key) return wrong(word, "not a verifier key: " + key.error().why);
  if (!known.insert(key->material).second) return wrong(word, "this key is on a line before, too");
  return key;
}

base::Result<void> PolicyReader::take_log(const PolicyWords& words) {
  if (words.size() < 2 || words.size() > 3) return wrong_form("log VKEY [URL]");
  const auto text = new_key(words[1], log_keys_);
  if (!text) return fail(text.error());
  const auto key = VerifierKey::from(*text);
  if (!key) return wrong(words[1], key.error().why);
  if (key->type != KeyType::Ed25519) {
    return wrong(words[1], "this is the key of a witness (type 0x04), a log's has type 0x01");
  }
  policy_.logs.push_back(
      {.key = *key, .url = words.size() == 3 ? std::string(words[2].text) : std::string()});
  return {};
}

base::Result<void> PolicyReader::take_witness(const PolicyWords& words) {
  if (words.size() < 3 || words.size() > 4) return wrong_form("witness NAME VKEY [URL]");
  if (auto defined = define(words[1]); !defined) return defined;
  auto key = new_key(words[2], witness_keys_);
  if (!key) return fail(std::move(key).error());
  if (key->type == kEd25519KeyType) {
    return wrong(words[2], "this is the key of a log (type 0x01), a witness's has type 0x04");
  }
  const bool is_cosigner = key->type == static_cast<std::uint8_t>(KeyType::Ed25519Cosignature);
  if (is_cosigner && !VerifierKey::from(*key)) return wrong(words[2], "its key has not 32 bytes");
  policy_.witnesses.push_back(
      {.name = std::string(words[1].text),
       .key = std::move(*key),
       .url = words.size() == 4 ? std::string(words[3].text) : std::string()});
  return {};
}

base::Result<void> PolicyReader::take_group(const PolicyWords& words) {
  if (words.size() < 4) return wrong_form("group NAME K|any|all MEMBER...");
  PolicyGroup group{.name = std::string(words[1].text), .threshold = 1, .members = {}};
  for (const auto& member : std::span(words).subspan(3)) {
    if (auto added = add_member(group, member); !added) return added;
  }
  if (auto defined = define(words[1]); !defined) return defined;
  if (words[2].text == "all") {
    group.threshold = group.members.size();
  } else if (words[2].text != "any") {
    const auto threshold = decimal(words[2].text);
    const bool fits = threshold && *threshold >= 1 && *threshold <= group.members.size();
    if (!fits) {
      return wrong(words[2], fmt::format("should be any, all, or a number from 1 to {}",
                                         group.members.size()));
    }
    group.threshold = static_cast<std::size_t>(*threshold);
  }
  policy_.groups.push_back(std::move(group));
  return {};
}

base::Result<void> PolicyReader::add_member(PolicyGroup& group, const PolicyWord& member) {
  if (!defined_.contains(member.text)) {
    return wrong(member, fmt::format("{} is no witness or group of a line before",
                                     base::in_quotes(member.text)));
  }
  if (!members_.emplace(member.text).second) {
    return wrong(member, fmt::format("{} is a member of a group already, it would count twice",
                                     base::in_quotes(member.text)));
  }
  group.members.emplace_back(member.text);
  return {};
}

base::Result<void> PolicyReader::define(const PolicyWord& name) {
  if (name.text == LogPolicy::kNone) return wrong(name, "the name none is taken");
  if (!defined_.emplace(name.text).second) {
    return wrong(name, fmt::format("{} is defined on a line before", base::in_quotes(name.text)));
  }
  return {};
}

base::Result<void> PolicyReader::take_quorum(const PolicyWords& words) {
  if (words.size() != 2) return wrong_form("quorum NAME|none");
  if (has_quorum_) return wrong(words[0], "there is a quorum line before");
  if (words[1].text != LogPolicy::kNone && !defined_.contains(words[1].text)) {
    return wrong(words[1], fmt::format("{} is no witness or group of a line before",
                                       base::in_quotes(words[1].text)));
  }
  policy_.quorum = std::string(words[1].text);
  has_quorum_ = true;
  return {};
}

bool has_cosigned(const PolicyWitness& witness, std::span<const Cosigner> cosigners) {
  const auto key = witness.verifier();
  return key && std::any_of(cosigners.begin(), cosigners.end(),
                            [&](const Cosigner& cosigner) { return cosigner.witness == *key; });
}

base::Failure quorum_not_reached(const LogPolicy& policy, std::span<const Cosigner> cosigners) {
  std::vector<std::string> missing;
  for (const auto& witness : policy.witnesses) {
    if (!has_cosigned(witness, cosigners)) missing.push_back(base::printable(witness.name));
  }
  return fail(
      base::error(base::Code::Rejected, "AUD-0015", "too few witnesses cosigned")
          .because(fmt::format("the quorum {} is not reached; not from: {}",
                               base::in_quotes(policy.quorum), base::short_list(missing, 20)))
          .now("the log signed this checkpoint, but it is not believed")
          .then("get a checkpoint with more cosignatures",
                "witnesses cosign what continues all they saw"));
}

bool signed_with(const Note& note, const VerifierKey& key) {
  return std::any_of(note.signatures.begin(), note.signatures.end(), [&](const auto& signature) {
    return signature.name == key.name && signature.key_id == key.id();
  });
}

}  // namespace

std::optional<VerifierKey> PolicyWitness::verifier() const {
  const auto verifier = VerifierKey::from(key);
  if (!verifier || verifier->type != KeyType::Ed25519Cosignature) return std::nullopt;
  return *verifier;
}

LogPolicy LogPolicy::trusting(VerifierKey log) {
  LogPolicy policy;
  policy.logs.push_back({.key = std::move(log), .url = {}});
  return policy;
}

base::Result<LogPolicy> LogPolicy::parse(std::string_view text, std::string_view file) {
  return PolicyReader(file).read(text);
}

std::string LogPolicy::to_text() const {
  const auto url_of = [](const auto& line) { return line.url.empty() ? "" : " " + line.url; };
  std::string text;
  for (const auto& log : logs) text += fmt::format("log {}{}\n", log.key.to_string(), url_of(log));
  for (const auto& witness : witnesses) {
    text +=
        fmt::format("witness {} {}{}\n", witness.name, witness.key.to_string(), url_of(witness));
  }
  for (const auto& group : groups) {
    text +=
        fmt::format("group {} {} {}\n", group.name, group.threshold, fmt::join(group.members, " "));
  }
  return text + fmt::format("quorum {}\n", quorum);
}

std::vector<VerifierKey> LogPolicy::verifiers() const {
  std::vector<VerifierKey> keys;
  for (const auto& witness : witnesses) {
    if (auto key = witness.verifier()) keys.push_back(std::move(*key));
  }
  return keys;
}

bool satisfied(const LogPolicy& policy, std::span<const Cosigner> cosigners) {
  if (policy.quorum == LogPolicy::kNone) return true;
  std::set<std::string, std::less<>> cosigned;
  for (const auto& witness : policy.witnesses) {
    if (has_cosigned(witness, cosigners)) cosigned.insert(witness.name);
  }
  for (const auto& group : policy.groups) {
    const auto count =
        std::count_if(group.members.begin(), group.members.end(),
                      [&](const std::string& member) { return cosigned.contains(member); });
    if (static_cast<std::size_t>(count) >= group.threshold) cosigned.insert(group.name);
  }
  return cosigned.contains(policy.quorum);
}

base::Result<CosignedCheckpoint> verify_checkpoint(std::string_view note_bytes,
                                                   const LogPolicy& policy) {
  const auto note = parse_note(note_bytes);
  if (!note) return fail(note.error());
  const auto witnesses = policy.verifiers();
  std::optional<CosignedCheckpoint> verified;
  for (const auto& log : policy.logs) {
    if (!signed_with(*note, log.key)) continue;
    auto cosigned = verify_cosigned(note_bytes, log.key, witnesses);
    if (!cosigned) return cosigned;
    verified = std::move(*cosigned);
  }
  if (!verified) {
    return fail(base::error(base::Code::Rejected, "AUD-0006", "the checkpoint cannot be trusted")
                    .because("none of the policy's logs signed it")
                    .now("nothing of it was used")
                    .then("compare the log's key with those in the policy", "by name and id"));
  }
  if (!satisfied(policy, verified->cosigners)) {
    return quorum_not_reached(policy, verified->cosigners);
  }
  return std::move(*verified);
}

}  // namespace stellwerk::audit

#include "audit/approval.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "audit/signer_line.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

constexpr std::string_view kFirstLine = "stellwerk-approval/v1";
constexpr std::string_view kNoDigest = "none";
constexpr std::size_t kWordBytesMax = 63;
constexpr std::size_t kVersionBytesMax = 128;
constexpr std::size_t kStepBytesMax = 200;

base::Failure no_approval(std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0026", "not the text of an approval")
                  .because(std::move(why))
                  .then("ask for the text again", "and sign it as it comes, without an editor"));
}

bool valid_word(std::string_view word) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  return !word.empty() && word.size() <= kWordBytesMax &&
         std::all_of(word.begin(), word.end(), plain);
}

bool valid_name(const std::string& name) { return base::parse_name(name).has_value(); }

/// A whole second of the years 0000 to 9999.
bool valid_end(base::WallTime t) {
  const auto read = base::parse_rfc3339(base::rfc3339(t));
  return read && *read == t && whole_second(t) == t;
}

std::string second_text(base::WallTime t) {
  std::string text = base::rfc3339(t);
  return text.erase(text.find('.')) + "Z";
}

std::string artifacts_problem(const std::vector<ApprovedArtifact>& ordered) {
  if (ordered.size() > kApprovedArtifactsMax) return "more than 64 artifacts";
  const auto twice =
      std::adjacent_find(ordered.begin(), ordered.end(),
                         [](const auto& a, const auto& b) { return a.component == b.component; });
  if (twice != ordered.end()) return fmt::format("{} is there twice", twice->component.str());
  for (const auto& artifact : ordered) {
    const std::string version = artifact.version.to_string();
    if (!valid_name(artifact.component.str()) || version.size() > kVersionBytesMax ||
        base::SemVer::parse(version) != artifact.version) {
      return fmt::format("{} is no artifact", base::in_quotes(to_string(artifact)));
    }
  }
  return {};
}

/// Names with slashes between them: `rollout/wave-2`.
bool valid_step(std::string_view step) {
  if (step.size() > kStepBytesMax) return false;
  const auto parts = base::split(step, '/');
  return std::all_of(parts.begin(), parts.end(),
                     [](std::string_view part) { return base::parse_name(part).has_value(); });
}

std::string steps_problem(const std::vector<std::string>& ordered) {
  if (ordered.size() > kSignedStepsMax) return "more than 64 steps";
  const auto twice = std::adjacent_find(ordered.begin(), ordered.end());
  if (twice != ordered.end()) return fmt::format("{} is there twice", base::in_quotes(*twice));
  for (const std::string& step : ordered)
    if (!valid_step(step)) return fmt::format("{} is no step", base::in_quotes(step));
  return {};
}

std::string field_problem(const Approval& approval) {
  if (!valid_name(approval.installation.str())) return "the installation is no name";
  if (!valid_name(approval.release.str())) return "the release is no name";
  if (!valid_word(approval.role)) return "the role is not of a-z and -, or too long";
  if (!valid_word(approval.decision)) return "the decision is not of a-z and -, or too long";
  if (!valid_end(approval.expires)) return "the end is no whole second of the years 0 to 9999";
  return {};
}

// --- reading ---

std::optional<std::uint64_t> canonical_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return number;
}

/// Reads line by line; the first problem stays, and nothing is read after it.
class ApprovalReader {
 public:
  explicit ApprovalReader(std::string_view text) : lines_(base::split(text, '\n')) {
    // What the text ends in is an empty line for split().
    lines_.pop_back();
  }

  [[nodiscard]] bool next_is(std::string_view key) const {
    return next_ < lines_.size() && lines_[next_].starts_with(key) &&
           lines_[next_].substr(key.size()).starts_with(": ");
  }
  std::string_view value(std::string_view key) {
    if (!next_is(key)) {
      ++next_;
      refuse(fmt::format("expected `{}: …`", key));
      return {};
    }
    return lines_[next_++].substr(key.size() + 2);
  }
  void first_line() {
    if (next_ == lines_.size() || lines_[next_++] != kFirstLine) {
      refuse(fmt::format("expected `{}`", kFirstLine));
    }
  }
  void end() {
    if (next_++ < lines_.size()) refuse("expected the end");
  }

  template <class Tag>
  base::Id<Tag> name(std::string_view key) {
    auto read = base::parse_name(value(key));
    return base::Id<Tag>(kept(std::move(read)));
  }
  base::Digest digest(std::string_view key) { return kept(base::Digest::parse(value(key))); }
  std::string word(std::string_view key) {
    const auto text = value(key);
    if (!valid_word(text)) refuse("it is 1 to 63 of a-z and -");
    return std::string(text);
  }
  ApprovedArtifact artifact();
  ApprovedHead head();
  ApprovalNonce nonce();
  base::WallTime end_time(std::string_view key) {
    const auto text = value(key);
    const auto time = kept(base::parse_rfc3339(text));
    if (second_text(time) != text) refuse("a time is written 2026-01-01T00:00:00Z");
    return time;
  }

  /// About the line that was read last.
  void refuse(std::string_view why) {
    if (problem_.empty()) problem_ = fmt::format("line {}: {}", next_, why);
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  template <class T>
  T kept(base::Result<T> read) {
    if (read) return std::move(*read);
    refuse(read.error().why.empty() ? read.error().message : read.error().why);
    return T{};
  }

  std::vector<std::string_view> lines_;
  std::size_t next_ = 0;  ///< and so the number, from 1, of the line read last
  std::string problem_;
};

ApprovedArtifact ApprovalReader::artifact() {
  const auto words = base::split(value("artifact"), ' ');
  if (words.size() != 3) return refuse("it is COMPONENT VERSION DIGEST"), ApprovedArtifact{};
  ApprovedArtifact artifact;
  artifact.component = base::ComponentName(kept(base::parse_name(words[0])));
  if (words[1].size() > kVersionBytesMax) refuse("the version has over 128 characters");
  artifact.version = kept(base::SemVer::parse(words[1]));
  if (words[2] != kNoDigest) artifact.digest = kept(base::Digest::parse(words[2]));
  return artifact;
}

ApprovedHead ApprovalReader::head() {
  const auto words = base::split(value("head"), ' ');
  const auto size = canonical_number(words[0]);
  if (words.size() != 2 || !size) return refuse("it is SIZE ROOT"), ApprovedHead{};
  ApprovedHead head{.size = *size, .root = {}};
  const auto root = kept(base::from_base64(words[1]));
  if (root.size() != head.root.bytes.size()) {
    return refuse("the root is not the base64 of 32 bytes"), ApprovedHead{};
  }
  std::transform(root.begin(), root.end(), head.root.bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return head;
}

ApprovalNonce ApprovalReader::nonce() {
  const auto text = value("nonce");
  ApprovalNonce nonce{};
  const auto bytes = kept(base::from_hex(text));
  if (bytes.size() != nonce.size() || base::to_hex(base::as_bytes(bytes)) != text) {
    return refuse("it is 32 of 0-9 and a-f"), ApprovalNonce{};
  }
  std::transform(bytes.begin(), bytes.end(), nonce.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return nonce;
}

Approval read_approval(ApprovalReader& reader) {
  Approval approval;
  reader.first_line();
  approval.installation = reader.name<base::InstallationTag>("installation");
  approval.release = reader.name<base::ReleaseTag>("release");
  approval.plan = reader.digest("plan");
  while (reader.problem().empty() && reader.next_is("artifact")) {
    approval.artifacts.push_back(reader.artifact());
    if (approval.artifacts.size() > kApprovedArtifactsMax) reader.refuse("more than 64 artifacts");
  }
  approval.role = reader.word("role");
  approval.decision = reader.word("decision");
  while (reader.problem().empty() && reader.next_is("step")) {
    approval.steps.emplace_back(reader.value("step"));
    if (approval.steps.size() > kSignedStepsMax) reader.refuse("more than 64 steps");
  }
  if (reader.next_is("reason")) approval.reason = reader.digest("reason");
  if (reader.next_is("head")) approval.head = reader.head();
  approval.nonce = reader.nonce();
  approval.expires = reader.end_time("expires");
  reader.end();
  return approval;
}

}  // namespace

std::string to_string(const ApprovedArtifact& artifact) {
  return fmt::format("{} {} {}", artifact.component.str(), artifact.version.to_string(),
                     artifact.digest ? artifact.digest->to_string() : std::string(kNoDigest));
}

std::vector<ApprovedArtifact> in_order(std::vector<ApprovedArtifact> artifacts) {
  std::sort(artifacts.begin(), artifacts.end(),
            [](const auto& a, const auto& b) { return a.component < b.component; });
  return artifacts;
}

base::Result<std::string> Approval::to_text() const {
  const auto ordered = in_order(artifacts);
  auto ordered_steps = steps;
  std::sort(ordered_steps.begin(), ordered_steps.end());
  auto problem = field_problem(*this);
  if (problem.empty()) problem = artifacts_problem(ordered);
  if (problem.empty()) problem = steps_problem(ordered_steps);
  if (!problem.empty()) return no_approval(std::move(problem));
  std::string text = fmt::format("{}\ninstallation: {}\nrelease: {}\nplan: {}\n", kFirstLine,
                                 installation.str(), release.str(), plan.to_string());
  for (const auto& artifact : ordered) {
    text += fmt::format("artifact: {}\n", to_string(artifact));
  }
  text += fmt::format("role: {}\ndecision: {}\n", role, decision);
  for (const std::string& step : ordered_steps) text += fmt::format("step: {}\n", step);
  if (reason) text += fmt::format("reason: {}\n", reason->to_string());
  if (head) text += fmt::format("head: {} {}\n", head->size, base::to_base64(head->root.bytes));
  text += fmt::format("nonce: {}\nexpires: {}\n", base::to_hex(nonce), second_text(expires));
  return text;
}

base::Result<Approval> Approval::parse(std::string_view text) {
  if (text.size() > kApprovalBytesMax) return no_approval("it is larger than 32 KiB");
  if (!text.ends_with('\n')) return no_approval("it does not end in a newline");
  ApprovalReader reader(text);
  auto approval = read_approval(reader);
  if (!reader.problem().empty()) return no_approval(reader.problem());
  const auto again = approval.to_text();
  if (!again) return no_approval(again.error().why);
  if (*again != text)
    return no_approval("its artifacts or steps are not in the order of their names");
  return approval;
}

}  // namespace stellwerk::audit

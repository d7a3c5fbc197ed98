#include "audit/signer_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/text.h"

namespace stellwerk::audit {
namespace {

constexpr std::string_view kFieldEnds = " \t";
constexpr std::string_view kLineForm = "PRINCIPALS [OPTIONS] TYPE BASE64 [COMMENT]";
constexpr std::string_view kTimeForm = "a time is YYYYMMDDZ, YYYYMMDDHHMMZ or YYYYMMDDHHMMSSZ";

/// The time that `text` says, or why it says none. OpenSSH reads what lacks the Z as local time.
struct TimeText {
  std::optional<base::WallTime> time;
  std::string why;
};
TimeText read_openssh_time(std::string_view text) {
  auto digits = text;
  const bool utc = digits.ends_with('Z');
  if (utc) digits.remove_suffix(1);
  if (!std::all_of(digits.begin(), digits.end(), base::is_digit) ||
      (digits.size() != 8 && digits.size() != 12 && digits.size() != 14)) {
    return {std::nullopt, std::string(kTimeForm)};
  }
  if (!utc && digits.size() != 8) {
    return {std::nullopt, "a time without Z is local time, which differs from place to place"};
  }
  std::string padded(digits);
  padded.append(14 - digits.size(), '0');
  const std::string_view d = padded;
  if (d.substr(12) == "60") return {std::nullopt, "there is no second 60"};
  const auto time = base::parse_rfc3339(fmt::format("{}-{}-{}T{}:{}:{}Z", d.substr(0, 4),
                                                    d.substr(4, 2), d.substr(6, 2), d.substr(8, 2),
                                                    d.substr(10, 2), d.substr(12)));
  if (!time) return {std::nullopt, time.error().why};
  if (time->us <= 0) return {std::nullopt, "it is not after 1970-01-01T00:00:00Z"};
  return {*time, {}};
}

/// Empty when the pattern can be used.
std::string pattern_problem(std::string_view pattern) {
  const auto name = pattern.substr(pattern.starts_with('!') ? 1 : 0);
  if (name.empty()) return "a pattern is empty";
  if (name.size() > kPatternBytesMax) {
    return fmt::format("a pattern has over {} bytes", kPatternBytesMax);
  }
  if (base::printable(name, name.size()) != name) {
    return "a pattern holds control characters or is not UTF-8";
  }
  if (name.find_first_of("\"\\") != name.npos) return "a pattern holds quotes or backslashes";
  if (name.front() == ' ' || name.back() == ' ') return "a pattern begins or ends with a blank";
  if (pattern.front() == '#') return "a pattern begins with #, like a comment";
  return {};
}

/// Reads from left to right; the first problem stays, and nothing is read after it.
class SignerLineReader {
 public:
  SignerLineReader(std::string_view line, base::SourcePosition where)
      : line_(line), where_(std::move(where)) {}

  base::Result<AllowedSigner> read() {
    skip_blanks();
    auto principals = read_principals();
    skip_blanks();
    if (ok() && !names_ssh_key_type(word())) read_options();
    auto key = read_key();
    auto comment = ok() ? read_comment() : std::string{};
    if (!ok() || !key) return no_signer_line(where_, why_);
    return AllowedSigner{.principals = std::move(principals),
                         .key = std::move(*key),
                         .namespaces = std::move(namespaces_),
                         .valid_after = valid_after_,
                         .valid_before = valid_before_,
                         .comment = std::move(comment)};
  }

 private:
  [[nodiscard]] bool ok() const { return why_.empty(); }
  [[nodiscard]] bool at_end() const { return next_ == line_.size(); }
  [[nodiscard]] bool at(char c) const { return !at_end() && line_[next_] == c; }
  [[nodiscard]] bool at_blank() const { return at(' ') || at('\t'); }
  void skip_blanks() {
    while (at_blank()) ++next_;
  }
  void stop(std::size_t offset, std::string why) {
    if (!ok()) return;
    where_.column = static_cast<int>(offset) + 1;
    why_ = std::move(why);
  }
  /// What is left up to the next blank.
  [[nodiscard]] std::string_view word() const {
    const auto rest = line_.substr(next_);
    return rest.substr(0, rest.find_first_of(kFieldEnds));
  }

  /// Between quotes; they cannot be escaped.
  std::string_view quoted() {
    const auto begin = next_ + 1;
    if (!at('"')) return stop(next_, "a quote \" is missing here"), std::string_view{};
    const auto end = line_.find('"', begin);
    if (end == line_.npos) return stop(next_, "this quote is never closed"), std::string_view{};
    next_ = end + 1;
    return line_.substr(begin, end - begin);
  }

  PatternList patterns(std::string_view text) {
    PatternList list;
    auto offset = static_cast<std::size_t>(text.data() - line_.data());
    for (const auto pattern : base::split(text, ',')) {
      if (auto why = pattern_problem(pattern); !why.empty()) stop(offset, std::move(why));
      if (list.patterns.size() == kPatternsMax) stop(offset, "more than 64 patterns");
      if (!ok()) return list;
      list.patterns.emplace_back(pattern);
      offset += pattern.size() + 1;
    }
    return list;
  }

  PatternList read_principals() {
    if (at('"')) {
      const auto text = quoted();
      if (ok() && !at_end() && !at_blank()) stop(next_, "a blank is missing after the quote");
      return ok() ? patterns(text) : PatternList{};
    }
    const auto text = word();
    next_ += text.size();
    return patterns(text);
  }

  void read_options() {
    if (at_end()) return stop(next_, fmt::format("the key is missing: {}", kLineForm));
    while (ok()) {
      read_option();
      if (!ok() || at_end() || at_blank()) break;
      if (!at(',')) return stop(next_, "a comma or a blank is missing after an option");
      ++next_;
    }
    skip_blanks();
    if (valid_after_ && valid_before_ && *valid_before_ <= *valid_after_) {
      stop(validity_, "valid-before is not later than valid-after");
    }
  }

  void read_option() {
    const auto begin = next_;
    const auto rest = line_.substr(begin);
    const auto written = rest.substr(0, rest.find_first_of(" \t=,\""));
    const auto name = base::lower_ascii(written);  // as OpenSSH compares them
    next_ += written.size();
    if (name == "cert-authority") {
      return stop(begin, "certificates are not supported: list every key by itself");
    }
    if (name != "namespaces" && name != "valid-after" && name != "valid-before") {
      return stop(begin,
                  at('=') ? fmt::format("{} is no option: namespaces, valid-after and valid-before "
                                        "are",
                                        base::in_quotes(written))
                          : fmt::format("{} is neither an option nor a type of key",
                                        base::in_quotes(written)));
    }
    if (!at('=')) return stop(next_, fmt::format("= is missing after {}", name));
    ++next_;
    read_option_value(name, begin);
  }

  void read_option_value(std::string_view name, std::size_t begin) {
    const auto value_begin = next_ + 1;
    const auto value = quoted();
    if (!ok()) return;
    if (name == "namespaces") {
      if (namespaces_) return stop(begin, "namespaces is there twice");
      namespaces_ = patterns(value);
      return;
    }
    auto& time = name == "valid-after" ? valid_after_ : valid_before_;
    if (time) return stop(begin, fmt::format("{} is there twice", name));
    auto said = read_openssh_time(value);
    if (!said.time) return stop(value_begin, std::move(said.why));
    time = said.time;
    validity_ = begin;
  }

  std::optional<SshPublicKey> read_key() {
    if (!ok()) return std::nullopt;
    const auto begin = next_;
    const auto type = word();
    if (type.empty()) return stop(begin, "the key is missing after the options"), std::nullopt;
    next_ += type.size();
    skip_blanks();
    const auto base64_begin = next_;
    const auto base64 = word();
    next_ += base64.size();
    if (base64.empty()) return stop(base64_begin, "the base64 of the key is missing"), std::nullopt;
    if (auto problem = ssh_key_type_problem(type); !problem.empty()) {
      return stop(begin, std::move(problem)), std::nullopt;
    }
    auto key = SshPublicKey::from_text({type, base64});
    if (!key) return stop(base64_begin, std::move(key).error().why), std::nullopt;
    return std::move(*key);
  }

  std::string read_comment() {
    skip_blanks();
    const auto comment = base::trim(line_.substr(next_));
    if (base::printable(comment, comment.size()) != comment) {
      stop(next_, "the comment holds control characters or is not UTF-8");
    }
    return std::string(comment);
  }

  std::string_view line_;
  base::SourcePosition where_;
  std::size_t next_ = 0;
  std::string why_;
  std::optional<PatternList> namespaces_;
  std::optional<base::WallTime> valid_after_;
  std::optional<base::WallTime> valid_before_;
  std::size_t validity_ = 0;  ///< where the option with a time that was read last begins
};

}  // namespace

base::Result<AllowedSigner> read_signer_line(std::string_view line, base::SourcePosition where) {
  return SignerLineReader(line, std::move(where)).read();
}

base::WallTime whole_second(base::WallTime t) {
  const std::int64_t second = base::seconds(1).us;
  const std::int64_t over = ((t.us % second) + second) % second;
  return {t.us - over};
}

std::string openssh_time(base::WallTime t) {
  std::string text = base::rfc3339(t);
  text.erase(text.find('.'));
  std::erase_if(text, [](char c) { return !base::is_digit(c); });
  return text + "Z";
}

base::Failure no_signer_line(base::SourcePosition where, std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0024", "not a file of allowed signers")
                  .because(std::move(why))
                  .at(std::move(where)));
}

}  // namespace stellwerk::audit

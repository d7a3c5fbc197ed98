#include "base/semver.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>

#include "base/text.h"

namespace stellwerk::base {
namespace {

constexpr bool is_identifier_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}
bool is_numeric(std::string_view identifier) {
  return std::all_of(identifier.begin(), identifier.end(), is_digit);
}

/// Reads the grammar from left to right; the first problem stays in `problem`, and nothing is read
/// after it.
class VersionReader {
 public:
  explicit VersionReader(std::string_view text) : text_(text) {}

  std::uint64_t number() {
    const auto start = offset_;
    const auto digits = run(is_digit);
    if (digits.empty()) return stop(offset_, "expected a digit"), 0;
    if (has_leading_zero(digits)) return stop(start, "numbers have no leading zeros"), 0;
    std::uint64_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ec != std::errc{}) return stop(start, "the number is larger than 2^64-1"), 0;
    return value;
  }

  void dot() {
    if (!skip('.')) stop(offset_, "expected '.': a version has three numbers");
  }

  /// Dot-separated identifiers; §9 forbids leading zeros in numeric ones, §10 allows them.
  std::vector<std::string> identifiers(bool zeros_allowed) {
    std::vector<std::string> found;
    do {
      const auto start = offset_;
      const auto identifier = run(is_identifier_character);
      if (identifier.empty()) stop(offset_, "expected an identifier of 0-9, A-Z, a-z and '-'");
      if (!zeros_allowed && is_numeric(identifier) && has_leading_zero(identifier)) {
        stop(start, "numeric identifiers have no leading zeros");
      }
      found.emplace_back(identifier);
    } while (skip('.'));
    return found;
  }

  bool skip(char c) {
    if (!problem_.empty() || offset_ == text_.size() || text_[offset_] != c) return false;
    ++offset_;
    return true;
  }

  void end() {
    if (offset_ != text_.size()) stop(offset_, "expected '-', '+' or the end");
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  static bool has_leading_zero(std::string_view digits) {
    return digits.size() > 1 && digits.front() == '0';
  }

  std::string_view run(bool (*accepts)(char)) {
    const auto start = offset_;
    while (problem_.empty() && offset_ < text_.size() && accepts(text_[offset_])) ++offset_;
    return text_.substr(start, offset_ - start);
  }

  void stop(std::size_t offset, std::string_view reason) {
    if (problem_.empty()) problem_ = fmt::format("{}: {}", unexpected_at(text_, offset), reason);
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  std::string problem_;
};

/// Reads `text` into `version` and returns what is wrong with it; empty when nothing is.
std::string read_version(std::string_view text, SemVer& version) {
  VersionReader reader(text);
  version.major = reader.number();
  reader.dot();
  version.minor = reader.number();
  reader.dot();
  version.patch = reader.number();
  if (reader.skip('-')) version.pre_release = reader.identifiers(false);
  if (reader.skip('+')) version.build = reader.identifiers(true);
  reader.end();
  return reader.problem();
}

std::weak_ordering compare_identifiers(const std::string& a, const std::string& b) {
  const bool a_numeric = is_numeric(a);
  const bool b_numeric = is_numeric(b);
  if (a_numeric != b_numeric) {
    return a_numeric ? std::weak_ordering::less : std::weak_ordering::greater;
  }
  // Numbers may exceed 64 bits here; without leading zeros the longer one is the larger one.
  if (a_numeric && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

}  // namespace

Result<SemVer> SemVer::parse(std::string_view text) {
  SemVer version;
  auto problem = read_version(text, version);
  if (problem.empty()) return version;
  auto refused = error(Code::InvalidArgument, "BAS-0002",
                       in_quotes(text) + " is not a version as SemVer 2.0.0 defines it");
  const bool has_v = text.starts_with('v') || text.starts_with('V');
  SemVer without_v;
  if (has_v && read_version(text.substr(1), without_v).empty()) {
    return fail(std::move(refused)
                    .because(unexpected_at(text, 0) +
                             ": a leading v belongs to the Git tag, not to the version")
                    .then("write " + without_v.to_string(), "the same version without the v"));
  }
  return fail(std::move(refused).because(std::move(problem)));
}

std::string SemVer::to_string() const {
  auto text = fmt::format("{}.{}.{}", major, minor, patch);
  if (!pre_release.empty()) text += fmt::format("-{}", fmt::join(pre_release, "."));
  if (!build.empty()) text += fmt::format("+{}", fmt::join(build, "."));
  return text;
}

std::weak_ordering precedence(const SemVer& a, const SemVer& b) {
  const auto numbers = std::tie(a.major, a.minor, a.patch) <=> std::tie(b.major, b.minor, b.patch);
  if (numbers != 0) return numbers;
  if (a.is_pre_release() != b.is_pre_release()) {
    return a.is_pre_release() ? std::weak_ordering::less : std::weak_ordering::greater;
  }
  return std::lexicographical_compare_three_way(a.pre_release.begin(), a.pre_release.end(),
                                                b.pre_release.begin(), b.pre_release.end(),
                                                compare_identifiers);
}

}  // namespace stellwerk::base

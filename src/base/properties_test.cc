// Goal: what must hold for every version and every JSON value, tried on generated ones; a failure
// prints the smallest counterexample and the RC_PARAMS that reproduce it.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <compare>
#include <utility>

#include "base/canonical.h"
#include "base/ratio.h"
#include "base/semver.h"
#include "base/text.h"
#include "base/time.h"

namespace stellwerk::base {
namespace {

using rc::Gen;
namespace gen = rc::gen;

constexpr std::int64_t kIntegerMax = (std::int64_t{1} << 53) - 1;

Gen<std::string> text_of(std::string_view characters, int size_max) {
  const std::vector<char> choices(characters.begin(), characters.end());
  return gen::mapcat(gen::inRange(1, size_max + 1), [choices](int size) {
    return gen::container<std::string>(static_cast<std::size_t>(size), gen::elementOf(choices));
  });
}

Gen<std::vector<std::string>> identifiers_of(Gen<std::string> one) {
  return gen::mapcat(gen::inRange(0, 4), [one](int size) {
    return gen::container<std::vector<std::string>>(static_cast<std::size_t>(size), one);
  });
}

/// Few letters and small numbers, so that equal parts, which the order must get through, are
/// common.
Gen<SemVer> versions() {
  const auto number =
      gen::oneOf(gen::inRange<std::uint64_t>(0, 3), gen::arbitrary<std::uint64_t>());
  const auto numeric = gen::map(number, [](std::uint64_t n) { return std::to_string(n); });
  const auto word = gen::map(text_of("01aZ-", 3), [](std::string t) { return t + "b"; });
  return gen::build<SemVer>(
      gen::set(&SemVer::major, number), gen::set(&SemVer::minor, number),
      gen::set(&SemVer::patch, number),
      gen::set(&SemVer::pre_release, identifiers_of(gen::oneOf(numeric, word))),
      gen::set(&SemVer::build, identifiers_of(text_of("01aZ-", 3))));
}

// RapidCheck's assertions cannot take a comparison category apart.
bool before(const SemVer& a, const SemVer& b) { return std::is_lt(precedence(a, b)); }
bool equivalent(const SemVer& a, const SemVer& b) { return std::is_eq(precedence(a, b)); }

/// Characters of one to four bytes, among them all that are escaped and those that UTF-8 and UTF-16
/// sort differently.
Gen<std::string> json_texts() {
  const std::vector<std::string> characters{"a",
                                            "Z",
                                            "0",
                                            "\"",
                                            "\\",
                                            "/",
                                            "\n",
                                            "\x01",
                                            "\x7f",
                                            "é",
                                            "€",
                                            "\xed\x9f\xbf",
                                            "\xee\x80\x80",
                                            "\xef\xbf\xbf",
                                            "😀",
                                            "\xf4\x8f\xbf\xbf"};
  const auto pieces = gen::container<std::vector<std::string>>(gen::elementOf(characters));
  return gen::map(pieces, [](const std::vector<std::string>& all) {
    return fmt::format("{}", fmt::join(all, ""));
  });
}

Gen<Json> json_values(int depth) {
  auto integer = gen::map(gen::inRange<std::int64_t>(-kIntegerMax, kIntegerMax + 1),
                          [](std::int64_t n) { return Json(n); });
  auto text = gen::map(json_texts(), [](const std::string& t) { return Json(t); });
  auto boolean = gen::map(gen::arbitrary<bool>(), [](bool b) { return Json(b); });
  if (depth == 0) return gen::oneOf(integer, text, boolean);
  const auto size = gen::inRange<std::size_t>(0, 5);
  auto array = gen::mapcat(size, [depth](std::size_t n) {
    return gen::map(gen::container<std::vector<Json>>(n, json_values(depth - 1)),
                    [](const std::vector<Json>& items) { return Json(items); });
  });
  auto object = gen::mapcat(size, [depth](std::size_t n) {
    return gen::map(gen::container<std::vector<std::pair<std::string, Json>>>(
                        n, gen::pair(json_texts(), json_values(depth - 1))),
                    [](const std::vector<std::pair<std::string, Json>>& members) {
                      Json made = Json::object();
                      for (const auto& [key, value] : members) made[key] = value;
                      return made;
                    });
  });
  return gen::oneOf(integer, text, boolean, array, object);
}

/// UTF-16 code units by the definition, to judge the shortcut that canonical() takes.
std::u16string utf16(std::string_view text) {
  std::u16string units;
  for (std::size_t i = 0; i < text.size();) {
    const unsigned lead = static_cast<unsigned char>(text[i]);
    const int size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = size == 1 ? lead : lead & (0x7FU >> size);
    for (int k = 1; k < size; ++k)
      point =
          (point << 6) | (static_cast<unsigned char>(text[i + static_cast<std::size_t>(k)]) & 0x3F);
    i += static_cast<std::size_t>(size);
    if (point < 0x10000) {
      units += static_cast<char16_t>(point);
    } else {
      units += static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10));
      units += static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FF));
    }
  }
  return units;
}

/// The keys of every object of a canonical text, in the order in which they are written.
class KeyOrder final : public nlohmann::json_sax<Json> {
 public:
  bool sorted = true;

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open_.emplace_back(), true; }
  bool end_object() override { return open_.pop_back(), true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool key(string_t& name) override {
    auto& keys = open_.back();
    keys.push_back(utf16(name));
    if (keys.size() > 1 && !(keys[keys.size() - 2] < keys.back())) sorted = false;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  std::vector<std::vector<std::u16string>> open_;
};

RC_GTEST_PROP(SemVerProperty, PrintsWhatParsesBackToTheSame, ()) {
  const auto version = *versions();
  RC_ASSERT(SemVer::parse(version.to_string()).value() == version);
}

RC_GTEST_PROP(SemVerProperty, IsReflexiveAndAntisymmetric, ()) {
  const auto a = *versions();
  const auto b = *versions();
  RC_ASSERT(equivalent(a, a));
  RC_ASSERT(before(a, b) == std::is_gt(precedence(b, a)));
  RC_ASSERT(equivalent(a, b) == equivalent(b, a));
}

RC_GTEST_PROP(SemVerProperty, IsTransitive, ()) {
  std::vector<SemVer> three{*versions(), *versions(), *versions()};
  std::sort(three.begin(), three.end(), before);
  RC_ASSERT(!before(three[1], three[0]));
  RC_ASSERT(!before(three[2], three[1]));
  RC_ASSERT(!before(three[2], three[0]));
  const bool all_equivalent = equivalent(three[0], three[1]) && equivalent(three[1], three[2]);
  RC_ASSERT(all_equivalent == equivalent(three[0], three[2]));
}

RC_GTEST_PROP(SemVerProperty, DoesNotDependOnBuildMetadata, ()) {
  const auto a = *versions();
  auto b = a;
  b.build = {"other"};
  RC_ASSERT(equivalent(a, b));
}

/// §11 from the text: identifiers one by one, numbers by value, words by their bytes.
int order_by_rule(const SemVer& a, const SemVer& b) {
  const auto by = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  const auto number = [](const std::string& text) {
    return text.find_first_not_of("0123456789") == std::string::npos;
  };
  for (const auto part : {&SemVer::major, &SemVer::minor, &SemVer::patch})
    if (const int order = by(a.*part, b.*part); order != 0) return order;
  if (a.pre_release.empty() || b.pre_release.empty())
    return by(a.pre_release.empty(), b.pre_release.empty());
  for (std::size_t i = 0; i < std::min(a.pre_release.size(), b.pre_release.size()); ++i) {
    const auto& x = a.pre_release[i];
    const auto& y = b.pre_release[i];
    int order = by(number(y), number(x));
    if (order == 0 && number(x)) order = by(std::stoull(x), std::stoull(y));
    if (order == 0 && !number(x)) order = by(x, y);
    if (order != 0) return order;
  }
  return by(a.pre_release.size(), b.pre_release.size());
}

RC_GTEST_PROP(SemVerProperty, IsOrderedAsParagraphElevenSays, ()) {
  const auto a = *versions();
  const auto b = *versions();
  RC_ASSERT(before(a, b) == (order_by_rule(a, b) < 0));
  RC_ASSERT(equivalent(a, b) == (order_by_rule(a, b) == 0));
}

/// The same value written otherwise: members in the opposite order, with white space and escapes.
std::string written_otherwise(const Json& value) {
  std::string text;
  if (value.is_object()) {
    for (const auto& [key, item] : value.items())
      text = Json(key).dump(-1, ' ', true) + "\t:\r\n" + written_otherwise(item) +
             (text.empty() ? "" : " , " + text);
    return "{ " + text + " }";
  }
  if (value.is_array()) {
    for (const auto& item : value) text += (text.empty() ? "" : " ,\n") + written_otherwise(item);
    return "[ " + text + " ]";
  }
  return value.dump(-1, ' ', true);
}

RC_GTEST_PROP(CanonicalProperty, DoesNotDependOnHowTheValueWasWritten, ()) {
  const auto value = *json_values(3);
  const auto again = parse_json(written_otherwise(value));
  RC_ASSERT(again.has_value());
  RC_ASSERT(canonical(*again).value() == canonical(value).value());
}

RC_GTEST_PROP(CanonicalProperty, WritesWhatParsesBackToTheSame, ()) {
  const auto value = *json_values(3);
  const auto text = canonical(value).value();
  RC_ASSERT(parse_json(text).value() == value);
  RC_ASSERT(canonical(parse_json(text).value()).value() == text);
  RC_ASSERT(valid_utf8(text));
}

RC_GTEST_PROP(CanonicalProperty, SortsTheKeysOfEveryObjectByUtf16Units, ()) {
  const auto text = canonical(*json_values(3)).value();
  KeyOrder order;
  RC_ASSERT(Json::sax_parse(text, &order));
  RC_ASSERT(order.sorted);
}

RC_GTEST_PROP(CanonicalProperty, ReadsWhatItWrote, ()) {
  const auto value = *json_values(3);
  const auto text = canonical(value).value();
  const auto again = read_canonical(text);
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == value);
  // One byte less, more or another one: as parse_json() and canonical() judge it.
  auto changed = text;
  const auto at = *gen::inRange<std::size_t>(0, text.size());
  const std::string byte(1, *gen::elementOf(std::string("{}[]\":,0-1e.tfnu\\ d\n\xc3\xff")));
  changed.replace(at, *gen::inRange<std::size_t>(0, 2), *gen::element(byte, std::string()));
  const auto parsed = parse_json(changed);
  const bool is_canonical = parsed && canonical(*parsed) == changed;
  const auto read = read_canonical(changed);
  RC_ASSERT(read.has_value() == is_canonical);
  if (read.has_value()) RC_ASSERT(*read == *parsed);
}

RC_GTEST_PROP(ParseJsonProperty, AnswersEveryTextWithoutACrash, ()) {
  const auto text = *gen::container<std::string>(
      gen::elementOf(std::string("{}[]\":,0-1e.tfn\\u d8\n\xc3\xa9\xff")));
  const auto parsed = parse_json(text);
  if (parsed) return;
  RC_ASSERT(parsed.error().where.line >= 1);
  RC_ASSERT(parsed.error().where.column >= 1);
  RC_ASSERT(valid_utf8(parsed.error().why));
}

RC_GTEST_PROP(DurationProperty, PrintsWhatParsesBackToTheSame, ()) {
  const auto limit = hours(24 * 3650).us;
  const Duration span{*gen::inRange<std::int64_t>(-limit, limit + 1)};
  RC_ASSERT(parse_duration(to_string(span)).value() == span);
  RC_ASSERT(parse_offset(offset_text(span)).value() == span);
}

RC_GTEST_PROP(Rfc3339Property, PrintsWhatParsesBackToTheSameMillisecond, ()) {
  const auto first = parse_rfc3339("0000-01-01T00:00:00Z").value().us / 1000;
  const auto last = parse_rfc3339("9999-12-31T23:59:59Z").value().us / 1000;
  const WallTime time{*gen::inRange<std::int64_t>(first, last) * 1000};
  RC_ASSERT(parse_rfc3339(rfc3339(time)).value() == time);
}

RC_GTEST_PROP(PercentProperty, PrintsWhatParsesBackToTheSame, ()) {
  const Ppm share{*gen::inRange<std::int64_t>(0, kWhole.value + 1)};
  RC_ASSERT(parse_percent(percent_text(share)).value() == share);
}

}  // namespace
}  // namespace stellwerk::base

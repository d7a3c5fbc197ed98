// RFC 8785 without fractions: written (json.h) and read.
#include "base/canonical.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace stellwerk::base {
namespace {

constexpr std::int64_t kIntegerMax =
    (std::int64_t{1} << 53) - 1;        // what every JSON reader keeps exactly (RFC 7493 §2.2)
constexpr std::size_t kDepthMax = 512;  // bounds the recursion

using Member = const Json::object_t::value_type*;

/// UTF-16 puts supplementary characters (lead bytes F0..F4) before U+E000..U+FFFF (EE, EF);
/// otherwise UTF-8 and UTF-16 sort alike, and two valid texts differ first either in two lead bytes
/// or in two continuation bytes.
constexpr int utf16_rank(char c) {
  const int byte = static_cast<unsigned char>(c);
  return byte == 0xEE || byte == 0xEF ? byte + 0x10 : byte;
}

bool utf16_less(const std::string& a, const std::string& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return utf16_rank(x) < utf16_rank(y); });
}

/// What is written with a backslash, and the letter behind it.
constexpr std::string_view kShorts = "\b\t\n\f\r\"\\";
constexpr std::string_view kLetters = "btnfr\"\\";

bool escaped(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

/// Of a control character without a letter of its own; the part behind the backslash.
std::string unicode_escape(char c) { return fmt::format("u{:04x}", static_cast<unsigned char>(c)); }

class Writer {
 public:
  /// False at the first value that has no canonical form; `problem` then says which.
  bool write(const Json& value) {
    switch (value.type()) {
      case Json::value_t::boolean:
        text_ += value.get<bool>() ? "true" : "false";
        return true;
      case Json::value_t::number_integer:
        return write_integer(value.get<std::int64_t>());
      case Json::value_t::number_unsigned:
        return write_unsigned(value.get<std::uint64_t>());
      case Json::value_t::string:
        return write_string(value.get_ref<const std::string&>());
      case Json::value_t::array:
        return write_nested(value, &Writer::write_array);
      case Json::value_t::object:
        return write_nested(value, &Writer::write_object);
      case Json::value_t::null:
        return stop("null is not allowed: leave the key out");
      case Json::value_t::number_float:
        return stop("a fraction is not allowed: use an integer of a smaller unit");
      case Json::value_t::binary:
      case Json::value_t::discarded:
        return stop("it is no JSON value");
    }
    return stop("it is no JSON value");
  }

  [[nodiscard]] std::string take() { return std::move(text_); }
  [[nodiscard]] std::string problem() const {
    return fmt::format("at {}: {}", path_.empty() ? "the top" : path_, reason_);
  }

 private:
  bool write_integer(std::int64_t value) {
    if (value < -kIntegerMax || value > kIntegerMax) return stop_integer();
    text_ += std::to_string(value);
    return true;
  }

  bool write_unsigned(std::uint64_t value) {
    if (value > std::uint64_t{kIntegerMax}) return stop_integer();
    text_ += std::to_string(value);
    return true;
  }

  bool write_string(const std::string& value) {
    if (!valid_utf8(value)) return stop("the text is not UTF-8");
    text_ += '"';
    auto plain = value.begin();  // of the run that stands as it is
    for (auto at = std::find_if(plain, value.end(), escaped); at != value.end();
         at = std::find_if(plain, value.end(), escaped)) {
      text_.append(plain, at);
      write_escape(*at);
      plain = at + 1;
    }
    text_.append(plain, value.end());
    text_ += '"';
    return true;
  }

  void write_escape(char c) {
    if (const auto found = kShorts.find(c); found != std::string_view::npos) {
      text_ += '\\';
      text_ += kLetters[found];
    } else {
      text_ += '\\' + unicode_escape(c);
    }
  }

  bool write_nested(const Json& value, bool (Writer::*write_items)(const Json&)) {
    if (depth_ == kDepthMax)
      return stop(fmt::format("it is nested deeper than {} levels", kDepthMax));
    ++depth_;
    const bool written = (this->*write_items)(value);
    --depth_;
    return written;
  }

  bool write_array(const Json& array) {
    text_ += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i > 0) text_ += ',';
      if (!write(array[i])) return leave(std::to_string(i));
    }
    text_ += ']';
    return true;
  }

  bool write_object(const Json& object) {
    std::vector<Member> members;
    members.reserve(object.size());
    for (const auto& member : object.get_ref<const Json::object_t&>()) members.push_back(&member);
    const auto before = [](Member a, Member b) { return utf16_less(a->first, b->first); };
    // The library keeps them by their bytes, which is nearly always the same order.
    if (!std::is_sorted(members.begin(), members.end(), before))
      std::sort(members.begin(), members.end(), before);
    char separator = '{';
    for (const auto member : members) {
      text_ += std::exchange(separator, ',');
      if (!write_string(member->first)) return leave(printable(member->first));
      text_ += ':';
      if (!write(member->second)) return leave(printable(member->first));
    }
    if (members.empty()) text_ += '{';
    text_ += '}';
    return true;
  }

  bool stop_integer() { return stop("the integer is beyond ±(2^53-1)"); }
  bool stop(std::string reason) {
    reason_ = std::move(reason);
    return false;
  }
  /// Puts one more step before the path of the problem, on the way back up.
  bool leave(const std::string& step) {
    path_ = "/" + step + path_;
    return false;
  }

  std::string text_;
  std::size_t depth_ = 0;
  std::string reason_;
  std::string path_;
};

/// The reverse of Writer. Every method is false at the first byte that Writer would not have
/// written; what was read until then means nothing.
class Reader {
 public:
  Reader(std::string_view text, std::size_t depth_max) : rest_(text), depth_max_(depth_max) {}

  bool read(Json& value) {
    if (rest_.empty()) return false;
    switch (rest_.front()) {
      case '{':
        return read_nested(value, &Reader::read_object);
      case '[':
        return read_nested(value, &Reader::read_array);
      case '"': {
        auto& text = (value = std::string()).get_ref<std::string&>();
        return read_string(text);
      }
      case 't':
        value = true;
        return take("true");
      case 'f':
        value = false;
        return take("false");
      default:
        return read_integer(value);
    }
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool read_integer(Json& value) {
    const bool is_negative = take("-");
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    const auto size = static_cast<std::size_t>(end - rest_.data());
    if (problem != std::errc{} || number > std::uint64_t{kIntegerMax}) return false;
    if (rest_.front() == '0' && (size > 1 || is_negative)) return false;
    rest_.remove_prefix(size);
    if (is_negative)
      value = -static_cast<std::int64_t>(number);
    else
      value = number;
    return true;
  }

  bool read_string(std::string& text) {
    rest_.remove_prefix(1);
    while (true) {
      const auto plain = static_cast<std::size_t>(
          std::find_if(rest_.begin(), rest_.end(), escaped) - rest_.begin());
      text.append(rest_.substr(0, plain));
      rest_.remove_prefix(plain);
      if (take("\"")) return true;
      if (!take("\\") || !read_escape(text)) return false;
    }
  }

  bool read_escape(std::string& text) {
    if (rest_.empty()) return false;
    if (const auto found = kLetters.find(rest_.front()); found != std::string_view::npos) {
      text += kShorts[found];
      rest_.remove_prefix(1);
      return true;
    }
    constexpr std::size_t kSize = 5;  // uXXXX
    for (char c = 0; c < 0x20; ++c) {
      if (kShorts.find(c) != std::string_view::npos || !rest_.starts_with(unicode_escape(c)))
        continue;
      text += c;
      rest_.remove_prefix(kSize);
      return true;
    }
    return false;
  }

  bool read_nested(Json& value, bool (Reader::*read_items)(Json&)) {
    if (depth_ == depth_max_) return false;
    ++depth_;
    rest_.remove_prefix(1);
    const bool is_read = (this->*read_items)(value);
    --depth_;
    return is_read;
  }

  bool read_array(Json& value) {
    auto& items = (value = Json::array()).get_ref<Json::array_t&>();
    if (take("]")) return true;
    do {
      if (!read(items.emplace_back())) return false;
    } while (take(","));
    return take("]");
  }

  bool read_object(Json& value) {
    auto& members = (value = Json::object()).get_ref<Json::object_t&>();
    if (take("}")) return true;
    const std::string* before = nullptr;
    do {
      std::string key;
      if (!rest_.starts_with('"') || !read_string(key) || !take(":")) return false;
      if (before != nullptr && !utf16_less(*before, key)) return false;
      const auto member = members.emplace_hint(members.end(), std::move(key), Json());
      if (!read(member->second)) return false;
      before = &member->first;
    } while (take(","));
    return take("}");
  }

  std::string_view rest_;
  std::size_t depth_ = 0;
  std::size_t depth_max_;
};

}  // namespace

std::optional<Json> read_canonical(std::string_view text, std::size_t depth_max) {
  // Outside of texts there is nothing but ASCII, so all of them are UTF-8 when the whole is.
  if (!valid_utf8(text)) return std::nullopt;
  Reader reader(text, depth_max);
  std::optional<Json> value(std::in_place);
  if (!reader.read(*value) || !reader.at_end()) return std::nullopt;
  return value;
}

Result<std::string> canonical(const Json& value) {
  Writer writer;
  if (writer.write(value)) return writer.take();
  return fail(error(Code::InvalidArgument, "BAS-0007", "the value has no canonical JSON form")
                  .because(writer.problem()));
}

}  // namespace stellwerk::base

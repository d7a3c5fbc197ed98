#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "base/text.h"

namespace stellwerk::base {
namespace {

/// Walks the text and tells where the parser is: the library's events carry no positions.
class TrackedIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedIterator(const char* at, const char** farthest) : at_(at), farthest_(farthest) {}
  reference operator*() const { return *at_; }
  TrackedIterator& operator++() {
    *farthest_ = ++at_;
    return *this;
  }
  TrackedIterator operator++(int) {
    auto before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const TrackedIterator& a, const TrackedIterator& b) {
    return a.at_ == b.at_;
  }

 private:
  const char* at_;
  const char** farthest_;
};

struct Problem {
  std::size_t offset = 0;  ///< of the first byte that is wrong
  std::string why;
};

/// `[json.exception.parse_error.101] parse error at line 1, column 2: why` → `why`.
std::string_view library_reason(std::string_view text) {
  if (const auto end = text.find("] "); text.starts_with('[') && end != std::string_view::npos) {
    text.remove_prefix(end + 2);
  }
  if (const auto end = text.find(": ");
      text.starts_with("parse error at ") && end != std::string_view::npos) {
    text.remove_prefix(end + 2);
  }
  return text;
}

/// How far the token that `why` complains about reaches back from the last byte read. The library
/// clears `last_token` for strings and numbers only; what else it may hold by then is of no use.
std::size_t token_size(std::string_view why, const std::string& last_token) {
  const auto unexpected = [why](std::string_view token) {
    return why.find(fmt::format("unexpected {} literal", token)) != std::string_view::npos;
  };
  if (unexpected("string") || unexpected("number")) return last_token.size();
  if (unexpected("false")) return 5;
  if (unexpected("true") || unexpected("null")) return 4;
  return 1;
}

constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Builds the value; refuses repeated keys and what is nested too deep, which the library's own
/// builder accepts.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(std::size_t depth_max, const char* begin)
      : depth_max_(depth_max), begin_(begin), farthest_(begin) {}

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t& /*digits*/) override {
    return put(value);
  }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t& value) override { return put(std::move(value)); }
  bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    auto& object = open_.back()->get_ref<Json::object_t&>();
    const auto [member, is_new] = object.try_emplace(std::move(name));
    if (!is_new)
      return stop(fmt::format("the key {} stands twice in one object", in_quotes(member->first)));
    member_ = &member->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::detail::exception& problem) override {
    const std::string_view why = library_reason(problem.what());
    problem_ = {position - std::min(position, token_size(why, last_token)), printable(why)};
    return false;
  }

  [[nodiscard]] const char** farthest() { return &farthest_; }
  [[nodiscard]] const Problem& problem() const { return problem_; }
  [[nodiscard]] Json take() { return std::move(root_); }

 private:
  template <class T>
  bool put(T&& value) {
    place(Json(std::forward<T>(value)));
    return true;
  }

  Json* place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_array()) {
      open_.back()->push_back(std::move(value));
      return &open_.back()->back();
    }
    *member_ = std::move(value);
    return member_;
  }

  bool open(Json container) {
    if (open_.size() == depth_max_)
      return stop(fmt::format("it is nested deeper than {} levels", depth_max_));
    open_.push_back(place(std::move(container)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  /// Stops at the byte read last: the closing quote of a key, an opening bracket.
  bool stop(std::string why) {
    problem_ = {static_cast<std::size_t>(farthest_ - begin_) - 1, std::move(why)};
    return false;
  }

  std::size_t depth_max_;
  const char* begin_;
  const char* farthest_;  ///< behind the last byte the parser has read
  Json root_;
  Json* member_ = nullptr;   ///< where the value of the last key goes
  std::vector<Json*> open_;  ///< arrays and objects being read, outermost first
  Problem problem_;
};

/// Lines and columns count from 1; a column is a character, not a byte.
SourcePosition position_at(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  while (offset > 0 && offset < text.size() && is_continuation(text[offset])) --offset;
  const auto before = text.substr(0, offset);
  const auto line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto characters = std::count_if(line.begin(), line.end(), std::not_fn(is_continuation));
  return {
      .file = {}, .line = 1 + static_cast<int>(lines), .column = 1 + static_cast<int>(characters)};
}

Failure refuse(std::string_view text, const Problem& problem) {
  auto where = position_at(text, problem.offset);
  return fail(error(Code::InvalidArgument, "BAS-0006",
                    fmt::format("the text is not acceptable JSON at line {}, column {}", where.line,
                                where.column))
                  .because(problem.why)
                  .at(std::move(where)));
}

/// One token of a pointer with `~1` and `~0` resolved.
std::string unescaped(std::string_view token) {
  std::string name;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      name += token[i];
      continue;
    }
    ++i;  // a valid pointer has 0 or 1 here
    name += token[i] == '1' ? '/' : '~';
  }
  return name;
}

/// The element at `token`, which must be an index without leading zeros; nullptr when there is
/// none.
const Json* element_at(const Json& array, std::string_view token) {
  std::size_t index = 0;
  const auto read = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool whole = read.ec == std::errc{} && read.ptr == token.data() + token.size();
  if (!whole || (token.size() > 1 && token.front() == '0') || index >= array.size()) return nullptr;
  return &array[index];
}

const Json* child_at(const Json& parent, std::string_view token) {
  if (parent.is_array()) return element_at(parent, token);
  if (!parent.is_object()) return nullptr;
  const auto found = parent.find(unescaped(token));
  return found == parent.end() ? nullptr : &*found;
}

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.size_bytes_max) {
    return fail(error(Code::InvalidArgument, "BAS-0006", "the JSON text is too large")
                    .because(fmt::format("it has {} bytes, at most {} are read", text.size(),
                                         limits.size_bytes_max))
                    .at({.file = {}, .line = 1, .column = 1}));
  }
  // JSON has no NUL byte anywhere; the library would take it for the end and ignore what follows.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    return refuse(text, {nul, "there is a NUL byte"});
  }
  const char* const begin = text.data();
  Builder builder(limits.depth_max, begin);
  const TrackedIterator first(begin, builder.farthest());
  const TrackedIterator last(begin + text.size(), builder.farthest());
  if (!Json::sax_parse(first, last, &builder)) return refuse(text, builder.problem());
  return builder.take();
}

bool valid_pointer(std::string_view pointer) {
  if (!pointer.empty() && !pointer.starts_with('/')) return false;
  for (auto at = pointer.find('~'); at != std::string_view::npos; at = pointer.find('~', at + 1)) {
    const auto next = pointer.substr(at + 1, 1);
    if (next != "0" && next != "1") return false;
  }
  return true;
}

const Json* at_pointer(const Json& document, std::string_view pointer) {
  if (!valid_pointer(pointer)) return nullptr;
  const Json* found = &document;
  if (pointer.empty()) return found;
  for (const auto token : split(pointer.substr(1), '/')) {
    found = child_at(*found, token);
    if (found == nullptr) return nullptr;
  }
  return found;
}

}  // namespace stellwerk::base

#include "config/document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace stellwerk::config {
namespace {

/// Ends the parsing from within the library's callbacks; what was wrong is reported already.
struct Stop {};

/// Turns the library's byte offsets into lines and columns of characters. Marks come nearly in
/// order, so it counts on from the last one instead of from the start of the line.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}

  Place at(const YAML::Mark& mark) {
    if (mark.is_null() || mark.pos < 0) return {};
    const auto position = std::min(static_cast<std::size_t>(mark.pos), text_.size());
    if (mark.line != line_ || position < position_) {
      // It reads on behind the end, and counts that too.
      const auto beyond = mark.pos - static_cast<int>(position);
      const auto bytes =
          std::min(static_cast<std::size_t>(std::max(mark.column - beyond, 0)), position);
      line_ = mark.line;
      position_ = position - bytes;
      characters_ = 0;
    }
    for (; position_ < position; ++position_)
      if ((static_cast<unsigned char>(text_[position_]) & 0xC0U) != 0x80U) ++characters_;
    return {mark.line + 1, characters_ + 1};
  }

 private:
  std::string_view text_;
  int line_ = -1;
  std::size_t position_ = 0;
  int characters_ = 0;
};

/// A sequence or map whose end was not met yet.
struct Frame {
  Node node;
  Entry pending;             // the key whose value comes next
  bool has_key = false;      // `pending` is filled
  bool drops_value = false;  // the value of a key that was refused
  std::map<std::string, Place, std::less<>> keys;
};

/// Builds the tree from the library's events.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, Problems& problems)
      : text_(text), places_(text), problems_(problems) {}

  [[nodiscard]] Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ <= 1) return;
    refuse(places_.at(mark), "a second document begins here", "a file holds exactly one document");
    throw Stop{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto place = places_.at(mark);
    check_anchor(place, anchor);
    add(node_of(Node::Kind::Null, place));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    const auto place = places_.at(mark);
    refuse(place, "an alias (*) cannot be used here",
           "what a release does must be readable where it stands");
    add(node_of(Node::Kind::Broken, place));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const auto place = places_.at(mark);
    check_anchor(place, anchor);
    check_tag(place, tag);
    Node node = node_of(Node::Kind::Scalar, place);
    node.quoted = tag != "?";
    node.text = value;
    if (!closed(mark)) {
      problems_.add(place, problem("CFG-0002", "the file is not valid YAML",
                                   "the quote that begins here is not closed"));
      throw Stop{};
    }
    if (const auto bad = unusable(value); !bad.empty()) {
      problems_.add(place, problem("CFG-0002", "the value has a character that no text may have",
                                   std::string(bad)));
      node.kind = Node::Kind::Broken;
    }
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::Sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::Map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  /// Why a scalar cannot be used; empty when it can. Escapes may make characters that the check of
  /// the whole file has not seen.
  static std::string_view unusable(std::string_view value) {
    if (!base::valid_utf8(value)) return "it is not valid UTF-8";
    for (const char c : value)
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
        return "a control character, written as an escape";
    return {};
  }

  /// False for a quoted scalar that runs to the end of the file, which the library accepts.
  [[nodiscard]] bool closed(const YAML::Mark& mark) const {
    const auto begin = static_cast<std::size_t>(std::max(mark.pos, 0));
    const char quote = begin < text_.size() ? text_[begin] : ' ';
    if (quote != '"' && quote != '\'') return true;
    for (auto i = begin + 1; i < text_.size(); ++i) {
      const char next = i + 1 < text_.size() ? text_[i + 1] : ' ';
      const bool escape = quote == '"' ? text_[i] == '\\' : text_[i] == quote && next == quote;
      if (escape)
        ++i;
      else if (text_[i] == quote)
        return true;
    }
    return false;
  }

  void refuse(Place place, std::string what, std::string why) {
    problems_.add(place, problem("CFG-0009", std::move(what), std::move(why)));
  }

  void check_anchor(Place place, YAML::anchor_t anchor) {
    if (anchor != 0)
      refuse(place, "an anchor (&) cannot be used here",
             "what a release does must be readable where it stands");
  }

  void check_tag(Place place, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    refuse(place, fmt::format("the tag {} cannot be used here", base::printable(tag, 60)),
           "the type of every value follows from its key");
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    const auto place = places_.at(mark);
    check_anchor(place, anchor);
    check_tag(place, tag);
    if (expects_key()) refuse_key(place, "a key must be a single word");
    if (frames_.size() >= DocumentLimits::kDepthMax) {
      refuse(place, "the file is nested too deeply",
             fmt::format("at most {} levels are allowed", DocumentLimits::kDepthMax));
      throw Stop{};
    }
    frames_.emplace_back().node = node_of(kind, place);
  }

  void close() {
    Node done = std::move(frames_.back().node);
    frames_.pop_back();
    add(std::move(done));
  }

  [[nodiscard]] bool expects_key() const {
    return !frames_.empty() && frames_.back().node.kind == Node::Kind::Map &&
           !frames_.back().has_key;
  }

  void refuse_key(Place place, std::string why) {
    problems_.add(place, problem("CFG-0002", "this cannot be a key", std::move(why)));
    frames_.back().drops_value = true;
  }

  void add(Node node) {
    if (++nodes_ > DocumentLimits::kNodesMax) {
      refuse(node.place, "the file has too many values",
             fmt::format("at most {} are allowed", DocumentLimits::kNodesMax));
      throw Stop{};
    }
    if (frames_.empty()) {
      root_ = std::move(node);
    } else if (frames_.back().node.kind == Node::Kind::Sequence) {
      frames_.back().node.items.push_back(std::move(node));
    } else if (frames_.back().has_key) {
      add_value(std::move(node));
    } else {
      add_key(std::move(node));
    }
  }

  void add_key(Node node) {
    Frame& frame = frames_.back();
    frame.has_key = true;
    frame.pending = {.key = std::move(node.text), .place = node.place, .value = {}};
    const auto& key = frame.pending.key;
    if (node.kind == Node::Kind::Null) return refuse_key(node.place, "it is empty");
    if (node.kind != Node::Kind::Scalar) {
      frame.drops_value = true;
    } else if (key.size() > DocumentLimits::kKeySizeMax) {
      refuse_key(node.place,
                 fmt::format("it is longer than {} bytes", DocumentLimits::kKeySizeMax));
    } else if (key == "<<" && !node.quoted) {
      refuse(node.place, "a merge key (<<) cannot be used here",
             "what a release does must be readable where it stands");
      frame.drops_value = true;
    } else if (const auto [first, added] = frame.keys.emplace(key, node.place); !added) {
      problems_.add(node.place,
                    problem("CFG-0004", fmt::format("{} is given twice", base::in_quotes(key)),
                            fmt::format("it stands at line {}, column {} already",
                                        first->second.line, first->second.column)));
      frame.drops_value = true;
    }
  }

  void add_value(Node node) {
    Frame& frame = frames_.back();
    // The library gives an empty value the place of whatever follows it.
    if (node.kind == Node::Kind::Null) node.place = frame.pending.place;
    frame.pending.value = std::move(node);
    if (!frame.drops_value) frame.node.entries.push_back(std::move(frame.pending));
    frame.pending = {};
    frame.has_key = false;
    frame.drops_value = false;
  }

  std::string_view text_;
  Places places_;
  Problems& problems_;
  Node root_;
  std::vector<Frame> frames_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

/// True for C0 and C1 controls and DEL, without tab, line feed and carriage return.
bool is_control(std::string_view text, std::size_t offset) {
  const auto c = static_cast<unsigned char>(text[offset]);
  if (c < 0x20) return c != '\t' && c != '\n' && c != '\r';
  if (c == 0x7F) return true;
  return c == 0xC2 && offset + 1 < text.size() &&
         static_cast<unsigned char>(text[offset + 1]) < 0xA0;
}

/// Line and column of a byte, counted in bytes: the text may not be UTF-8.
Place place_of_byte(std::string_view text, std::size_t offset) {
  Place place{1, 1};
  for (const char c : text.substr(0, offset)) {
    place.column = c == '\n' ? 1 : place.column + 1;
    place.line += c == '\n' ? 1 : 0;
  }
  return place;
}

/// Where the longest valid beginning of `text` ends.
std::size_t first_invalid(std::string_view text) {
  std::size_t good = 0;
  std::size_t bad = text.size();
  while (bad - good > 1) {
    const auto middle = good + (bad - good) / 2;
    // A cut inside a character makes the beginning invalid only in its last three bytes.
    auto cut = middle;
    while (cut > good && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
    if (cut == good) break;
    (base::valid_utf8(text.substr(good, cut - good)) ? good : bad) = cut;
  }
  return good;
}

/// What the YAML library must never see.
bool is_text(std::string_view text, Problems& problems) {
  if (text.size() > DocumentLimits::kSizeBytesMax) {
    problems.add(
        {}, problem("CFG-0002", "the file is too large",
                    fmt::format("at most {} bytes are allowed", DocumentLimits::kSizeBytesMax)));
    return false;
  }
  if (!base::valid_utf8(text)) {
    problems.add(place_of_byte(text, first_invalid(text)),
                 problem("CFG-0002", "the file is not text", "it is not valid UTF-8"));
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_control(text, i)) continue;
    problems.add(place_of_byte(text, i), problem("CFG-0002", "the file is not text",
                                                 fmt::format("control character 0x{:02X}",
                                                             static_cast<unsigned char>(text[i]))));
    return false;
  }
  return true;
}

/// What the library says, and what its users understand.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kReasons = {{
    {"end of map not found", "a key is expected here; look at the indentation and the quotes"},
    {"end of sequence flow not found", "a [ is not closed"},
    {"end of map flow not found", "a { is not closed"},
    {"illegal map value", "a second value on the line; put texts with a colon in quotes"},
}};

/// The library's reason, with what usually helps.
std::string reason(std::string_view text, const YAML::Exception& exception) {
  const auto position =
      std::min(static_cast<std::size_t>(std::max(exception.mark.pos, 0)), text.size());
  const auto line_start = position == 0 ? 0 : text.rfind('\n', position - 1) + 1;
  const auto line = text.substr(line_start, text.find('\n', line_start) - line_start);
  const auto indent = line.substr(0, line.find_first_not_of(" \t"));
  if (indent.find('\t') != std::string_view::npos) return "a tab; indent with spaces";
  for (const auto& [theirs, ours] : kReasons)
    if (exception.msg == theirs) return std::string(ours);
  // It may name one byte of a character.
  if (exception.msg != "unknown token" || position == text.size())
    return base::printable(exception.msg);
  return fmt::format("a text cannot begin with {} unless it is in quotes",
                     base::printable(text.substr(position, 1)));
}

void run_parser(std::string_view text, Builder& builder) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  while (parser.HandleNextDocument(builder)) {
  }
}

}  // namespace

Node parse_document(std::string_view text, Problems& problems) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
  if (!is_text(text, problems)) return {};
  Builder builder(text, problems);
  try {
    run_parser(text, builder);
    return builder.take();
  } catch (const Stop&) {
    return {};
  } catch (const YAML::Exception& exception) {
    problems.add(Places(text).at(exception.mark),
                 problem("CFG-0002", "the file is not valid YAML", reason(text, exception)));
  } catch (const std::exception& exception) {
    problems.add(
        {}, problem("CFG-0002", "the file is not valid YAML", base::printable(exception.what())));
  }
  return {};
}

}  // namespace stellwerk::config

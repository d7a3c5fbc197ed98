// node.h — a YAML file as plain data with the place of every key and value.
//
// Role: document.h makes it, everything else in this folder reads it; it hides the YAML library.
// Thread-safety: values.          Invariants: depth ≤ 32; keys of a map are unique; texts are
// UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stellwerk::config {

/// Line and column (in characters) from 1; 0 is "not known".
struct Place {
  int line = 0;
  int column = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

struct Entry;

struct Node {
  enum class Kind : std::uint8_t {
    Null,
    Scalar,
    Sequence,
    Map,
    Broken  ///< its problem was reported when the file was parsed; readers pass over it
  };
  Kind kind = Kind::Null;
  bool quoted = false;  ///< a scalar in quotes or a block is always text
  Place place;
  std::string text;            ///< of a scalar, as written
  std::vector<Node> items;     ///< of a sequence
  std::vector<Entry> entries;  ///< of a map, in the file's order

  [[nodiscard]] const Entry* find(std::string_view key) const;
};

struct Entry {
  std::string key;
  Place place;  ///< of the key
  Node value;
};

Node node_of(Node::Kind kind, Place place);
/// A quoted scalar, to read a key as if it were a value.
Node text_node(std::string text, Place place);

/// What YAML 1.2's core schema takes a scalar for. Quoted ones are always text.
enum class ScalarType : std::uint8_t { Text, Integer, Fraction, Boolean };
ScalarType scalar_type(const Node& scalar);
/// `the number 5`, `a list`, `an empty value`: what stands there, for errors.
std::string shown(const Node& node);

}  // namespace stellwerk::config

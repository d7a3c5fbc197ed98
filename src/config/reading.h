// reading.h — what every reader of a node needs: where it is, where to report, where things stood.
//
// Role: codec.h and the rules of both files read through it.         Start here: Reading, enter()
// Thread-safety: one thread.
// Invariants: `path()` is the key path of the object being read, such as `waves[1]`; every value
// entered is in `positions()`.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/node.h"
#include "config/problem.h"

namespace stellwerk::config {

class Reading {
 public:
  explicit Reading(Problems& problems, std::string path = {})
      : problems_(problems), path_(std::move(path)) {}

  /// Lengthens the path while it lives.
  class Scope {
   public:
    Scope(Reading& reading, std::size_t size_before) : reading_(reading), size_(size_before) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { reading_.path_.resize(size_); }

   private:
    Reading& reading_;
    std::size_t size_;
  };
  [[nodiscard]] Scope enter(const Entry& entry);
  [[nodiscard]] Scope enter(std::size_t index, const Node& item);

  /// Reports at `place`; the message gets the path in front.
  void report(Place place, base::Error error);
  /// Reports at what stands at `key` of the object being read (`hold`, `[2]`, `""`: the object).
  void report_at(std::string_view key, base::Error error);

  /// False for anything but keys with values; then it is reported, with what to write.
  bool expect_map(const Node& node, std::string hint);
  /// False for a node whose problem the parser has reported; then its path is not sound.
  bool usable(const Node& node);
  /// True when nothing was wrong at `key` of the object being read or anywhere in it (`""`: the
  /// object itself). Rules across keys ask it, so that one mistake makes one error.
  [[nodiscard]] bool sound(std::string_view key) const;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path_to(std::string_view key) const;
  /// The place of `key` of the object being read, or of the nearest thing around it.
  [[nodiscard]] Place place_of(std::string_view key) const;
  [[nodiscard]] base::SourcePosition here() const { return source().at(place_of("")); }
  [[nodiscard]] const Source& source() const { return problems_.source(); }
  [[nodiscard]] Problems& problems() { return problems_; }
  /// `text` as an absolute path, relative to the file's folder.
  [[nodiscard]] std::string resolve(std::string_view text) const;

  [[nodiscard]] std::map<std::string, base::SourcePosition> positions() const;

 private:
  Problems& problems_;
  std::string path_;
  std::map<std::string, Place, std::less<>> places_;
  std::set<std::string, std::less<>> troubled_;  // paths with a problem
};

}  // namespace stellwerk::config

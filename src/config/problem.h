// problem.h — the problems of one file, all of them, each at its place.
//
// Role: document.cc and the readers report here; the loaders hand the list out.
// Thread-safety: one thread.                                             Start here: Problems
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/node.h"

namespace stellwerk::config {

/// Which file is read: its name for errors, what its relative paths are relative to, and the name
/// under which `stellwerk schema` prints its keys.
struct Source {
  std::string file;
  std::string folder;  ///< absolute
  std::string schema;  ///< `release` or `environment`

  [[nodiscard]] base::SourcePosition at(Place place) const;
};

/// An InvalidArgument that says what and why; Problems adds the state, the place and what to do.
[[nodiscard]] base::Error problem(std::string id, std::string message, std::string why);

/// Collects errors; beyond kProblemsMax only counts them.
class Problems {
 public:
  static constexpr std::size_t kProblemsMax = 100;

  explicit Problems(Source source) : source_(std::move(source)) {}
  void add(Place place, base::Error error);
  /// Takes over problems that are whole already: found by somebody else in the same file.
  void take_over(std::vector<base::Error> errors);
  [[nodiscard]] const Source& source() const { return source_; }
  [[nodiscard]] std::size_t count() const { return errors_.size() + unlisted_; }
  /// False when one more would only be counted; spares the work of wording it.
  [[nodiscard]] bool listing() const { return errors_.size() < kProblemsMax; }
  /// The errors in the order of their places; with more than kProblemsMax, one CFG-0011 at the end.
  [[nodiscard]] std::vector<base::Error> take() &&;

 private:
  Source source_;
  std::vector<base::Error> errors_;
  std::size_t unlisted_ = 0;
};

}  // namespace stellwerk::config

#include "config/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace stellwerk::config {
namespace {

/// Errors about keys, types and values: the list of all keys helps.
bool schema_helps(const base::Error& error) {
  return error.id == "CFG-0003" || error.id == "CFG-0005" || error.id == "CFG-0006";
}

}  // namespace

base::SourcePosition Source::at(Place place) const { return {file, place.line, place.column}; }

base::Error problem(std::string id, std::string message, std::string why) {
  return base::error(base::Code::InvalidArgument, std::move(id), std::move(message))
      .because(std::move(why));
}

void Problems::add(Place place, base::Error error) {
  if (!listing()) {
    ++unlisted_;
    return;
  }
  if (schema_helps(error))
    error = std::move(error).then("stellwerk schema " + source_.schema,
                                  "prints every key with its type, range and meaning");
  errors_.push_back(std::move(error)
                        .now("nothing of this file is used")
                        .then("edit " + source_.file, "then give the same command again")
                        .at(source_.at(place)));
}

void Problems::take_over(std::vector<base::Error> errors) {
  for (base::Error& error : errors) {
    if (listing())
      errors_.push_back(std::move(error));
    else
      ++unlisted_;
  }
}

std::vector<base::Error> Problems::take() && {
  std::sort(errors_.begin(), errors_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.where.line, a.where.column, a.id, a.message) <
           std::tie(b.where.line, b.where.column, b.id, b.message);
  });
  if (unlisted_ > 0) {
    const auto error =
        problem("CFG-0011", fmt::format("{} more problems are not listed", unlisted_),
                fmt::format("a list of more than {} helps nobody", kProblemsMax));
    errors_.push_back(base::Error(error)
                          .now("nothing of this file is used")
                          .then("edit " + source_.file, "mend the listed ones first")
                          .at(source_.at({})));
  }
  return std::move(errors_);
}

}  // namespace stellwerk::config

#include "core/compilation.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace stellwerk::core {
namespace {

/// The key around a key: `waves[1].tenants[0]` → `waves[1].tenants` → `waves[1]` → `waves` → ``.
std::string outer_key(std::string_view key) {
  const auto cut = key.find_last_of(".[");
  return cut == std::string_view::npos ? std::string() : std::string(key.substr(0, cut));
}

/// A plan must not depend on where its files lie.
std::string without_folder(base::SourcePosition position) {
  position.file = position.file.substr(position.file.find_last_of('/') + 1);
  return position.to_string();
}

const base::SourcePosition* position_of(const Release& release, std::string key) {
  for (;;) {
    const auto found = release.positions.find(key);
    if (found != release.positions.end()) return &found->second;
    if (key.empty()) return nullptr;
    key = outer_key(key);
  }
}

}  // namespace

base::Error& Compilation::problem(Problem found) {
  base::Error error =
      base::error(base::Code::InvalidArgument, std::move(found.id), std::move(found.what))
          .because(std::move(found.why))
          .now("no plan was made; nothing was changed");
  if (const auto* position = position_of(release, found.key))
    error = std::move(error).at(*position);
  problems.push_back(std::move(error));
  return problems.back();
}

void Compilation::suggest(std::string_view word, const std::vector<std::string>& valid) {
  base::Error& error = problems.back();
  if (const auto near = base::nearest(word, valid))
    error = std::move(error).then("write " + *near, "if that is what was meant");
  else if (!valid.empty())
    error = std::move(error).then("write one of " + base::and_list(valid), "these are known");
}

void Compilation::note(std::string_view message, const base::MessageArguments& arguments,
                       std::string origin) {
  plan.notes.push_back({base::message(environment.locale, message, arguments), std::move(origin)});
}

void Compilation::origin(std::string key, std::string value, std::string_view otherwise) {
  const auto found = release.positions.find(key);
  std::string source =
      found == release.positions.end() ? std::string(otherwise) : without_folder(found->second);
  plan.origins.push_back({std::move(key), std::move(value), std::move(source)});
}

std::string Compilation::written_at(const std::string& key) const {
  const auto* position = position_of(release, key);
  return position == nullptr ? std::string("release.yaml") : without_folder(*position);
}

std::string Compilation::runbook() const {
  return fmt::format("runbook {}", to_string(release.type));
}

}  // namespace stellwerk::core

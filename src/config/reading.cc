#include "config/reading.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/text.h"

namespace stellwerk::config {
namespace {

/// A list or an object under a key is found by its key, a single value by itself.
Place place_of_entry(const Entry& entry) {
  return entry.value.kind == Node::Kind::Scalar ? entry.value.place : entry.place;
}

/// The path of what contains `path`; empty for the file.
std::string_view container_of(std::string_view path) {
  const auto end = path.find_last_of(".[");
  return end == std::string_view::npos ? std::string_view{} : path.substr(0, end);
}

std::string joined(std::string_view path, std::string_view key) {
  if (path.empty() || key.empty() || key.starts_with('[')) return fmt::format("{}{}", path, key);
  return fmt::format("{}.{}", path, key);
}

}  // namespace

Reading::Scope Reading::enter(const Entry& entry) {
  const auto size = path_.size();
  path_ = joined(path_, entry.key);
  places_.emplace(path_, place_of_entry(entry));
  return {*this, size};
}

Reading::Scope Reading::enter(std::size_t index, const Node& item) {
  const auto size = path_.size();
  path_ += fmt::format("[{}]", index);
  places_.emplace(path_, item.place);
  return {*this, size};
}

void Reading::report(Place place, base::Error error) {
  troubled_.insert(path_);
  if (!path_.empty())
    error.message = fmt::format("{}: {}", base::printable(path_, 200), error.message);
  problems_.add(place, std::move(error));
}

void Reading::report_at(std::string_view key, base::Error error) {
  const auto place = place_of(key);
  const auto path = path_to(key);
  troubled_.insert(path);
  if (!path.empty())
    error.message = fmt::format("{}: {}", base::printable(path, 200), error.message);
  problems_.add(place, std::move(error));
}

bool Reading::usable(const Node& node) {
  if (node.kind != Node::Kind::Broken) return true;
  troubled_.insert(path_);
  return false;
}

bool Reading::expect_map(const Node& node, std::string hint) {
  if (!usable(node)) return false;
  if (node.kind == Node::Kind::Map) return true;
  report(
      node.place,
      problem("CFG-0006", fmt::format("{} stands where keys with values are expected", shown(node)),
              std::move(hint)));
  return false;
}

bool Reading::sound(std::string_view key) const {
  const auto path = path_to(key);
  if (path.empty()) return troubled_.empty();
  for (auto next = troubled_.lower_bound(path); next != troubled_.end(); ++next) {
    if (!next->starts_with(path)) return true;
    const bool inside =
        next->size() == path.size() || (*next)[path.size()] == '.' || (*next)[path.size()] == '[';
    if (inside) return false;
  }
  return true;
}

std::string Reading::path_to(std::string_view key) const { return joined(path_, key); }

Place Reading::place_of(std::string_view key) const {
  const auto path = path_to(key);
  for (std::string_view at = path; !at.empty(); at = container_of(at))
    if (const auto found = places_.find(at); found != places_.end()) return found->second;
  return {1, 1};
}

std::string Reading::resolve(std::string_view text) const {
  const auto path = (std::filesystem::path(source().folder) / text).lexically_normal();
  auto resolved = path.string();
  if (resolved.size() > 1 && resolved.ends_with('/')) resolved.pop_back();
  return resolved;
}

std::map<std::string, base::SourcePosition> Reading::positions() const {
  std::map<std::string, base::SourcePosition> positions;
  for (const auto& [path, place] : places_) positions.emplace(path, source().at(place));
  return positions;
}

}  // namespace stellwerk::config

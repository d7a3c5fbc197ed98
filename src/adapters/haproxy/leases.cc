// Leases in HAProxy: given, renewed while they live, revoked, and carried over a reload. HAProxy
// has no command that renews only what is alive, so time decides (docs/routing.md, "Leases").

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "adapters/haproxy/haproxy_router.h"
#include "adapters/haproxy/names.h"
#include "base/files.h"
#include "base/text.h"

namespace stellwerk::adapters::haproxy {
namespace {

constexpr std::size_t kLeaseTablesMax = 8;

base::Result<void> check_release(const base::ReleaseId& release) {
  if (plain_name(release.str()) && release.str().size() <= 128) return {};
  return base::fail(
      base::Code::InvalidArgument, "HAP-0001",
      fmt::format("'{}' cannot be the name of a lease", base::printable(release.str(), 80)));
}

std::string clear_lease(base::Duration length, const base::ReleaseId& release) {
  return fmt::format("clear table {} key {}", lease_table(length), release.str());
}

std::string carried_text(const Leases& leases) {
  std::string text;
  for (const auto& [length, releases] : leases)
    for (const auto& [release, left] : releases) text += release.str() + " 1\n";
  return text;
}

}  // namespace

std::vector<std::string> HaproxyRouter::give(const base::ReleaseId& release,
                                             base::Duration lease) const {
  std::vector<std::string> commands = {give_lease(lease, release)};
  for (const base::Duration other : layout_.lease_lengths)
    if (other != lease) commands.push_back(clear_lease(other, release));
  return commands;
}

std::vector<std::string> HaproxyRouter::end(const base::ReleaseId& release) const {
  std::vector<std::string> commands;
  for (const base::Duration length : layout_.lease_lengths)
    commands.push_back(clear_lease(length, release));
  return commands;
}

base::Result<void> HaproxyRouter::tell_all(const std::vector<std::string>& commands,
                                           const ports::Call& call) {
  if (auto told = api_.tell(commands, 0, call); !told) return told;
  for (const pid_t worker : old_workers(call)) static_cast<void>(api_.tell(commands, worker, call));
  return {};
}

/// Whoever an old worker still serves goes by its own entry, which was given a moment later, or by
/// the carried map.
void HaproxyRouter::end_in_old_workers(const base::ReleaseId& release, const ports::Call& call) {
  std::vector<std::string> commands = end(release);
  commands.push_back(fmt::format("del map {} {}", kCarriedFile, release.str()));
  for (const pid_t worker : old_workers(call))
    for (const std::string& command : commands)
      static_cast<void>(api_.tell({command}, worker, call));  // there may be nothing to end
}

base::Result<HaproxyRouter::LeaseEnds> HaproxyRouter::lease_ends(const ports::Call& call) const {
  const base::MonoTime asked = clock_.mono();  // before HAProxy looked: no lease ends earlier
  auto living = api_.leases(layout_.lease_lengths, call);
  if (!living) return base::fail(std::move(living).error());
  LeaseEnds ends;
  for (const auto& [length, releases] : *living)
    for (const auto& [release, left] : releases) {
      base::MonoTime& end = ends[release];
      end = std::max(end, asked + left);
    }
  return ends;
}

base::Result<void> HaproxyRouter::grant(const base::ReleaseId& release, base::Duration lease,
                                        const ports::Call& call) {
  if (auto good = check_release(release); !good) return good;
  if (!process_.alive()) return base::fail(unavailable("no HAProxy of ours runs"));
  if (auto added = add_lease_table(lease, call); !added) return added;
  return tell_all(give(release, lease), call);
}

/// @return whether the lease was still alive when it was renewed; afterwards it is, or is ended
base::Result<bool> HaproxyRouter::prolong(const Renewal& renewal, const ports::Call& call) {
  if (clock_.mono() >= renewal.end_at) return false;
  auto told = tell_all(renewal.give, call);
  if (told && clock_.mono() < renewal.end_at) return true;
  if (!told && clock_.mono() < renewal.end_at) return base::fail(std::move(told).error());
  // It may have run out before HAProxy had the command, and have come back to life by it.
  if (auto ended = tell_all(renewal.end, call); !ended) return base::fail(std::move(ended).error());
  return false;
}

base::Result<std::set<base::ReleaseId>> HaproxyRouter::renew(
    std::span<const base::ReleaseId> releases, base::Duration lease, const ports::Call& call) {
  static_cast<void>(save_what_is_left());
  for (const base::ReleaseId& release : releases)
    if (auto good = check_release(release); !good) return base::fail(std::move(good).error());
  if (!process_.alive()) return base::fail(unavailable("no HAProxy of ours runs"));
  auto ends = lease_ends(call);
  const auto lives = [&](const base::ReleaseId& release) { return ends->contains(release); };
  if (ends && std::any_of(releases.begin(), releases.end(), lives)) {
    if (auto added = add_lease_table(lease, call); !added)
      return base::fail(std::move(added).error());
    ends = lease_ends(call);
  }
  if (!ends) return base::fail(std::move(ends).error());
  std::set<base::ReleaseId> expired;
  for (const base::ReleaseId& release : releases) {
    base::Result<bool> renewed = false;
    if (const auto found = ends->find(release); found != ends->end())
      renewed = prolong({give(release, lease), end(release), found->second}, call);
    if (!renewed) return base::fail(std::move(renewed).error());
    if (*renewed) continue;
    end_in_old_workers(release, call);
    expired.insert(release);
  }
  return expired;
}

base::Result<void> HaproxyRouter::add_lease_table(base::Duration length, const ports::Call& call) {
  const auto& lengths = layout_.lease_lengths;
  if (std::find(lengths.begin(), lengths.end(), length) != lengths.end()) return {};
  if (length < base::milliseconds(100) || length > base::hours(24))
    return base::fail(
        base::Code::InvalidArgument, "HAP-0001",
        fmt::format("a lease of {} is not between 100ms and 24h", base::to_string(length)));
  auto living = api_.leases(lengths, call);
  if (!living) return base::fail(std::move(living).error());
  Layout next = layout_;
  std::erase_if(next.lease_lengths, [&](base::Duration known) {
    return lengths.size() >= kLeaseTablesMax && living->at(known).empty();
  });
  next.lease_lengths.push_back(length);
  return switch_layout(std::move(next), call);
}

base::Result<void> HaproxyRouter::revoke(const base::ReleaseId& release, const ports::Call& call) {
  if (auto good = check_release(release); !good) return good;
  std::vector<std::string> commands = end(release);
  commands.push_back(fmt::format("clear map {}", kCarriedFile));
  if (!process_.alive()) return base::fail(unavailable("no HAProxy of ours runs"));
  if (auto told = tell_all(commands, call); !told) return told;

  auto living = api_.leases(layout_.lease_lengths, call);
  if (!living) return base::fail(outcome_unknown("read back: " + living.error().why));
  for (const auto& [length, releases] : *living)
    if (releases.contains(release))
      return base::fail(outcome_unknown("the lease is still there after it was revoked"));
  return {};
}

/// A new worker answers some milliseconds before we can give it the leases; until then it takes
/// those in the carried map for alive, which is at most kCarriedFor (docs/routing.md).
base::Result<void> HaproxyRouter::carry_leases(const ports::Call& call) {
  carried_at_ = clock_.mono();
  auto living = api_.leases(layout_.lease_lengths, call);
  // An unreadable table is one of a configuration from before: nothing to carry.
  carried_ = living ? *std::move(living) : Leases{};
  // A worker that is told to stop forgets its tables and still routes the next request of each
  // connection it has.
  std::vector<std::string> commands;
  for (const auto& [length, releases] : carried_)
    for (const auto& [release, left] : releases)
      commands.push_back(fmt::format("add map {} {} 1", kCarriedFile, release.str()));
  if (!commands.empty())
    if (auto added = api_.tell(commands, 0, call); !added) return added;
  return base::replace_file(path(kCarriedFile), carried_text(carried_));
}

/// Those that ran out while HAProxy was reloaded are not given again. Whatever comes of it: by its
/// age the new worker stops believing the carried map by itself, and without a lease everyone is on
/// the stable version.
void HaproxyRouter::hand_leases_on(const ports::Call& call) {
  for (const auto& [length, releases] : carried_)
    for (const auto& [release, left] : releases) {
      const Renewal renewal{
          {give_lease(length, release)}, {clear_lease(length, release)}, carried_at_ + left};
      const auto alive = prolong(renewal, call);
      if (alive && !*alive) end_in_old_workers(release, call);
    }
  static_cast<void>(api_.tell({std::string("clear map ") + kCarriedFile}, 0, call));
  static_cast<void>(base::replace_file(path(kCarriedFile), ""));
  carried_.clear();
}

}  // namespace stellwerk::adapters::haproxy

#include "engine/content_keeper.h"

#include <fmt/format.h>

#include <algorithm>

namespace stellwerk::engine {
namespace {

constexpr std::uint32_t kSettledFailures = 5;
constexpr base::Duration kRetryFirst = base::milliseconds(250);
constexpr base::Duration kRetryMax = base::seconds(10);

base::Error not_stored(const base::Digest& digest, const base::Error& error) {
  return base::error(base::Code::Unavailable, "ENG-0034",
                     fmt::format("the text {} is not stored yet", digest.short_text()))
      .because(error.one_line())
      .now("the journal names it; it is kept in memory and tried again");
}

}  // namespace

base::Digest ContentKeeper::keep(std::string bytes) {
  const base::Digest digest = base::sha256(bytes);
  const auto [at, is_new] = texts_.try_emplace(digest);
  if (!is_new) return digest;
  at->second.bytes = std::make_shared<const std::string>(std::move(bytes));
  put(digest, at->second);
  return digest;
}

void ContentKeeper::put(const base::Digest& digest, Text& text) {
  text.in_flight = true;
  ports_.lanes.submit({"content", {}, base::seconds(30), {}, true},
                      [this, digest, bytes = text.bytes](const ports::Call&) -> ports::Completion {
                        auto stored = ports_.content.put(*bytes);
                        return [this, digest, stored] { answered(digest, stored); };
                      });
}

void ContentKeeper::answered(const base::Digest& digest, const base::Result<base::Digest>& stored) {
  if (stored) {
    texts_.erase(digest);
    return;
  }
  Text& text = texts_.at(digest);
  text.in_flight = false;
  ++text.failures;
  text.retry_at =
      ports_.clock.mono() + std::min(kRetryFirst * std::int64_t{text.failures}, kRetryMax);
  trouble_(not_stored(digest, stored.error()));
}

void ContentKeeper::pump(base::MonoTime now) {
  for (auto& [digest, text] : texts_)
    if (!text.in_flight && now >= text.retry_at) put(digest, text);
}

const std::string* ContentKeeper::find(const base::Digest& digest) const {
  const auto found = texts_.find(digest);
  return found == texts_.end() ? nullptr : found->second.bytes.get();
}

bool ContentKeeper::settled() const {
  return std::all_of(texts_.begin(), texts_.end(),
                     [](const auto& each) { return each.second.failures >= kSettledFailures; });
}

}  // namespace stellwerk::engine

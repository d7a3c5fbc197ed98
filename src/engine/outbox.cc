#include "engine/outbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/mutation.h"
#include "core/event.h"
#include "engine/notices.h"

namespace stellwerk::engine {
namespace {

constexpr std::size_t kBatch = 200;
constexpr base::Duration kDeliveryTimeout = base::seconds(30);
constexpr base::Duration kRetryMax = base::seconds(30);

/// Under which note a subscriber's cursor is kept.
struct CursorKey {
  std::string own;     ///< `cursor:bus:ndjson:/var/lib/x/events.ndjson`
  std::string shared;  ///< `cursor:bus:ndjson`: all sections of an adapter had one, once
};

/// A section that has no cursor yet begins where the shared one of its adapter stood, else every
/// subscriber of an older data folder would be told everything again.
base::Result<std::uint64_t> read_cursor(ports::JournalStore& journal, const CursorKey& cursor) {
  std::string key = cursor.own;
  auto note = journal.get_note(key);
  if (note && !*note) note = journal.get_note(key = cursor.shared);
  if (!note) return base::fail(std::move(note.error()));
  if (!*note) return std::uint64_t{0};
  std::uint64_t value = 0;
  const std::string& text = **note;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size()) return value;
  return base::fail(base::Code::Corruption, "ENG-0002",
                    fmt::format("the cursor {} is no number", key));
}

}  // namespace

/// What one subscriber's lane owns. `next` and `reader` are touched by its jobs only, of which one
/// runs at a time.
struct Outbox::Subscriber {
  std::string lane;  ///< `bus:ndjson:/var/lib/x/events.ndjson`
  CursorKey cursor;
  std::function<base::Result<void>(const std::vector<ports::StoredEntry>&, const ports::Call&)>
      send;
  std::unique_ptr<ports::JournalStore> reader;
  std::optional<std::uint64_t> next;
  // the engine's side
  std::uint64_t delivered = 0;
  bool known = false;
  bool busy = false;
  std::uint32_t failures = 0;
  base::MonoTime retry_at;
};

namespace {

std::vector<ports::PublicEvent> public_events(const std::vector<ports::StoredEntry>& entries) {
  std::vector<ports::PublicEvent> events;
  for (const ports::StoredEntry& entry : entries)
    if (core::is_public(entry.type))
      if (auto event = public_event(entry)) events.push_back(std::move(*event));
  return events;
}

/// The lane of a subscriber, which says who it is: `bus:ndjson:/var/lib/x/events.ndjson`.
std::string lane_of(std::string_view kind, const Subscription& at) {
  return fmt::format("{}:{}{}{}", kind, at.name, at.target.empty() ? "" : ":", at.target);
}

CursorKey cursor_of(std::string_view kind, const Subscription& at) {
  return {"cursor:" + lane_of(kind, at), fmt::format("cursor:{}:{}", kind, at.name)};
}

template <class Port>
Subscription subscription_of(const Port& port) {
  return {port.name(), port.target()};
}

}  // namespace

base::Result<std::uint64_t> delivered_to(ports::JournalStore& journal,
                                         const Subscription& subscription) {
  return read_cursor(journal, cursor_of("bus", subscription));
}

Outbox::Outbox(EnginePorts& ports, std::function<void(const base::Error&)> report)
    : ports_(ports), report_(std::move(report)) {
  for (ports::EventBus* bus : ports_.buses) {
    auto subscriber = std::make_unique<Subscriber>();
    subscriber->lane = lane_of("bus", subscription_of(*bus));
    subscriber->cursor = cursor_of("bus", subscription_of(*bus));
    subscriber->send = [bus](const auto& entries, const ports::Call& call) -> base::Result<void> {
      const auto events = public_events(entries);
      if (events.empty()) return {};
      return bus->publish(events, call);
    };
    subscribers_.push_back(std::move(subscriber));
  }
  for (ports::Notifier* notifier : ports_.notifiers) {
    auto subscriber = std::make_unique<Subscriber>();
    subscriber->lane = lane_of("notices", subscription_of(*notifier));
    subscriber->cursor = cursor_of("notices", subscription_of(*notifier));
    auto writer = std::make_shared<NoticeWriter>(ports_.content);
    Subscriber* self = subscriber.get();
    subscriber->send = [notifier, writer, self](const auto& entries,
                                                const ports::Call& call) -> base::Result<void> {
      for (const ports::StoredEntry& entry : entries) {
        auto notice = writer->notice_for(entry, *self->reader);
        if (!notice) return base::fail(std::move(notice.error()));
        if (!*notice) continue;
        if (auto sent = notifier->send(**notice, call); !sent) return sent;
      }
      return {};
    };
    subscribers_.push_back(std::move(subscriber));
  }
}

Outbox::~Outbox() = default;

void Outbox::wake(std::uint64_t size) {
  size_ = std::max(size_, size);
  for (const auto& subscriber : subscribers_) deliver(*subscriber);
}

void Outbox::pump(base::MonoTime now) {
  for (const auto& subscriber : subscribers_)
    if (now >= subscriber->retry_at) deliver(*subscriber);
}

std::optional<base::MonoTime> Outbox::wake_at() const {
  std::optional<base::MonoTime> earliest;
  for (const auto& subscriber : subscribers_) {
    if (subscriber->busy || subscriber->failures == 0) continue;
    if (!earliest || subscriber->retry_at < *earliest) earliest = subscriber->retry_at;
  }
  return earliest;
}

bool Outbox::drained() const {
  return std::all_of(subscribers_.begin(), subscribers_.end(), [&](const auto& each) {
    return !each->busy && each->known && each->delivered >= size_;
  });
}

void Outbox::deliver(Subscriber& subscriber) {
  const bool nothing_new = subscriber.known && subscriber.delivered >= size_;
  if (subscriber.busy || nothing_new || ports_.clock.mono() < subscriber.retry_at) return;
  subscriber.busy = true;
  Subscriber* each = &subscriber;
  ports_.lanes.submit(
      {subscriber.lane, {}, kDeliveryTimeout, {}, false}, [this, each](const ports::Call& call) {
        const base::Result<std::uint64_t> reached = [&]() -> base::Result<std::uint64_t> {
          if (!each->reader) {
            auto reader = ports_.open_reader();
            if (!reader) return base::fail(std::move(reader.error()));
            each->reader = std::move(*reader);
          }
          if (!each->next) {
            auto cursor = read_cursor(*each->reader, each->cursor);
            if (!cursor) return base::fail(std::move(cursor.error()));
            each->next = *cursor;
          }
          auto entries = each->reader->read(*each->next, kBatch);
          if (!entries) return base::fail(std::move(entries.error()));
          if (auto sent = each->send(*entries, call); !sent)
            return base::fail(std::move(sent.error()));
          return *each->next + entries->size();
        }();
        return [this, each, reached] { finished(*each, reached); };
      });
}

void Outbox::finished(Subscriber& subscriber, const base::Result<std::uint64_t>& reached) {
  subscriber.busy = false;
  if (!reached && base::mutated(base::Mutation::LoseDelivery)) return finished(subscriber, size_);
  if (!reached) {
    ++subscriber.failures;
    const auto wait =
        base::milliseconds(500) * (std::int64_t{1} << std::min(subscriber.failures, 6U));
    subscriber.retry_at = ports_.clock.mono() + std::min(wait, kRetryMax);
    report_(base::Error(reached.error()).during("delivering to " + subscriber.lane));
    return;
  }
  subscriber.failures = 0;
  const bool moved = !subscriber.known || *reached != subscriber.delivered;
  subscriber.known = true;
  subscriber.delivered = *reached;
  subscriber.next = *reached;
  if (moved) save_cursor(subscriber);
  deliver(subscriber);
}

/// The cursor is written by the journal's own lane: one writer. Until it is durable a crash repeats
/// a delivery.
void Outbox::save_cursor(const Subscriber& subscriber) {
  ports_.lanes.submit(
      {"store", {}, base::seconds(10), {}, false},
      [this, key = subscriber.cursor.own,
       value = std::to_string(subscriber.delivered)](const ports::Call&) -> ports::Completion {
        auto saved = ports_.journal.put_note(key, value);
        if (saved) return [] {};
        return [this, error = saved.error()] { report_(error); };
      });
}

}  // namespace stellwerk::engine

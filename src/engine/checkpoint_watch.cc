#include "engine/checkpoint_watch.h"

#include <utility>

namespace stellwerk::engine {
namespace {

constexpr base::Duration kCheckpointInterval = base::minutes(1);
constexpr base::Duration kFailedInterval = base::seconds(5);
/// A log that must be made again from a journal of millions takes its time.
constexpr base::Duration kPublishPatience = base::minutes(30);

}  // namespace

CheckpointWatch::CheckpointWatch(EnginePorts& ports, Host host)
    : ports_(ports),
      host_(std::move(host)),
      publisher_(std::make_shared<LogPublisher>(ports.log, ports.signer, ports.open_reader)) {}

void CheckpointWatch::publish(const ports::Head& head, Then then) {
  submit(&LogPublisher::publish, head, std::move(then));
}

void CheckpointWatch::sign_unpublished(const ports::Head& head, Then then) {
  submit(&LogPublisher::sign_unpublished, head, std::move(then));
}

void CheckpointWatch::submit(Work work, const ports::Head& head, Then then) {
  ++publishing_;
  ports_.lanes.submit({"log", {}, kPublishPatience, {}, false},
                      [this, work, publisher = publisher_, head,
                       then = std::move(then)](const ports::Call&) -> ports::Completion {
                        auto result =
                            std::make_shared<base::Result<Published>>(((*publisher).*work)(head));
                        return [this, result, then] {
                          finished(*result, static_cast<bool>(then));
                          if (then) then(std::move(*result));
                        };
                      });
}

void CheckpointWatch::finished(const base::Result<Published>& result, bool was_asked_for) {
  --publishing_;
  published_at_ = ports_.clock.mono();
  failed_ = !result;
  if (!result) {
    if (result.error().code == base::Code::Corruption)
      host_.contradicted(result.error());
    else
      host_.trouble(result.error());
    return;
  }
  const bool is_new = result->head.size > published_size_;
  published_size_ = std::max(published_size_, result->head.size);
  if (is_new) host_.published(*result, was_asked_for);
}

/// While releases run, once a minute; what is written when none does (follow-ups, changes of keys)
/// is covered at once. At first, whoever confirms checkpoints gets the one that is there.
bool CheckpointWatch::is_due(base::MonoTime now, bool running) {
  const bool has_attestors = !ports_.witnesses.empty() || ports_.timestamps.client != nullptr;
  if (std::exchange(begun_, true) == false && has_attestors) return true;
  if (size_ <= published_size_ || publishing_ > 0) return false;
  if (running) return now - published_at_ >= kCheckpointInterval;
  return !failed_ || now - published_at_ >= kFailedInterval;
}

void CheckpointWatch::pump(base::MonoTime now, bool running) {
  if (asking_ || !is_due(now, running)) return;
  asking_ = true;
  ports_.lanes.submit({"store", {}, base::seconds(10), {}, false},
                      [this](const ports::Call&) -> ports::Completion {
                        auto head = ports_.journal.head();
                        return [this, head] {
                          asking_ = false;
                          published_at_ = ports_.clock.mono();
                          if (head)
                            publish(*head, {});
                          else
                            host_.trouble(head.error());
                        };
                      });
}

}  // namespace stellwerk::engine

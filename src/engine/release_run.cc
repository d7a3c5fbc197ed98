#include "engine/release_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/mutation.h"
#include "base/version.h"
#include "engine/entries.h"

namespace stellwerk::engine {
namespace {

/// How long a decided rollback waits for its entry before traffic is written without it (design:
/// nothing blocks it).
constexpr base::Duration kAppendPatience = base::milliseconds(250);

/// What an append has at least, however long its turn was in coming: a store that answers is not
/// passed over, as when the process was frozen before it was asked.
constexpr base::Duration kAppendChance = base::milliseconds(50);

/// What users wait for when a release goes back: it does not wait for the journal.
bool serves_users(const core::Intent& intent) {
  return intent.kind == core::EffectKind::ReturnTraffic ||
         intent.kind == core::EffectKind::RestoreCapacity ||
         intent.kind == core::EffectKind::EndDowntime;
}

/// Rolls back, or ends a downtime because the release is called off.
bool goes_back(const core::Decision& decision) {
  return std::any_of(decision.entries.begin(), decision.entries.end(), [](const auto& entry) {
    if (std::holds_alternative<core::RollbackInitiated>(entry.event)) return true;
    return std::holds_alternative<core::CancelStarted>(entry.event) &&
           std::any_of(entry.intents.begin(), entry.intents.end(), serves_users);
  });
}

constexpr std::string_view kUnwritable = "ENG-0027";
constexpr base::Duration kAfterUnwritable = base::seconds(30);

/// A first answer of an effect: it may be repeated without what it brought.
std::optional<base::EffectKey> answered_effect(const core::InputBody& body) {
  const auto* returned = std::get_if<core::EffectReturned>(&body);
  if (returned == nullptr || returned->summary == kUnwritable) return std::nullopt;
  return returned->key;
}

base::Error unwritable(const base::ReleaseId& release, const base::Error& cause) {
  return base::error(base::Code::Rejected, std::string(kUnwritable),
                     fmt::format("what was decided for {} cannot be written", release.str()))
      .because(cause.one_line())
      .now("nothing of it was done; the release goes on without it")
      .then(fmt::format("stellwerk release show {}", release.str()), "where it stands");
}

/// Its entry would have a signature that had expired.
bool counts_no_more(const Asker& by, const base::Now& at) {
  return by.signature && by.signature->until && at.wall.us >= by.signature->until->us;
}

base::Error expired_meanwhile(const base::ReleaseId& release) {
  return base::error(base::Code::Rejected, "AUD-0028", "the signature expired while it waited")
      .because("what was decided before it could not be written for so long")
      .now("nothing of it was done")
      .then(fmt::format("stellwerk release show {}", release.str()), "where it stands")
      .then("sign a new text", "each has an end of its own");
}

/// Entries keep milliseconds; the state must be the same when it is folded from them.
base::WallTime to_millisecond(base::WallTime t) { return {t.us - t.us % 1000}; }

}  // namespace

ReleaseRun::ReleaseRun(EnginePorts& ports, Committer& committer, RunHost& host, core::Plan plan,
                       core::State state, RunbookClock clock)
    : ports_(ports),
      committer_(committer),
      host_(host),
      plan_(std::make_shared<const core::Plan>(std::move(plan))),
      state_(std::move(state)),
      clock_(clock) {}

base::Now ReleaseRun::now() const {
  const base::MonoTime mono = ports_.clock.mono();
  return {to_millisecond(ports_.clock.wall()), mono, clock_.at(mono)};
}

void ReleaseRun::handle(core::InputBody body, const Asker& by, Reply reply) {
  inputs_.push_back({std::move(body), by, std::move(reply), ports_.clock.mono()});
  decide_next();
}

void ReleaseRun::pump() {
  if (!pending_) {
    const auto due = core::next_due(*plan_, state_);
    const base::MonoTime mono = ports_.clock.mono();
    if (due && inputs_.empty() && mono >= ticks_from_ && clock_.at(mono) >= *due)
      inputs_.push_back({core::Ticked{}, {}, {}, mono});
    decide_next();
    return;
  }
  const base::MonoTime mono = ports_.clock.mono();
  if (const auto over = limit_is_over_at(); over && mono >= *over) {
    pending_->told_time = true;
    inputs_.push_back({core::Ticked{}, {}, {}, mono});
  }
  if (can_look_ahead() && mono >= looks_ahead_at()) act_early();
  if (!pending_->in_flight && mono >= pending_->retry_at) append();
}

std::optional<base::MonoTime> ReleaseRun::wake_at() const {
  const base::MonoTime mono = ports_.clock.mono();
  if (!pending_) {
    const auto due = core::next_due(*plan_, state_);
    if (!due) return std::nullopt;
    return std::max(mono + clock_.until(*due, mono), ticks_from_);
  }
  const auto over = limit_is_over_at();
  const auto or_over = [&over](base::MonoTime at) { return over ? std::min(at, *over) : at; };
  if (!pending_->in_flight) return or_over(pending_->retry_at);
  const bool early = pending_->rolls_back || core::goes_back(state_);
  if (can_look_ahead() && (early || !inputs_.empty()))
    return or_over(std::max(looks_ahead_at(), mono));
  return over;
}

/// What a limit of time ends does not wait for the store either.
std::optional<base::MonoTime> ReleaseRun::limit_is_over_at() const {
  if (pending_->told_time) return std::nullopt;
  const auto due = core::going_back_due(*plan_, pending_->decision.next);
  if (!due) return std::nullopt;
  const base::MonoTime mono = ports_.clock.mono();
  return mono + clock_.until(*due, mono);
}

base::MonoTime ReleaseRun::looks_ahead_at() const {
  if (base::mutated(base::Mutation::ForgetPatience)) return pending_->asked_at;
  return std::max(pending_->since + kAppendPatience, pending_->asked_at + kAppendChance);
}

/// Each input is decided on in advance once, however long the append hangs.
bool ReleaseRun::can_look_ahead() const {
  return !pending_->looked_ahead || *pending_->looked_ahead < inputs_.size();
}

Answer ReleaseRun::answer_of(const core::Decision& decision) {
  Answer answer{decision.refusal, decision.ignored_because, {}};
  for (const core::NewEvent& entry : decision.entries)
    answer.entries.push_back(core::type_of(entry.event));
  return answer;
}

void ReleaseRun::decide_next() {
  while (!pending_ && !inputs_.empty()) {
    Waiting waiting = std::move(inputs_.front());
    inputs_.pop_front();
    const base::Now at = waiting.decided_at.value_or(now());
    if (counts_no_more(waiting.by, at)) {
      if (waiting.reply) waiting.reply({expired_meanwhile(plan_->release), {}, {}});
      continue;
    }
    auto answers = answered_effect(waiting.body);
    core::Decision decision =
        core::decide(*plan_, state_, {at, waiting.by.person, std::move(waiting.body)});
    if (decision.entries.empty()) {
      if (waiting.reply) waiting.reply(answer_of(decision));
      continue;
    }
    if (!told_program_)
      decision.entries.front().input[kProgramKey] = std::string(base::program_version());
    add_known_by(decision.entries.front().input, waiting.by);
    const bool rolls_back = goes_back(decision);
    pending_ = Pending{std::move(decision), at,    std::move(waiting.reply),
                       rolls_back,          false, waiting.since,
                       ports_.clock.mono(), {},    0,
                       std::move(answers)};
    append();
  }
}

base::Result<CommitRequest> ReleaseRun::request() const {
  CommitRequest request;
  request.stream = plan_->release;
  request.expected_version = state_.version;
  request.ends_stream =
      core::is_terminal(pending_->decision.next.stage) && !core::is_terminal(state_.stage);
  request.urgent = pending_->rolls_back;
  for (const core::NewEvent& event : pending_->decision.entries) {
    auto encoded = encode(plan_->release, event, pending_->at, pending_->decision.next.t0);
    if (!encoded) return base::fail(std::move(encoded.error()));
    request.entries.push_back(std::move(encoded->entry));
    if (!encoded->content.empty()) request.contents.push_back(std::move(encoded->content));
  }
  if (request.entries.size() > ports::kAppendEntriesMax)
    return base::fail(base::Code::InvalidArgument, "JRN-0004",
                      fmt::format("one decision has {} entries", request.entries.size()));
  return request;
}

void ReleaseRun::append() {
  auto wanted = request();
  if (!wanted) return give_up(wanted.error());
  wanted->done = [this](base::Result<std::uint64_t> first) { appended(std::move(first)); };
  pending_->in_flight = true;
  if (base::mutated(base::Mutation::ActBeforeCommit)) start_effects(pending_->decision);
  committer_.commit(std::move(*wanted));
}

/// What no entry can say is not decided: nothing from outside may end the loop or make it turn for
/// ever. A rollback's traffic is returned all the same; an effect counts as answered without what
/// it brought.
void ReleaseRun::give_up(const base::Error& error) {
  Pending left = std::move(*pending_);
  pending_.reset();
  const base::Error why = unwritable(plan_->release, error);
  host_.report(why);
  ticks_from_ = ports_.clock.mono() + kAfterUnwritable;
  if (left.rolls_back) act_early_on(left.decision);
  for (Waiting& each : inputs_) each.decided_at.reset();  // on what does not come to be
  if (left.answers) {
    const auto intent = state_.open.find(*left.answers);
    const bool once =
        intent != state_.open.end() && intent->second.effect_class == core::EffectClass::Once;
    core::EffectReturned bare;
    bare.key = *left.answers;
    bare.outcome = once ? core::Outcome::Unknown : core::Outcome::Failed;
    bare.summary = kUnwritable;
    inputs_.push_front({std::move(bare), {}, {}, ports_.clock.mono()});
  }
  if (left.reply) left.reply({why, {}, {}});
}

void ReleaseRun::appended(base::Result<std::uint64_t> first_index) {
  pending_->in_flight = false;
  if (first_index)
    committed(*first_index);
  else
    failed(first_index.error());
}

void ReleaseRun::start_effects(const core::Decision& decision) {
  for (const core::NewEvent& entry : decision.entries)
    for (const core::Intent& intent : entry.intents)
      if (!was_started_early(intent) && called_off_.erase(intent.key) == 0)
        host_.start_effect(plan_->release, intent);
}

void ReleaseRun::committed(std::uint64_t first_index) {
  Pending done = std::move(*pending_);
  pending_.reset();
  state_ = std::move(done.decision.next);
  told_program_ = true;
  const Answer answer = answer_of(done.decision);

  for (const base::EffectKey& key : done.decision.cancel) host_.cancel_effect(key);
  if (!base::mutated(base::Mutation::ActBeforeCommit)) start_effects(done.decision);

  std::vector<Written> written;
  for (core::NewEvent& entry : done.decision.entries)
    written.push_back({first_index++, plan_->release, std::move(entry), done.at, state_.t0});
  host_.written(written);
  host_.state_changed(plan_->release);
  if (done.reply) done.reply(answer);
  decide_next();
  if (!idle()) return;  // else all that was decided in advance is decided for good
  acted_early_.clear();
  called_off_.clear();
}

void ReleaseRun::failed(const base::Error& error) {
  ++pending_->failures;
  pending_->retry_at = ports_.clock.mono() +
                       base::milliseconds(200) * std::int64_t{std::min(pending_->failures, 50U)};
  host_.report(
      base::Error(error).during(fmt::format("writing the journal of {}", plan_->release.str())));
  if (act_early()) host_.make_room();
  look_whether_written();
}

/// An append that failed may still have become durable; then it is not to be repeated.
void ReleaseRun::look_whether_written() {
  pending_->in_flight = true;
  const std::uint64_t version = state_.version;
  const std::size_t count = pending_->decision.entries.size();
  ports_.lanes.submit({"store", {}, base::seconds(10), {}, pending_->rolls_back},
                      [this, version, count](const ports::Call&) {
                        auto read = ports_.journal.read_stream(plan_->release, version, count);
                        const bool whole = read && read->size() == count;
                        const std::uint64_t first = whole ? read->front().index : 0;
                        return [this, whole, first] {
                          pending_->in_flight = false;
                          if (whole) committed(first);
                        };
                      });
}

/// A rollback that was decided, or waits behind an append that hangs, and whatever of it follows.
/// Deciding in advance shows; the keys will be the same when it is decided for good, as of the same
/// moment. True: there is a rollback.
bool ReleaseRun::act_early() {
  pending_->looked_ahead = inputs_.size();
  bool early = pending_->rolls_back || core::goes_back(state_);
  if (early) act_early_on(pending_->decision);
  core::State state = pending_->decision.next;
  const base::Now at = now();
  for (const Waiting& waiting : inputs_) {
    core::Decision decision = core::decide(
        *plan_, state, {waiting.decided_at.value_or(at), waiting.by.person, waiting.body});
    early = early || goes_back(decision);
    if (early) act_early_on(decision);
    state = std::move(decision.next);
  }
  if (early)
    for (Waiting& waiting : inputs_)
      if (!waiting.decided_at) waiting.decided_at = at;
  return early;
}

/// What the rollback calls off must not act after it: a change of traffic that waits behind it in
/// the router's lane, or whose entry is still being written, would undo it.
void ReleaseRun::act_early_on(const core::Decision& decision) {
  for (const base::EffectKey& key : decision.cancel) {
    host_.cancel_effect(key);
    if (!state_.open.contains(key)) called_off_.insert(key);
  }
  for (const core::NewEvent& entry : decision.entries) {
    for (const core::Intent& intent : entry.intents) {
      if (serves_users(intent) && acted_early_.try_emplace(intent.key, intent.kind).second)
        host_.start_emergency(plan_->release, intent, decision.next);
    }
  }
}

/// True, once, when the emergency path has started this effect.
bool ReleaseRun::was_started_early(const core::Intent& intent) {
  const auto found = acted_early_.find(intent.key);
  if (found == acted_early_.end()) return false;
  const bool is_the_same = found->second == intent.kind;
  acted_early_.erase(found);
  return is_the_same;
}

}  // namespace stellwerk::engine

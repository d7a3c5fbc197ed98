// Inputs as they stand in entries: what a decision was made on, so that it can be made again.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/archive.h"
#include "core/decide.h"
#include "core/names.h"

namespace stellwerk::core {

// One list of fields for each input; what VerdictReached says is its entry's own data.
template <class A>
void fields(A& a, RunRequested& in) {
  a("plan", in.plan)("speed", in.speed);
}
template <class A>
void fields(A& a, ClockBound& in) {
  a("runbook_us", in.runbook)("speed", in.speed);
}
template <class A>
void fields(A& a, WallClockStepped& in) {
  a("by_us", in.by);
}
template <class A>
void fields(A&, Ticked&) {}
template <class A>
void fields(A& a, EffectReturned& in) {
  a("key", in.key)("outcome", in.outcome)("summary", in.summary)("evidence", in.evidence);
  a("data", in.data)("text", in.text)("emergency_line", in.emergency_line);
}
template <class A>
void fields(A& a, HoldProgressed& in) {
  a("wave", in.wave)("guarded_us", in.guarded)("real_us", in.real)("requests", in.requests);
  a("guard_state", in.guard_state)("windows", in.windows)("watching", in.watching);
  a("run", in.run);
}
template <class A>
void fields(A& a, VerdictReached& in) {
  a("verdict", in.verdict)("evidence", in.evidence)("received_us", in.received);
}
template <class A>
void fields(A& a, Attested& in) {
  a("step", in.step)("note", in.note)("summary", in.summary)("evidence", in.evidence);
}
template <class A>
void fields(A& a, Approved& in) {
  a("plan", in.plan)("signed", in.signature)("decision", in.decision)("role", in.role);
  a("document", in.document)("key", in.key)("reason", in.reason);
}
template <class A>
void fields(A& a, Rejected& in) {
  a("plan", in.plan)("reason", in.reason)("document", in.document)("key", in.key);
}
template <class A>
void fields(A& a, PauseRequested& in) {
  a("reason", in.reason);
}
template <class A>
void fields(A& a, ResumeRequested& in) {
  a("reason", in.reason)("again", in.again);
}
template <class A>
void fields(A&, PromoteRequested&) {}
template <class A>
void fields(A& a, RollbackRequested& in) {
  a("reason", in.reason);
}
template <class A>
void fields(A&, StopRequested&) {}
template <class A>
void fields(A& a, Restarted& in) {
  a("lease_alive", in.lease_alive)("routes_moved", in.routes_moved)("guard_lost", in.guard_lost);
}
template <class A>
void fields(A& a, LeaseLost& in) {
  a("since", in.since);
}
template <class A>
void fields(A& a, RoutesChanged& in) {
  a("found", in.found);
}
template <class A>
void fields(A&, RouterBroughtUp&) {}
template <class A>
void fields(A& a, OldCapacityChanged& in) {
  a("component", in.component)("gone", in.gone);
}
template <class A>
void fields(A& a, EmergencyFound& in) {
  a("lines", in.lines)("count", in.count)("traffic_returned", in.traffic_returned)("failed",
                                                                                   in.failed);
}

namespace {

constexpr const char* kKind = "kind";
constexpr const char* kBy = "by";
constexpr const char* kSays = "says";

/// What the first entry says in its own data is not said twice: an effect's answer, a verdict.
bool said_by(const InputBody& body, const Event& first) {
  if (std::holds_alternative<VerdictReached>(body))
    return std::holds_alternative<VerdictChanged>(first);
  const auto* returned = std::get_if<EffectReturned>(&body);
  return returned != nullptr && std::holds_alternative<EffectFinished>(first);
}

std::optional<InputBody> body_in(const Event& first) {
  if (const auto* changed = std::get_if<VerdictChanged>(&first))
    return VerdictReached{changed->verdict, changed->evidence, changed->received};
  if (const auto* ended = std::get_if<EffectFinished>(&first))
    return EffectReturned{
        ended->key, ended->outcome, ended->detail, ended->evidence, ended->data, ended->text, {}};
  return std::nullopt;
}

using Decoder = InputBody (*)(const base::Json&, ReadProblem&);

template <std::size_t I>
InputBody decode_as(const base::Json& says, ReadProblem& problem) {
  std::variant_alternative_t<I, InputBody> body;
  JsonReader::from(says, body, problem);
  return InputBody(std::in_place_index<I>, std::move(body));
}

template <std::size_t... I>
constexpr std::array<Decoder, sizeof...(I)> decoders(std::index_sequence<I...>) {
  return {&decode_as<I>...};
}
constexpr auto kDecoders = decoders(std::make_index_sequence<std::variant_size_v<InputBody>>{});

template <std::size_t... I>
std::array<std::string_view, sizeof...(I)> input_names(std::index_sequence<I...>) {
  return {name_of_input(InputBody(std::in_place_index<I>))...};
}

base::Failure unreadable(std::string why) {
  return base::fail(
      base::error(base::Code::Corruption, "ENG-0002", "what was decided on cannot be read")
          .because(std::move(why)));
}

std::string text_in(const base::Json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

base::Json encode_input(const Input& input, const Event& first) {
  base::Json record{{kKind, name_of_input(input.body)}};
  if (!input.by.empty()) record[kBy] = input.by.str();
  if (said_by(input.body, first)) return record;
  base::Json says = std::visit([](const auto& body) { return JsonWriter::to(body); }, input.body);
  if (!says.empty()) record[kSays] = std::move(says);
  return record;
}

base::Result<DecidedOn> decode_input(const base::Json& record, const Event& first) {
  static const auto names = input_names(std::make_index_sequence<std::variant_size_v<InputBody>>{});
  if (!record.is_object()) return unreadable("it is no object");
  DecidedOn on;
  on.by = base::PersonId(text_in(record, kBy));
  const std::string kind = text_in(record, kKind);
  const auto name = std::find(names.begin(), names.end(), kind);
  if (name == names.end()) return unreadable(fmt::format("unknown input \"{}\"", kind));
  const auto index = static_cast<std::size_t>(name - names.begin());
  const auto says = record.find(kSays);
  if (says == record.end()) {
    auto body = body_in(first);
    if (body && body->index() == index) {
      on.body = std::move(*body);
      return on;
    }
  }
  ReadProblem problem;
  on.body = kDecoders[index](says == record.end() ? base::Json::object() : *says, problem);
  if (problem.any()) return unreadable(fmt::format("{}: {}", kind, problem.text));
  return on;
}

}  // namespace stellwerk::core

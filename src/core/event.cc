#include "core/event.h"

#include <fmt/format.h>

#include <array>

#include "core/archive.h"
#include "core/names.h"

namespace stellwerk::core {
namespace {

constexpr std::string_view kWavePrefix = "scheduler.release.wave";

/// The table from event to name, in the order of the variant's alternatives; a wave's number is
/// appended to its name.
constexpr std::array<std::string_view, std::variant_size_v<Event>> kNames{
    "audit.release.planned",
    "scheduler.release.planned",
    "scheduler.clock.anchored",
    "scheduler.clock.stepped",
    "stellwerk.step.started",
    "audit.step.passed",
    "audit.step.attested",
    "audit.step.failed",
    "audit.step.reopened",
    "audit.approval.granted",
    "audit.approval.rejected",
    "notification.maintenance.scheduled",
    "stellwerk.precheck.started",
    "audit.precheck.completed",
    "scheduler.release.started",
    "notification.release.started",
    "scheduler.release.deployed",
    "stellwerk.traffic.intended",
    kWavePrefix,
    "notification.release.progress",
    "stellwerk.hold.saved",
    "stellwerk.hold.completed",
    "analytics.verdict.changed",
    "scheduler.release.paused",
    "scheduler.release.resumed",
    "scheduler.release.promoted",
    "scheduler.release.completed",
    "analytics.release.metrics",
    "audit.release.completed",
    "notification.release.successful",
    "audit.release.logged",
    "notification.rollback.initiated",
    "notification.rollback.executed",
    "scheduler.release.rolledback",
    "notification.rollback.completed",
    "audit.release.rolledback",
    "audit.rollback.logged",
    "stellwerk.cancel.started",
    "scheduler.release.cancelled",
    "scheduler.release.failed",
    "stellwerk.effect.requested",
    "stellwerk.effect.finished",
    "stellwerk.effect.abandoned",
    "scheduler.lease.expired",
    "scheduler.routes.reasserted",
    "scheduler.traffic.settled",
    "scheduler.version.retired",
    "audit.checkpoint.signed",
    "scheduler.capacity.changed",
    "audit.journal.gap",
    "stellwerk.engine.restarted",
    "scheduler.downtime.started",
    "scheduler.downtime.ended",
    "audit.key.rotated",
    "audit.content.erased",
    "audit.procedure.recorded",
};

using Decoder = base::Result<Event> (*)(const base::Json&);

template <std::size_t I>
base::Result<Event> decode_as(const base::Json& data) {
  std::variant_alternative_t<I, Event> event;
  ReadProblem problem;
  JsonReader::from(data, event, problem);
  if (problem.any())
    return base::fail(base::error(base::Code::Corruption, "ENG-0002",
                                  fmt::format("an entry of type {} cannot be read", kNames[I]))
                          .because(problem.text));
  return Event(std::in_place_index<I>, std::move(event));
}

template <std::size_t... I>
constexpr std::array<Decoder, sizeof...(I)> decoders(std::index_sequence<I...>) {
  return {&decode_as<I>...};
}
constexpr auto kDecoders = decoders(std::make_index_sequence<std::variant_size_v<Event>>{});

/// `scheduler.release.wave2` is found under its prefix.
std::string_view family_of(std::string_view type) {
  const bool is_wave = type.starts_with(kWavePrefix) && type.size() > kWavePrefix.size() &&
                       type.find_first_not_of("0123456789", kWavePrefix.size()) == type.npos;
  return is_wave ? kWavePrefix : type;
}

}  // namespace

std::string type_of(const Event& event) {
  const std::string name(kNames[event.index()]);
  if (const auto* wave = std::get_if<WaveStarted>(&event)) return name + std::to_string(wave->wave);
  return name;
}

std::optional<base::Digest> private_text_of(const Event& event) {
  return std::visit(
      [](const auto& each) -> std::optional<base::Digest> {
        if constexpr (requires { each.text; })
          return each.text;
        else if constexpr (requires { each.reason; })
          return each.reason;
        else if constexpr (requires {
                             each.person;
                             each.note;
                           })
          return each.note;
        else
          return std::nullopt;
      },
      event);
}

bool is_public(std::string_view type) { return !type.starts_with("stellwerk."); }

std::vector<EventName> all_event_names() {
  std::vector<EventName> names;
  for (const std::string_view name : kNames)
    names.push_back({name == kWavePrefix ? "scheduler.release.waveN" : name, is_public(name)});
  return names;
}

base::Json encode_event(const Event& event) {
  return std::visit([](const auto& each) { return JsonWriter::to(each); }, event);
}

base::Result<Event> decode_event(std::string_view type, const base::Json& data) {
  const std::string_view family = family_of(type);
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == family) return kDecoders[i](data);
  return base::fail(
      base::error(base::Code::Corruption, "ENG-0002", fmt::format("unknown entry type {}", type))
          .because("a newer program may have written it"));
}

base::Json encode_intent(const Intent& intent) { return JsonWriter::to(intent); }

base::Result<Intent> decode_intent(const base::Json& json) {
  Intent intent;
  ReadProblem problem;
  JsonReader::from(json, intent, problem);
  if (!problem.any()) return intent;
  return base::fail(
      base::error(base::Code::Corruption, "ENG-0002", "an effect intent cannot be read")
          .because(problem.text));
}

}  // namespace stellwerk::core

#include "engine/cause_text.h"

#include <fmt/format.h>

#include "base/text.h"

namespace stellwerk::engine {
namespace {

constexpr std::size_t kShownMax = 200;

std::string word_or(base::Locale locale, const std::string& key, std::string_view otherwise) {
  return base::has_message(key) ? base::message(locale, key)
                                : base::printable(otherwise, kShownMax);
}

bool names_person(const core::Plan& plan, std::string_view detail) {
  return plan.find_person(base::PersonId(std::string(detail))) != nullptr;
}

std::string text_of(std::string cause, std::string_view code, std::string detail) {
  // Who it was by hand stands beside it.
  const bool says_more = code != "person" && !detail.empty();
  return says_more ? fmt::format("{}: {}", cause, detail) : cause;
}

}  // namespace

std::string detail_text(base::Locale locale, std::string_view detail, const core::Plan* plan) {
  constexpr std::string_view kWave = "wave-";
  if (detail.starts_with(kWave))
    return base::message(locale, "cli.detail.wave",
                         {{"wave", base::printable(detail.substr(kWave.size()), kShownMax)}});
  for (const char* words : {"cli.cause.", "cli.rollback.", "cli.detail."})
    if (const auto key = words + std::string(detail); base::has_message(key))
      return base::message(locale, key);
  const core::Step* step =
      plan == nullptr ? nullptr : plan->find_step(base::StepId(std::string(detail)));
  if (step == nullptr) return base::printable(detail, kShownMax);
  return fmt::format("{} ({})", step->title, step->id.str());
}

std::string pause_text(base::Locale locale, std::string_view cause, std::string_view detail,
                       const core::Plan* plan) {
  return text_of(word_or(locale, "cli.pause." + std::string(cause), cause), cause,
                 detail_text(locale, detail, plan));
}

std::string rollback_text(base::Locale locale, std::string_view cause, std::string_view detail,
                          const core::Plan* plan) {
  return text_of(word_or(locale, "cli.rollback." + std::string(cause), cause), cause,
                 detail_text(locale, detail, plan));
}

std::string ending_text(base::Locale locale, std::string_view detail, const core::Plan& plan) {
  if (names_person(plan, detail)) return base::message(locale, "cli.rollback.person");
  if (plan.find_step(base::StepId(std::string(detail))) != nullptr)
    return pause_text(locale, "step-failed", detail, &plan);
  return detail_text(locale, detail, &plan);
}

}  // namespace stellwerk::engine

#include "cli/live_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/release_view.h"
#include "cli/verdict_text.h"
#include "cli/view_json.h"
#include "engine/cause_text.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kComponentsNamed = 3;
constexpr const char* kLag = "consumer_lag";

const base::Json& rows_of(const base::Json& view, const char* key) {
  static const base::Json none = base::Json::array();
  const base::Json& rows = member(view, key);
  return rows.is_array() ? rows : none;
}

class ModelMaker {
 public:
  ModelMaker(const base::Json& view, const FigureHistory& history, base::Locale locale)
      : view_(view), history_(history), locale_(locale) {}

  LiveModel make() {
    about();
    times();
    traffic();
    measured();
    guard();
    troubles();
    waiting();
    health();
    model_.lost_lines = number(view_, "lost_lines");
    return std::move(model_);
  }

 private:
  [[nodiscard]] std::string say(const std::string& key,
                                const base::MessageArguments& arguments = {}) const {
    // A newer engine may use words that this program has no text for: they are shown as they are.
    if (!base::has_message(key)) return key.substr(key.rfind('.') + 1);
    return base::message(locale_, key, arguments);
  }

  void about() {
    model_.release = word(view_, "release");
    model_.title = word(view_, "title");
    model_.stage = word(view_, "stage");
    model_.ended = truth(view_, "ended");
    model_.wave = number(view_, "wave");
    std::vector<std::string> components;
    for (const base::Json& each : rows_of(view_, "components"))
      components.push_back(
          fmt::format("{} {} → {}", word(each, "name"), word(each, "from"), word(each, "to")));
    const std::string which =
        components.size() <= kComponentsNamed
            ? fmt::format("{}", fmt::join(components, ", "))
            : say("cli.live.components", {{"count", std::to_string(components.size())}});
    model_.scope = fmt::format("{} · {}, {}", which, word(view_, "type"), word(view_, "strategy"));
  }

  void times() {
    model_.offset = word(view_, "runbook_time");
    model_.due = word(view_, "next_due");
    if (const base::Json& span = member(view_, "next_due_in_us"); span.is_number_integer())
      model_.due_in_us = span.get<std::int64_t>();
    model_.speed = std::max<std::int64_t>(number(view_, "speed"), 1);
    const base::Json& hold = member(view_, "hold");
    if (!hold.is_object()) return;
    model_.hold = {number(hold, "guarded_us"), number(hold, "wanted_us"), number(hold, "requests"),
                   truth(hold, "promoted") ? promoted_text(hold, locale_) : std::string()};
  }

  void traffic() {
    const base::Json& traffic = member(view_, "traffic");
    model_.share_ppm = number(traffic, "new_version_share_ppm");
    model_.tenants = words(member(traffic, "tenants"));
    model_.maintenance = words(member(traffic, "maintenance"));
    model_.downtime_until = word(view_, "downtime_until");
    model_.tenants_known = number(traffic, "tenants_known");
    for (const base::Json& share : rows_of(traffic, "wave_shares_ppm"))
      if (share.is_number_integer()) model_.wave_shares.push_back(share.get<std::int64_t>());
    const base::Json& limits = member(view_, "limits");
    const auto limit = [&](Metric metric, const char* key) {
      if (const std::int64_t value = number(limits, key); value > 0) model_.limits[metric] = value;
    };
    limit(Metric::Errors, "error_rate_pause_ppm");
    limit(Metric::P95, "p95_us");
    limit(Metric::Lag, kLag);
  }

  MeasuredVersion measured(const std::string& component, std::string version) {
    MeasuredVersion made;
    made.version = std::move(version);
    for (const Metric metric : kMetrics) {
      made.course[metric] = history_.course(component, made.version, metric);
      const Course& course = made.course[metric];
      if (!course.empty() && course.back()) made.now[metric] = *course.back();
    }
    return made;
  }

  void measured() {
    for (const base::Json& each : rows_of(view_, "components")) {
      const std::string name = word(each, "name");
      model_.components.push_back(
          {name, measured(name, word(each, "to")), measured(name, word(each, "from"))});
    }
  }

  void guard() {
    const base::Json& json = member(view_, "verdict");
    const base::Duration slow{number(member(view_, "limits"), "p95_us")};
    const auto in_words = [&] { return verdict_text(locale_, verdict_of_view(json), slow); };
    if (truth(view_, "guard_wanted")) {
      model_.guard = say("cli.view.guard-nobody");
      model_.guard_colour = Colour::Red;
      return;
    }
    if (!truth(view_, "guard_armed")) {
      model_.guard = say("cli.live.guard-off");
      model_.guard_colour = Colour::Dim;
      return;
    }
    if (!json.is_object()) {
      model_.guard = say("cli.view.guard-armed");
      return;
    }
    model_.guard = in_words();
    const bool good = verdict_of_view(json).action == core::Action::Continue;
    model_.guard_colour = good ? Colour::Green : Colour::Red;
  }

  [[nodiscard]] std::string by_whom(const std::string& cause, const base::Json& json) const {
    const std::string reason = word(json, "reason");
    return say("cli.view.paused-by", {{"cause", cause}, {"by", word(json, "by")}}) +
           (reason.empty() ? "" : " · " + reason);
  }

  void troubles() {
    const std::string engine = word(view_, "engine");
    if (!model_.ended && (engine == "none" || engine == "unreachable"))
      model_.engine = say("cli.live.engine-" + engine, {{"time", word(view_, "last_entry")}});
    if (const base::Json& json = member(view_, "rollback"); json.is_object()) {
      model_.rollback =
          by_whom(engine::rollback_text(locale_, word(json, "cause"), word(json, "detail")), json) +
          " · " +
          say(truth(json, "traffic_returned") ? "cli.view.returned" : "cli.view.not-returned");
      return;
    }
    if (const base::Json& json = member(view_, "paused"); json.is_object())
      model_.paused =
          by_whom(engine::pause_text(locale_, word(json, "cause"), word(json, "detail")), json);
  }

  void health() {
    for (const base::Json& row : rows_of(view_, "health")) {
      const bool of_a_version = !word(row, "version").empty();
      model_.health.push_back({word(row, "target"), truth(row, "good"), word(row, "detail"),
                               of_a_version ? word(row, "service") : "",
                               truth(row, "new_version")});
    }
  }

  void waiting() {
    for (const std::string& id : words(member(view_, "waiting_for"))) {
      LiveWaiting one{fmt::format("stellwerk attest {} {}", model_.release, id), {}};
      for (const char* list : {"steps", "rollback_steps"})
        for (const base::Json& step : rows_of(view_, list))
          if (word(step, "id") == id) describe(one, step);
      model_.waiting.push_back(std::move(one));
    }
  }

  void describe(LiveWaiting& one, const base::Json& step) const {
    if (word(step, "kind") == "approval")
      one.command = fmt::format("stellwerk approve {}", model_.release);
    std::vector<std::string> roles;
    for (const std::string& role : words(member(step, "roles")))
      roles.push_back(say("role." + role));
    one.what = fmt::format("{} ({})", word(step, "title"), fmt::join(roles, ", "));
  }

  const base::Json& view_;
  const FigureHistory& history_;
  base::Locale locale_;
  LiveModel model_;
};

}  // namespace

void FigureHistory::take(const base::Json& view, base::MonoTime now) {
  newest_ = now.us / kCell.us;
  for (const base::Json& row : rows_of(view, "kpis")) {
    const auto put_one = [&](Metric metric, std::int64_t value) {
      put({word(row, "component"), word(row, "version"), metric}, value);
    };
    put_one(Metric::Requests, number(row, "requests"));
    put_one(Metric::Errors, number(row, "error_rate_ppm"));
    if (member(row, "p95_us").is_number_integer()) put_one(Metric::P95, number(row, "p95_us"));
  }
  for (const base::Json& row : rows_of(view, "gauges"))
    if (word(row, "name") == kLag)
      put({word(row, "component"), word(row, "version"), Metric::Lag}, number(row, "value"));
  for (const base::Json& row : rows_of(view, "logs")) {
    put({word(row, "component"), word(row, "version"), Metric::ErrorLines},
        number(row, "errors_minute"));
    put({word(row, "component"), word(row, "version"), Metric::WarnLines},
        number(row, "warnings_minute"));
  }
  const auto first_kept = newest_ - static_cast<std::int64_t>(kCellsMax) + 1;
  for (auto& [key, cells] : cells_) cells.erase(cells.begin(), cells.lower_bound(first_kept));
  std::erase_if(cells_, [](const auto& each) { return each.second.empty(); });
}

void FigureHistory::put(const Key& key, std::int64_t value) { cells_[key][newest_] = value; }

Course FigureHistory::course(const std::string& component, const std::string& version,
                             Metric metric) const {
  const auto found = cells_.find({component, version, metric});
  if (found == cells_.end()) return {};
  Course course(static_cast<std::size_t>(newest_ - found->second.begin()->first + 1));
  for (const auto& [cell, value] : found->second)
    course[static_cast<std::size_t>(cell - found->second.begin()->first)] = value;
  return course;
}

LiveModel model_of(const base::Json& view, const FigureHistory& history, base::Locale locale) {
  return ModelMaker(view, history, locale).make();
}

}  // namespace stellwerk::cli

#include "cli/release_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ratio.h"
#include "base/text.h"
#include "base/time.h"
#include "base/translated.h"
#include "cli/event_lines.h"
#include "cli/verdict_text.h"
#include "cli/view_json.h"
#include "core/runbook_steps.h"
#include "engine/cause_text.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kDetailIndent = 6;

constexpr std::size_t kLabelWidth = 12;
constexpr std::size_t kIdWidth = 38;
constexpr std::size_t kTenantsListed = 20;
constexpr std::array kPhases{"preparation", "pre-check", "rollout", "post-check"};

base::Duration slow_limit(const base::Json& view) {
  return {number(member(view, "limits"), "p95_us")};
}

/// The figures of the versions that a release brings.
std::vector<const base::Json*> new_version_figures(const base::Json& view) {
  std::vector<const base::Json*> rows;
  const base::Json& kpis = member(view, "kpis");
  if (!kpis.is_array()) return rows;
  for (const base::Json& row : kpis)
    for (const base::Json& component : member(view, "components"))
      if (word(component, "name") == word(row, "component") &&
          word(component, "to") == word(row, "version"))
        rows.push_back(&row);
  return rows;
}

std::string p95_text(const base::Json& figures) {
  const base::Json& p95 = member(figures, "p95_us");
  return p95.is_number_integer() ? latency_text(p95.get<std::int64_t>()) : "-";
}

const base::Json& log_rows(const base::Json& view) {
  static const base::Json none = base::Json::array();
  const base::Json& rows = member(view, "logs");
  return rows.is_array() ? rows : none;
}

/// Counts since the new version was deployed, and of the last minute.
std::string logs_text(const base::Json& row, base::Locale locale) {
  std::string text = base::message(locale, "cli.view.logs-row",
                                   {{"component", word(row, "component")},
                                    {"version", word(row, "version")},
                                    {"errors", word(row, "errors")},
                                    {"errors_minute", word(row, "errors_minute")},
                                    {"warnings", word(row, "warnings")},
                                    {"warnings_minute", word(row, "warnings_minute")},
                                    {"lines", word(row, "lines")},
                                    {"requests", word(row, "requests")}});
  if (number(row, "unread_bytes") > 0)
    text += base::message(locale, "cli.view.logs-unread", {{"bytes", word(row, "unread_bytes")}});
  return text;
}

/// For who is to attest the logs' step: the figures, and where the files are.
std::string logs_to_read(const base::Json& view, const ViewStyle& style) {
  std::string lines;
  for (const base::Json& row : log_rows(view)) {
    std::string text = logs_text(row, style.locale);
    if (truth(row, "new"))
      text += ". " + base::message(style.locale, "cli.view.logs-files",
                                   {{"files", word(row, "folder") + "/*.log"}});
    lines += std::string(kDetailIndent, ' ') + wrapped(text, style.columns, kDetailIndent) + '\n';
  }
  return lines;
}

class ViewWriter {
 public:
  ViewWriter(const base::Json& view, const ViewStyle& style) : view_(view), style_(style) {}

  std::string write() {
    header();
    stage();
    engine();
    traffic();
    guard();
    rollback();
    waiting();
    steps();
    return std::move(text_);
  }

 private:
  [[nodiscard]] std::string say(std::string_view key,
                                const base::MessageArguments& arguments = {}) const {
    // A newer engine may use words that this program has no text for: they are shown as they are.
    if (!base::has_message(key)) return std::string(key.substr(key.rfind('.') + 1));
    return base::message(style_.locale, key, arguments);
  }

  /// What the person said who paused it or rolled it back.
  [[nodiscard]] std::string reason_of(const base::Json& json) const {
    if (truth(json, "reason_erased")) return " · " + say("text.erased");
    const std::string reason = word(json, "reason");
    return reason.empty() ? std::string() : " · " + reason;
  }

  void row(std::string_view label_key, const std::string& value, Colour colour = Colour::Plain) {
    text_ += painted(padded(label_key.empty() ? "" : say(label_key), kLabelWidth), Colour::Dim,
                     style_.colour);
    text_ += painted(wrapped(value, style_.columns, kLabelWidth), colour, style_.colour) + '\n';
  }

  void header() {
    std::string title = word(view_, "release");
    if (const std::string name = word(view_, "title"); !name.empty()) title += "  " + name;
    row("cli.view.release", title, Colour::Bold);
    std::vector<std::string> components;
    for (const base::Json& each : member(view_, "components"))
      components.push_back(
          fmt::format("{} {} → {}", word(each, "name"), word(each, "from"), word(each, "to")));
    row("cli.view.components", fmt::format("{} · {}, {}", fmt::join(components, ", "),
                                           word(view_, "type"), word(view_, "strategy")));
    row("cli.view.plan", fmt::format("{} · {}", word(view_, "plan").substr(0, 19),
                                     say("cli.view.entries", {{"count", word(view_, "entries")}})));
  }

  /// The pause asks whether to roll back, and that was decided.
  [[nodiscard]] bool answered(const base::Json& paused) const {
    return word(paused, "cause") == "ask-rollback" && !member(view_, "rollback").is_null();
  }

  void stage() {
    const std::string name = stage_text(word(view_, "stage"), style_.locale);
    const bool has_wave = number(view_, "wave") > 0;
    row("cli.view.stage",
        has_wave
            ? say("cli.view.stage-wave",
                  {{"stage", name}, {"wave", word(view_, "wave")}, {"waves", word(view_, "waves")}})
            : name);
    if (const base::Json& paused = member(view_, "paused"); !paused.is_null() && !answered(paused))
      row("cli.view.paused",
          say("cli.view.paused-by",
              {{"cause",
                engine::pause_text(style_.locale, word(paused, "cause"), word(paused, "detail"))},
               {"by", word(paused, "by")}}) +
              reason_of(paused),
          Colour::Yellow);
    time();
  }

  void time() {
    const std::string t0 = word(view_, "t0");
    if (t0.empty()) return;
    const std::string now = word(view_, "runbook_time");
    std::string text = now.empty() ? say("cli.view.time-t0", {{"t0", t0}})
                                   : say("cli.view.time-now", {{"now", now}, {"t0", t0}});
    if (const std::string due = word(view_, "next_due"); !due.empty()) {
      const base::Json& span = member(view_, "next_due_in_us");
      text += " · ";
      text += span.is_null() ? say("cli.view.next", {{"due", due}})
                             : say("cli.view.next-in",
                                   {{"due", due}, {"span", span_text(span.get<std::int64_t>())}});
    }
    if (const std::int64_t speed = number(view_, "speed"); speed > 1)
      text += " · " + say("cli.view.speed", {{"speed", std::to_string(speed)}});
    row("cli.view.time", text);
  }

  /// Without an engine nobody carries a release on; all that is known is the journal's.
  void engine() {
    const std::string engine = word(view_, "engine");
    if (truth(view_, "ended") || (engine != "none" && engine != "unreachable")) return;
    row("cli.view.engine", say("cli.view.engine-" + engine, {{"time", word(view_, "last_entry")}}),
        Colour::Red);
  }

  /// Where the traffic goes, and who is shown the page of maintenance instead.
  [[nodiscard]] std::string share_text() const {
    const base::Json& shown = member(member(view_, "traffic"), "maintenance");
    if (!shown.is_array()) return versions_text();
    const std::string until = word(view_, "downtime_until");
    return say(until.empty() ? "cli.view.traffic-page" : "cli.view.traffic-page-until",
               {{"traffic", versions_text()},
                {"tenants", tenants_text(words(shown), style_.locale)},
                {"until", until}});
  }

  [[nodiscard]] std::string versions_text() const {
    const base::Json& traffic = member(view_, "traffic");
    const std::int64_t share = number(traffic, "new_version_share_ppm");
    if (share == 0) return say("cli.view.traffic-none");
    if (share == base::kWhole.value) return say("cli.view.traffic-all");
    const auto tenants = words(member(traffic, "tenants"));
    return say("cli.view.traffic-share", {{"share", base::percent_text({share})},
                                          {"tenants", base::short_list(tenants, kTenantsListed)}});
  }

  void traffic() {
    const bool whole =
        number(member(view_, "traffic"), "new_version_share_ppm") == base::kWhole.value;
    if (!truth(view_, "guard_wanted"))
      return row("cli.view.traffic", share_text(), whole ? Colour::Green : Colour::Plain);
    const std::string until = word(view_, "lease_until");
    std::string key = "cli.view.stored-traffic";
    if (!until.empty()) key += truth(view_, "lease_over") ? "-over" : "-lease";
    row("cli.view.traffic",
        say(key,
            {{"traffic", share_text()}, {"time", word(view_, "last_entry")}, {"until", until}}),
        Colour::Yellow);
  }

  /// The journal's last verdict, when nobody judges now.
  void unguarded() {
    std::string text = say("cli.view.guard-nobody");
    if (const base::Json& json = member(view_, "verdict"); json.is_object())
      text +=
          " · " +
          say("cli.view.guard-last",
              {{"verdict", verdict_text(style_.locale, verdict_of_view(json), slow_limit(view_))}});
    row("cli.view.guard", text, Colour::Red);
  }

  /// Why no guard is armed: nothing to guard yet, or any more.
  [[nodiscard]] std::string_view unarmed_key() const {
    if (number(member(view_, "traffic"), "new_version_share_ppm") == 0) return "cli.view.guard-off";
    const bool returning = !member(view_, "rollback").is_null();
    return returning ? "cli.view.guard-returning" : "cli.view.guard-settled";
  }

  void guard() {
    if (truth(view_, "guard_wanted")) return unguarded();
    const bool armed = truth(view_, "guard_armed");
    const base::Json& json = member(view_, "verdict");
    std::string text = say(armed ? "cli.view.guard-armed" : unarmed_key());
    Colour colour = Colour::Plain;
    if (armed && json.is_object()) {
      const core::Verdict verdict = verdict_of_view(json);
      text += " · " + verdict_text(style_.locale, verdict, slow_limit(view_));
      if (verdict.action != core::Action::Continue) colour = Colour::Red;
    }
    row("cli.view.guard", text, colour);
    if (const base::Json& hold = member(view_, "hold"); hold.is_object())
      row("cli.view.hold",
          truth(hold, "promoted")
              ? promoted_text(hold, style_.locale)
              : say("cli.view.hold-figures", {{"guarded", span_text(number(hold, "guarded_us"))},
                                              {"wanted", span_text(number(hold, "wanted_us"))},
                                              {"requests", word(hold, "requests")}}));
    figures();
  }

  void figures() {
    std::string_view label = "cli.view.figures";
    const base::Json& kpis = member(view_, "kpis");
    if (kpis.is_array())
      for (const base::Json& each : kpis) {
        row(label,
            say("cli.view.figures-row", {{"component", word(each, "component")},
                                         {"version", word(each, "version")},
                                         {"requests", word(each, "requests")},
                                         {"errors", rate_text(number(each, "error_rate_ppm"))},
                                         {"p95", p95_text(each)}}));
        label = {};
      }
    label = "cli.view.logs";
    for (const base::Json& each : log_rows(view_)) {
      row(label, logs_text(each, style_.locale),
          number(each, "errors_minute") > 0 && truth(each, "new") ? Colour::Yellow : Colour::Plain);
      label = {};
    }
    if (number(view_, "lost_lines") > 0)
      row({}, say("cli.view.lost", {{"count", word(view_, "lost_lines")}}), Colour::Yellow);
  }

  void rollback() {
    const base::Json& json = member(view_, "rollback");
    if (json.is_null()) return;
    row("cli.view.rollback",
        say("cli.view.rollback-by",
            {{"cause",
              engine::rollback_text(style_.locale, word(json, "cause"), word(json, "detail"))},
             {"by", word(json, "by")}}) +
            " · " +
            say(truth(json, "traffic_returned") ? "cli.view.returned" : "cli.view.not-returned") +
            reason_of(json),
        Colour::Red);
  }

  void waiting() {
    const std::string lines = waiting_text(view_, style_);
    if (!lines.empty()) text_ += '\n' + say("cli.view.waiting") + ":\n" + lines;
  }

  void steps() {
    for (const char* phase : kPhases) table(member(view_, "steps"), phase);
    table(member(view_, "rollback_steps"), "rollback");
  }

  void table(const base::Json& rows, std::string_view phase) {
    if (!rows.is_array()) return;
    bool begun = false;
    for (const base::Json& step : rows) {
      if (word(step, "phase") != phase) continue;
      if (!begun)
        text_ += '\n' +
                 painted(say("cli.phase." + std::string(phase)), Colour::Bold, style_.colour) +
                 '\n';
      begun = true;
      text_ += step_line(step);
    }
  }

  [[nodiscard]] std::string step_line(const base::Json& step) const {
    const std::string status = word(step, "status");
    const auto [mark, colour] = mark_of(status);
    std::string tail = status == "passed" || status == "open" ? "" : say("cli.step." + status);
    const auto add = [&tail](const std::string& more) {
      if (more.empty()) return;
      tail += tail.empty() ? more : " · " + more;
    };
    const std::string summary = base::translated(style_.locale, word(step, "summary"));
    const std::string said = word(step, "text");  // all that the summary says, and more; or a note
    const bool attested = word(step, "kind") == "manual";
    add(attested || (said.empty() && summary.empty())
            ? base::words_of_plan(style_.locale, word(step, "title"))
            : (said.empty() ? summary : said));
    if (attested) add(summary);
    if (attested) add(said);
    if (truth(step, "text_erased")) add(say("text.erased"));
    if (const std::string by = word(step, "by"); !by.empty()) add(say("cli.view.by", {{"by", by}}));
    if (truth(step, "follow_up")) add(say("cli.view.follow-up"));
    const std::string id = word(step, "id");
    std::string line = "  " + painted(mark, colour, style_.colour) + " ";
    constexpr std::size_t kBefore = 4;
    if (width_of(id) + 2 > kIdWidth)
      line += id + '\n' + std::string(kBefore + kIdWidth, ' ');
    else
      line += padded(id, kIdWidth);
    return line + wrapped(tail, style_.columns, kBefore + kIdWidth) + '\n';
  }

  static std::pair<std::string_view, Colour> mark_of(std::string_view status) {
    if (status == "passed") return {"✔", Colour::Green};
    if (status == "failed") return {"✘", Colour::Red};
    if (status == "outcome-unknown") return {"?", Colour::Yellow};
    if (status == "running") return {"…", Colour::Yellow};
    return {"·", Colour::Dim};
  }

  const base::Json& view_;
  const ViewStyle& style_;
  std::string text_;
};

const base::Json* step_of(const base::Json& view, const std::string& id) {
  for (const char* list : {"steps", "rollback_steps"})
    for (const base::Json& step : member(view, list))
      if (word(step, "id") == id) return &step;
  return nullptr;
}

std::string hold_text(const base::Json& view, base::Locale locale) {
  const base::Json& hold = member(view, "hold");
  if (!hold.is_object()) return {};
  if (truth(hold, "promoted")) return " · " + promoted_text(hold, locale);
  return " " + base::message(locale, "cli.progress.hold",
                             {{"guarded", span_text(number(hold, "guarded_us"))},
                              {"wanted", span_text(number(hold, "wanted_us"))}});
}

std::string figures_text(const base::Json& view, base::Locale locale) {
  std::string text;
  for (const base::Json* row : new_version_figures(view)) {
    constexpr std::int64_t kWindowSeconds = 60;
    text += " · ";
    text += base::message(locale, "cli.progress.figures",
                          {{"rate", std::to_string(number(*row, "requests") / kWindowSeconds)},
                           {"errors", rate_text(number(*row, "error_rate_ppm"))},
                           {"p95", p95_text(*row)}});
  }
  std::int64_t errors = 0;
  for (const base::Json& row : log_rows(view))
    if (truth(row, "new")) errors += number(row, "errors_minute");
  if (errors > 0)
    text +=
        " · " + base::message(locale, "cli.progress.logs", {{"errors", std::to_string(errors)}});
  return text;
}

}  // namespace

std::string promoted_text(const base::Json& hold, base::Locale locale) {
  const auto lacking = [&](const char* wanted, const char* have) {
    return std::max<std::int64_t>(number(hold, wanted) - number(hold, have), 0);
  };
  const std::int64_t requests = lacking("requests_wanted", "requests");
  const std::int64_t span = lacking("real_wanted_us", "real_us");
  if (requests == 0 && span == 0) return base::message(locale, "cli.view.promoted-verdict");
  return base::message(
      locale, "cli.view.promoted",
      {{"requests", std::to_string(requests)}, {"span", span_text(span + 999'999)}});
}

std::string release_text(const base::Json& view, const ViewStyle& style) {
  return ViewWriter(view, style).write();
}

std::string stage_text(const std::string& stage, base::Locale locale) {
  const std::string key = "cli.stage." + stage;
  return base::has_message(key) ? base::message(locale, key) : stage;
}

std::string waiting_text(const base::Json& view, const ViewStyle& style) {
  std::string lines;
  for (const std::string& id : words(member(view, "waiting_for"))) {
    const base::Json* step = step_of(view, id);
    const bool approval = step != nullptr && word(*step, "kind") == "approval";
    const std::string decision = step == nullptr ? std::string() : word(*step, "decision");
    std::string line = approval
                           ? fmt::format("  stellwerk approve {}", word(view, "release"))
                           : fmt::format("  stellwerk attest {} {}", word(view, "release"), id);
    if (!decision.empty() && decision != "approve") line += " --decision " + decision;
    if (step != nullptr) {
      std::vector<std::string> roles;
      for (const std::string& role : words(member(*step, "roles")))
        roles.push_back(
            base::has_message("role." + role) ? base::message(style.locale, "role." + role) : role);
      const std::string title = base::words_of_plan(style.locale, word(*step, "title"));
      std::string what = fmt::format("{} ({})", title, fmt::join(roles, ", "));
      const std::string lacks = word(*step, "lacks");
      if (!lacks.empty() && !lacks.starts_with("0 of"))
        what += " · " + base::translated(style.locale, lacks);
      line += '\n' + std::string(kDetailIndent, ' ') + wrapped(what, style.columns, kDetailIndent);
    }
    lines += line + '\n';
    if (id == core::kLogsStep) lines += logs_to_read(view, style);
    if (step != nullptr && word(*step, "status") == "outcome-unknown")
      lines += fmt::format(
          "  stellwerk release resume {} --again {}\n      {}\n", word(view, "release"), id,
          wrapped(base::message(style.locale, "cli.view.undecided"), style.columns, 6));
  }
  return lines;
}

std::string progress_text(const base::Json& view, base::Locale locale) {
  std::string text = stage_text(word(view, "stage"), locale);
  if (const base::Json& paused = member(view, "paused"); !paused.is_null())
    text += " · " +
            base::message(locale, "cli.progress.paused",
                          {{"cause", base::message(locale, "cli.pause." + word(paused, "cause"))}});
  if (number(view, "wave") > 0)
    text = base::message(locale, "cli.progress.wave",
                         {{"wave", word(view, "wave")}, {"waves", word(view, "waves")}}) +
           " · " + text;
  text += hold_text(view, locale);
  const base::Json& span = member(view, "next_due_in_us");
  if (const std::string due = word(view, "next_due"); !due.empty() && !span.is_null())
    text += " · " + base::message(locale, "cli.progress.due",
                                  {{"due", due}, {"span", span_text(span.get<std::int64_t>())}});
  text += figures_text(view, locale);
  if (const core::Verdict verdict = verdict_of_view(member(view, "verdict"));
      truth(view, "guard_armed") && verdict.cause != core::Cause::AllGood)
    text += " · " + verdict_text(locale, verdict, slow_limit(view));
  if (const auto waiting = words(member(view, "waiting_for")); !waiting.empty())
    text += " · " + base::message(locale, "cli.progress.waiting",
                                  {{"count", std::to_string(waiting.size())}});
  return text;
}

std::string list_text(const base::Json& rows, const ViewStyle& style) {
  std::size_t id_width = 8;
  std::size_t stage_width = 8;
  for (const base::Json& row : rows) {
    id_width = std::max(id_width, width_of(word(row, "release")));
    stage_width = std::max(stage_width, width_of(stage_text(word(row, "stage"), style.locale)));
  }
  std::string text;
  for (const base::Json& row : rows) {
    const std::string stage = padded(stage_text(word(row, "stage"), style.locale), stage_width);
    const std::string name = word(row, "stage");
    Colour colour = Colour::Bold;
    if (name == "completed") colour = Colour::Green;
    if (name == "rolled-back" || name == "failed") colour = Colour::Red;
    if (!member(row, "paused").is_null()) colour = Colour::Yellow;
    const std::string wave = fmt::format("{}/{}", word(row, "wave"), word(row, "waves"));
    const std::string head =
        fmt::format("{}  {}  {:5}  {}  ", padded(word(row, "release"), id_width),
                    painted(stage, colour, style.colour), wave, padded(word(row, "type"), 9));
    const std::size_t used = id_width + stage_width + 22;
    const std::size_t left = style.columns > used + 12 ? style.columns - used : 12;
    text += head + cut(word(row, "title"), left) + '\n';
  }
  return text;
}

}  // namespace stellwerk::cli

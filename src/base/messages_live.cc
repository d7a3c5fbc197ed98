// What the live view of `run` and `release watch` says (cli/live_*.cc).
#include "base/messages_table.h"

namespace stellwerk::base {
namespace {

constexpr MessageRow kLive[] = {
    {"cli.help.option.plain", "Nur Ereigniszeilen, auch auf einem Terminal",
     "Only event lines, on a terminal too"},

    // ---- labels, at most ten columns
    {"cli.live.phase", "Phase", "phase"},
    {"cli.live.stage", "Stand", "stage"},
    {"cli.live.hold", "Haltezeit", "hold"},
    {"cli.live.time", "Zeit", "time"},
    {"cli.live.traffic", "Verkehr", "traffic"},
    {"cli.live.tenants", "Mandanten", "tenants"},
    {"cli.live.guard", "Wächter", "guard"},
    {"cli.live.paused", "angehalten", "paused"},
    {"cli.live.rollback", "Rollback", "rollback"},
    {"cli.live.engine", "Maschine", "engine"},
    {"cli.live.health", "Gesundheit", "health"},
    {"cli.live.errors", "Fehlerrate", "error rate"},
    {"cli.live.p95", "p95", "p95"},
    {"cli.live.lag", "Rückstand", "lag"},
    {"cli.live.requests", "Anfragen", "requests"},
    {"cli.live.error-lines", "Log ERROR", "log ERROR"},
    {"cli.live.warn-lines", "Log WARN", "log WARN"},
    {"cli.live.downtime", "Downtime", "downtime"},

    // ---- values
    {"cli.live.hold-of", "{guarded} von {wanted}", "{guarded} of {wanted}"},
    {"cli.live.hold-requests", ", {requests|Anfrage|Anfragen}", ", {requests|request|requests}"},
    {"cli.live.due-short", "dann {due}, in {span}", "then {due}, in {span}"},
    {"cli.live.due", "weiter um {due}", "next {due}"},
    {"cli.live.due-in", "weiter um {due}, in {span}", "next {due}, in {span}"},
    {"cli.live.due-in-real", "weiter um {due}, in {span} (wirklich {real})",
     "next {due}, in {span} (really {real})"},
    {"cli.live.left", "noch {span} Haltezeit", "{span} of the hold left"},
    {"cli.live.left-real", "noch {span} Haltezeit (wirklich {real})",
     "{span} of the hold left (really {real})"},
    {"cli.live.speed", "{speed}-fach", "{speed} times as fast"},
    {"cli.live.shares", "{new} neu, {old} alt", "{new} new, {old} old"},
    {"cli.live.shares-versions", "{new} auf {to}, {old} auf {from}",
     "{new} on {to}, {old} on {from}"},
    {"cli.live.shares-page", "{new} neu, sonst Wartungsseite", "{new} new, else maintenance"},
    {"cli.live.downtime-all", "alle sehen die Wartungsseite",
     "everyone is shown the page of maintenance"},
    {"cli.live.downtime-others", "wer nicht auf der neuen Version ist, sieht die Wartungsseite",
     "who is not on the new version is shown the page of maintenance"},
    {"cli.live.downtime-some", "{tenants}: Wartungsseite, bis die neue Version sie bedient",
     "{tenants}: page of maintenance until the new version serves them"},
    {"cli.live.downtime-until", "höchstens bis {until}", "until {until} at most"},
    {"cli.live.tenants-nobody", "niemand auf der neuen Version", "nobody on the new version"},
    {"cli.live.tenants-none", "alle auf der alten Version", "everyone on the old version"},
    {"cli.live.tenants-more", "und {count} weitere", "and {count} more"},
    {"cli.live.tenants-of", "({count} von {known})", "({count} of {known})"},
    {"cli.live.components", "{count|Komponente|Komponenten}", "{count|component|components}"},
    {"cli.live.table.errors", "Fehler", "errors"},
    {"cli.live.table.healthy", "gesund", "healthy"},
    {"cli.live.table.new", "neu", "new"},
    {"cli.live.table.old", "alt", "old"},
    {"cli.live.table.component", "Komponente", "component"},
    {"cli.live.table.lag", "Rückst.", "lag"},
    {"cli.live.table.more", "und {count} weitere ohne Auffälligkeit",
     "and {count} more, nothing amiss"},
    {"cli.live.table.more-bad", "und {count} weitere, {bad} davon auffällig",
     "and {count} more, {bad} of them amiss"},
    {"cli.live.new", "neu {version}", "new {version}"},
    {"cli.live.old", "alt {version}", "old {version}"},
    {"cli.live.guard-off", "nicht scharf", "not armed"},
    {"cli.live.engine-none",
     "keine läuft: Niemand bewacht dieses Release oder führt es weiter; was hier steht, sagt das "
     "Journal, Stand {time}",
     "none runs: nobody guards this release or carries it on; what stands here is what the journal "
     "says, as of {time}"},
    {"cli.live.engine-unreachable",
     "sie antwortet nicht; was hier steht, sagt das Journal, Stand {time}",
     "it does not answer; what stands here is what the journal says, as of {time}"},
    {"cli.live.health-good", "{count} gesund:", "{count} healthy:"},
    {"cli.live.health-bad", "{bad} von {count} nicht gesund: {which}",
     "{bad} of {count} not healthy: {which}"},
    {"cli.live.events", "Ereignisse", "Events"},
    {"cli.live.people", "Wartet auf Menschen", "Waits for people"},
    {"cli.live.paused-keys", "Angehalten: r setzt fort, b rollt zurück",
     "Paused: r goes on, b rolls back"},
    {"cli.live.whole-command", "ganz: stellwerk release show {release}",
     "whole: stellwerk release show {release}"},
    {"cli.live.more-steps", "und {count} weitere Schritte", "and {count} more steps"},

    // ---- keys
    {"cli.live.key.pause", "anhalten", "pause"},
    {"cli.live.key.resume", "fortsetzen", "resume"},
    {"cli.live.key.promote", "vorziehen", "promote"},
    {"cli.live.key.rollback", "zurückrollen", "roll back"},
    {"cli.live.key.leave", "verlassen", "leave"},
    {"cli.live.key.help", "Hilfe", "help"},
    {"cli.live.help", "Tasten (eine beliebige schließt diese Hilfe)",
     "Keys (any key closes this help)"},
    {"cli.live.help.p",
     "Anhalten: der Verkehr bleibt, wie er ist; der Wächter bleibt scharf. Ein "
     "Grund kann angegeben werden.",
     "Pause: traffic stays as it is; the guard stays armed. A reason may be given."},
    {"cli.live.help.r", "Fortsetzen, was angehalten ist; gescheiterte Schritte laufen noch einmal.",
     "Go on with what is paused; failed steps run again."},
    {"cli.live.help.m",
     "Den Rest der Haltezeit überspringen; was der Wächter mindestens braucht, "
     "bekommt er.",
     "Skip the rest of the hold; the guard has its minimum all the same."},
    {"cli.live.help.b", "Zurückrollen: alle auf die alte Version, sofort. Verlangt einen Grund.",
     "Roll back: everyone on the old version, at once. Demands a reason."},
    {"cli.live.help.q",
     "Verlassen. `run` fragt: zurückrollen, bleiben oder ablösen; so auch Strg-C.",
     "Leave. `run` asks: roll back, stay or detach; so does Ctrl-C."},
    {"cli.live.help.help", "Diese Hilfe.", "This help."},
    {"cli.live.help.redraw", "Den Bildschirm neu zeichnen.", "Draw the screen anew."},
    {"cli.live.help.suspend", "Unterbrechen (nur in `release watch`).",
     "Suspend (only in `release watch`)."},
    {"cli.live.help.figures",
     "Messwerte gelten für die letzte Minute; ein Zeichen einer Kurve sind fünf Sekunden, ganz "
     "oben "
     "ist die Grenze. ! steht hinter einem Wert jenseits der Grenze.",
     "Figures are of the last minute; a character of a course is five seconds, its top is the "
     "limit. "
     "! stands behind a value beyond its limit."},
    {"cli.live.help.commands",
     "Freigeben, bestätigen und alles andere an einem zweiten Terminal: stellwerk release show "
     "{release}",
     "Approve, attest and all else at a second terminal: stellwerk release show {release}"},

    // ---- questions
    {"cli.live.why.pause", "{release} anhalten. Warum? (darf leer bleiben)",
     "Pause {release}. Why? (may be left empty)"},
    {"cli.live.why.rollback", "{release} zurückrollen: alle auf die alte Version. Warum?",
     "Roll {release} back: everyone on the old version. Why?"},
    {"cli.live.reason", "Grund:", "Reason:"},
    {"cli.live.reason-keys", "Eingabe: weiter · Esc: verwerfen", "Enter: go on · Esc: abandon"},
    {"cli.live.reason-lacks", "Ohne Grund wird nicht zurückgerollt · Esc: verwerfen",
     "Nothing is rolled back without a reason · Esc: abandon"},
    {"cli.live.sure.pause", "{release} jetzt anhalten?", "Pause {release} now?"},
    {"cli.live.sure.resume", "{release} fortsetzen?", "Go on with {release}?"},
    {"cli.live.sure.promote", "Den Rest der Haltezeit von {release} überspringen?",
     "Skip the rest of the hold of {release}?"},
    {"cli.live.sure.rollback", "{release} jetzt zurückrollen?", "Roll {release} back now?"},
    {"cli.live.yes-no", "(j) ja   (n) nein", "(y) yes   (n) no"},

    // ---- answers
    {"cli.live.asked", "{verb}: gesendet …", "{verb}: sent …"},
    {"cli.live.no-engine",
     "{verb} geht nicht: keine Stellwerk-Maschine läuft, die es ausführen könnte. Weiter mit: "
     "{command}",
     "{verb} is not possible: no engine runs that could carry it out. Go on with: {command}"},
    {"cli.live.no-suspend",
     "Strg-Z unterbricht hier nicht: Dieser Prozess führt das Release und bewacht es. q löst ab.",
     "Ctrl-Z does not suspend here: this process carries the release on and guards it. q "
     "detaches."},
    {"cli.live.earlier", "… {count} frühere Zeilen: {command}",
     "… {count} earlier lines: {command}"},
};

}  // namespace

std::span<const MessageRow> live_messages() { return kLive; }

}  // namespace stellwerk::base

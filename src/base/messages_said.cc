// Words of ours in journal entries, which are English: what a person reads instead (translated.h).
// The English text is the very text that the code writes.
#include "base/messages_table.h"

namespace stellwerk::base {
namespace {

constexpr MessageRow kSaid[] = {
    // ---- what a step came to
    {"said.entry", "Eintrag {entry} des Releases", "entry {entry} of the release"},
    {"said.approved", "freigegeben von {by}", "approved by {by}"},
    {"said.approved-in-emergency", "Notfreigabe von {by}, nachträglich freizugeben",
     "emergency approval by {by}, to be signed off"},
    {"said.approved-before", "vor dem Beginn freigegeben", "approved before the start"},
    {"said.given", "{given} von {wanted} gegeben", "{given} of {wanted} given"},
    {"said.requester-alone",
     "wer den Release angefordert hat, gibt ihn nie allein frei: eine andere Person muss auch "
     "freigeben",
     "who requested the release never approves it alone: another person must approve, too"},
    {"said.two-persons", "zwei verschiedene Personen müssen diesen Release freigeben",
     "two different people must approve this release"},
    {"said.held", "{span} gehalten, {requests|Anfrage|Anfragen}",
     "held {span}, {requests} requests"},
    {"said.guarded", "{span} bewacht", "{span} guarded"},
    {"said.skipped", "der Rest der Haltezeit wurde von {by} übersprungen",
     "the rest of the hold was skipped by {by}"},
    {"said.healthy", "{good} von {all} sind gesund", "{good} of {all} are healthy"},
    {"said.unhealthy", "{bad} von {all} sind nicht gesund: {list}",
     "{bad} of {all} are not healthy: {list}"},
    {"said.waived", "hingenommen: {list}", "waived: {list}"},
    {"said.no-service", "es gibt keinen Service zu fragen, und keine Daten sind kein Erfolg",
     "there is no service to ask, and no data is no success"},
    {"said.ready", "{ready} von {all|Instanz|Instanzen} bereit",
     "{ready} of {all} instances ready"},
    {"said.artifact-planned", "Artefakt {digest}, wie geplant", "artifact {digest}, as planned"},
    {"said.artifact-found", "Artefakt {digest}, geplant war keines",
     "artifact {digest}, none was planned"},
    {"said.artifact-unknown", "Artefakt {digest} wurde nicht verglichen",
     "artifact {digest} was not compared"},
    {"said.retired", "{version} beendet", "{version} stopped"},
    {"said.wave", "Welle {wave} zurückgelesen", "wave {wave} read back"},
    {"said.returned", "0 % auf der neuen Version, zurückgelesen",
     "0 % on the new version, read back"},
    {"said.returned-some", "zurück zu Welle {wave}, zurückgelesen",
     "back to wave {wave}, read back"},
    {"said.downtime", "die Wartungsseite wird gezeigt, zurückgelesen",
     "the page of maintenance is shown, read back"},
    {"said.downtime-over", "niemand sieht die Wartungsseite mehr, zurückgelesen",
     "nobody is shown the page of maintenance, read back"},
    {"said.settled", "die neue Version ist die stabile", "the new version is the stable one"},
    {"said.integrity", "Einträge {from} bis {to} nachgerechnet, Wurzel {root}",
     "entries {from} to {to} recomputed, root {root}"},
    {"said.written", "geschrieben", "written"},
    {"said.entries", "{count|Eintrag|Einträge}", "{count} entries"},
    {"said.status", "Status {code} nach {span} ms", "status {code} in {span} ms"},
    {"said.status-again", "Status {code} nach {span} ms (Versuch {attempt})",
     "status {code} in {span} ms (attempt {attempt})"},
    {"said.exit", "Exit-Code {code} nach {span}", "exit {code} after {span}"},
    {"said.exit-unexpected", "Exit-Code {code} nach {span}, erwartet {codes}",
     "exit {code} after {span}, expected {codes}"},
    {"said.signalled", "durch Signal {signal} beendet nach {span}",
     "killed by signal {signal} after {span}"},
    {"said.deadline", "nach Ablauf der Frist beendet, nach {span}",
     "killed at its deadline after {span}"},
    {"said.stopped", "nach {span} beendet, weil der Schritt abgebrochen wurde",
     "killed after {span}, since the step was cancelled"},
    {"said.output", "letzte Ausgabe: {line}", "last output: {line}"},
    {"said.deadline-passed", "die Frist des Schritts ist abgelaufen, oder er wurde abgebrochen",
     "the step's deadline passed or it was cancelled"},
    {"said.stopped-while", "beendet, während er lief", "stopped while it ran"},
    {"said.compared",
     "{component}: Fehlerrate {before} → {after} ({word_errors}), p95 {fast} → {slow} ({word_p95})",
     "{component}: error rate {before} → {after} ({word_errors}), p95 {fast} → {slow} "
     "({word_p95})"},
    {"said.logs",
     "{component} {version}: {errors} ERROR, {warnings} WARN, {lines|Zeile|Zeilen}, "
     "{requests|Anfrage|Anfragen}",
     "{component} {version}: {errors} ERROR, {warnings} WARN, {lines} lines, {requests} requests"},
    {"said.word.met", "erfüllt", "met"},
    {"said.word.inconclusive", "nicht entscheidbar", "inconclusive"},

    // ---- what a checkpoint closes
    {"said.gate", "Gate {word_phase}", "gate {word_phase}"},
    {"said.closes-wave", "Welle {wave}", "wave {wave}"},
    {"said.end", "Ende", "end"},
    {"said.word.preparation", "Vorbereitung", "preparation"},
    {"said.word.pre-check", "Pre-Checks", "pre-check"},
    {"said.word.rollout", "Rollout", "rollout"},
    {"said.word.post-check", "Nachprüfung", "post-check"},

    // ---- why a command changed nothing
    {"said.ignored-paused", "es ist schon angehalten", "it is paused already"},
    {"said.ignored-returning", "es geht schon zurück", "it is going back already"},
    {"said.ignored-passed", "der Schritt ist schon bestanden", "the step has passed already"},
    {"said.ignored-ended", "das Release ist zu Ende", "the release has ended"},
    {"said.ignored-promoted", "der Rest der Haltezeit wird schon übersprungen",
     "the rest of the hold is skipped already"},
    {"said.ignored-unborn", "das Release hat noch nicht begonnen", "the release has not begun"},
    {"said.ignored-under-way", "das Release ist schon unterwegs",
     "the release is already under way"},
};

}  // namespace

std::span<const MessageRow> said_messages() { return kSaid; }

}  // namespace stellwerk::base

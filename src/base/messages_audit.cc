// What `stellwerk audit` says.
#include "base/messages_table.h"

namespace stellwerk::base {
namespace {

constexpr MessageRow kAudit[] = {
    {"cli.help.audit", "Prüft den Nachweis, auch ohne laufendes Stellwerk",
     "Checks the record, with or without a running Stellwerk"},
    {"cli.help.audit.rotate-key", "Einen neuen Schlüssel für die Checkpoints einführen",
     "Take another key for checkpoints"},
    {"cli.help.audit.erase", "Einen privaten Text löschen; Digest und Grund bleiben im Journal",
     "Erase a private text; its digest and the reason stay in the journal"},
    {"cli.help.argument.digest", "Digest des Textes, wie ihn der Eintrag nennt",
     "Digest of the text, as the entry names it"},
    {"cli.erase.done", "{digest} ist gelöscht; der Eintrag audit.content.erased sagt es.",
     "{digest} is erased; the entry audit.content.erased says so."},
    {"cli.rotate.done",
     "Checkpoints werden jetzt mit {new} signiert; bisher mit {old}. Beide haben den Wechsel "
     "signiert.",
     "Checkpoints are signed with {new} from now on; until now with {old}. Both signed the "
     "change."},
    {"cli.help.audit.replay",
     "Trifft jede Entscheidung des Journals noch einmal und vergleicht; ohne ID alle Releases",
     "Makes every decision of the journal again and compares; without ID, all releases"},
    {"cli.help.option.all-differences", "Alle Abweichungen statt der ersten jedes Releases",
     "All differences instead of the first of each release"},

    {"cli.replay.none", "Hier wurde noch kein Release durchgeführt.",
     "No release was carried out here yet."},
    {"cli.replay.same", "gleich", "the same"},
    {"cli.replay.not-same", "ABWEICHEND", "DIFFERENT"},
    {"cli.replay.not-whole", "NACHWEIS UNVOLLSTÄNDIG", "RECORD INCOMPLETE"},
    {"cli.replay.entries", "Einträge {count}", "entries {count}"},
    {"cli.replay.decisions", "Entscheidungen {count}", "decisions {count}"},
    {"cli.replay.decisions-inferred", "Entscheidungen {count}, Eingaben von {inferred} erschlossen",
     "decisions {count}, inputs of {inferred} inferred"},
    {"cli.replay.verdicts", "Urteile {count}, davon {derived} aus Messfenstern hergeleitet",
     "verdicts {count}, {derived} of them derived from raw windows"},
    {"cli.replay.comparisons", "Vergleiche {count}", "comparisons {count}"},
    {"cli.replay.differences", "Abweichungen {count}", "differences {count}"},
    {"cli.replay.under-way", "läuft noch", "under way"},
    {"cli.replay.own",
     "Installation  Einträge {count} außerhalb von Releases; dort wird nichts entschieden",
     "installation  entries {count} outside releases; nothing is decided there"},

    {"cli.replay.written-by", "geschrieben von", "written by"},
    {"cli.replay.version", "Stellwerk {version} ab Eintrag {index}",
     "stellwerk {version} from entry {index}"},
    {"cli.replay.version-unknown", "einem Stellwerk, das sich nicht nennt, ab Eintrag {index}",
     "a stellwerk that does not name itself from entry {index}"},
    {"cli.replay.this-is", "geprüft von Stellwerk {version}", "replayed by stellwerk {version}"},

    {"cli.replay.at", "Eintrag {index}", "entry {index}"},
    {"cli.replay.decided", "entschieden auf {input} bei Eintrag {decided}",
     "decided on {input} at entry {decided}"},
    {"cli.replay.difference.entry", "ein anderer Eintrag würde geschrieben",
     "another entry would be written"},
    {"cli.replay.difference.missing",
     "hier würde ein Eintrag geschrieben, den das Journal nicht hat",
     "an entry would be written here that the journal does not have"},
    {"cli.replay.difference.surplus", "dieser Eintrag würde nicht geschrieben",
     "this entry would not be written"},
    {"cli.replay.difference.state",
     "aus den gespeicherten Einträgen folgt ein anderer Zustand als aus der Entscheidung",
     "the stored entries do not lead to the state that the decision leads to"},
    {"cli.replay.difference.verdict", "das Urteil folgt nicht aus den Zahlen daneben",
     "the verdict does not follow from the evidence recorded with it"},
    {"cli.replay.difference.windows", "die Messfenster ergeben dieses Urteil nicht",
     "the raw windows do not give this verdict"},
    {"cli.replay.difference.impossible",
     "diesen Eintrag kann es hier nicht geben; was folgt, wurde nicht hergeleitet",
     "there can be no such entry here; what follows it was not derived"},
    {"cli.replay.difference.comparison", "aus den Zahlen des Vergleichs folgt etwas anderes",
     "something else follows from the figures of the comparison"},
    {"cli.replay.difference.input",
     "worauf entschieden wurde, fehlt oder ist unbekannt; dieses Stellwerk schreibt und kennt es",
     "what it was decided on is missing or unknown; the stellwerk that wrote here says and knows "
     "it"},
    {"cli.replay.recorded", "aufgezeichnet", "recorded"},
    {"cli.replay.derived", "hergeleitet", "derived"},
    {"cli.replay.nothing", "nichts", "nothing"},
    {"cli.replay.more-places", "weitere Stellen {count}; beide Seiten ganz: --json",
     "further places {count}; both sides in full: --json"},
    {"cli.replay.more-differences", "weitere Abweichungen {count}: --all-differences",
     "further differences {count}: --all-differences"},

    {"cli.replay.not-derived", "nicht hergeleitet", "not derived"},
    {"cli.replay.gap.input-not-said",
     "Einträge {count} ab {index} ({detail}): aus diesem Journal nicht herleitbar; ein älteres "
     "Stellwerk hat nicht festgehalten, worauf es entschied",
     "entries {count} from {index} ({detail}): cannot be derived from this journal; an older "
     "stellwerk did not record what it decided on"},
    {"cli.replay.gap.input-unknown",
     "Einträge {count} ab {index}: aus diesem Journal von diesem Programm nicht herleitbar "
     "({detail}); "
     "ein neueres Stellwerk kann es",
     "entries {count} from {index}: cannot be derived from this journal by this program "
     "({detail}); "
     "a newer stellwerk can"},
    {"cli.replay.gap.fields-not-said",
     "Einträge {count} ab {index}: gleich bis auf {detail}, was ein älteres Stellwerk nicht "
     "schrieb",
     "entries {count} from {index}: the same but for {detail}, which an older stellwerk did not "
     "write"},
    {"cli.replay.gap.not-reached",
     "Einträge {count} ab {index}: siehe den unmöglichen Eintrag davor",
     "entries {count} from {index}: see the impossible entry before"},
    {"cli.replay.gap.windows-open",
     "Urteile {count} ab {index}: aus den festgehaltenen Zahlen beurteilt; die Messfenster der "
     "laufenden Welle sind noch nicht abgelegt",
     "verdicts {count} from {index}: judged from the recorded evidence; the raw windows of the "
     "wave "
     "under way are not kept yet"},
    {"cli.replay.gap.windows-lost",
     "Urteile {count} ab {index}: aus den festgehaltenen Zahlen beurteilt; die Messfenster gingen "
     "mit "
     "einem Prozess verloren, der vorher endete",
     "verdicts {count} from {index}: judged from the recorded evidence; the raw windows were lost "
     "with "
     "a process that ended before it kept them"},
    {"cli.replay.gap.windows-cut",
     "Urteile {count} ab {index}: aus den festgehaltenen Zahlen beurteilt; die Datei {detail} "
     "hatte "
     "ihre Höchstgröße erreicht",
     "verdicts {count} from {index}: judged from the recorded evidence; the file {detail} had "
     "reached "
     "its bound"},
    {"cli.replay.gap.windows-missing",
     "Urteile {count} ab {index}: die Messfenster {detail} fehlen; sie wurden gelöscht",
     "verdicts {count} from {index}: the raw windows {detail} are missing; they were deleted"},
    {"cli.replay.gap.windows-damaged",
     "Urteile {count} ab {index}: die Messfenster {detail} sind beschädigt",
     "verdicts {count} from {index}: the raw windows {detail} are damaged"},
};

}  // namespace

std::span<const MessageRow> audit_messages() { return kAudit; }

}  // namespace stellwerk::base

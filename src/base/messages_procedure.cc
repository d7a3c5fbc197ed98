// What the documentation of the change procedure says (`stellwerk audit procedure`).
#include "base/messages_table.h"

namespace stellwerk::base {
namespace {

constexpr MessageRow kProcedure[] = {
    {"procedure.title", "Verfahrensdokumentation: Änderungswesen",
     "Procedural documentation: change management"},
    {"procedure.intro",
     "Dieses Dokument beschreibt, wie Änderungen an den Programmen dieser Installation "
     "angefordert, "
     "getestet, freigegeben, ausgerollt und nachgewiesen werden (GoBD Rz. 151–155). Stellwerk "
     "erzeugt es aus der Konfiguration, nach der es arbeitet, aus den Tabellen, nach denen es "
     "entscheidet, und aus seinem Journal: Es beschreibt, was tatsächlich läuft. Dieselbe "
     "Konfiguration, dasselbe Programm und dasselbe Journal ergeben dieselben Bytes.",
     "This document describes how changes to the programs of this installation are requested, "
     "tested, approved, rolled out and recorded (GoBD Rz. 151–155). Stellwerk makes it from the "
     "configuration it works by, from the tables it decides by, and from its journal: it describes "
     "what is really run. The same configuration, program and journal give the same bytes."},

    // ---- words of several sections
    {"procedure.none", "keine", "none"},
    {"procedure.yes", "ja", "yes"},
    {"procedure.no", "nein", "no"},
    {"procedure.all-types", "alle", "all"},
    {"procedure.column.key", "Angabe", "Item"},
    {"procedure.column.value", "Wert", "Value"},
    {"procedure.column.type", "Typ", "Type"},
    {"procedure.column.types", "Release-Typen", "Release types"},
    {"procedure.column.roles", "Rollen", "Roles"},
    {"procedure.column.step", "Schritt", "Step"},
    {"procedure.column.lines", "Zeilen des Runbooks", "Lines of the runbook"},

    // ---- 1
    {"procedure.scope", "1 Geltungsbereich und Fassung", "1 Scope and version"},
    {"procedure.scope.installation", "Installation", "Installation name"},
    {"procedure.scope.version", "Fassung", "Version"},
    {"procedure.scope.version-text", "{number}, nach {recorded} festgeschriebenen",
     "{number}, after {recorded} that were recorded"},
    {"procedure.scope.as-of", "Stand des Journals", "State of the journal"},
    {"procedure.scope.as-of-text", "{entries|Eintrag|Einträge}, der letzte vom {time}",
     "{entries|entry|entries}, the last one of {time}"},
    {"procedure.scope.as-of-empty", "noch kein Eintrag", "no entry yet"},
    {"procedure.scope.program", "Programm", "Program"},
    {"procedure.scope.environment", "Digest von stellwerk.yaml", "Digest of stellwerk.yaml"},
    {"procedure.scope.services", "Services im Geltungsbereich", "Services in scope"},
    {"procedure.scope.service-run", "{service} (wird ausgerollt)", "{service} (rolled out)"},
    {"procedure.scope.service-watched", "{service} (wird überwacht)", "{service} (watched)"},
    {"procedure.scope.tenants", "Mandanten", "Tenants"},
    {"procedure.scope.products", "Angeschlossen", "Connected"},
    {"procedure.scope.text",
     "Das Verfahren gilt für jede Programmänderung an den ausgerollten Services, gleich ob "
     "Patch, Hotfix, Minor, Major oder Migration. Eine Änderung außerhalb davon ist keine "
     "geregelte Änderung; verändert jemand die Verkehrsführung von Hand, stellt Stellwerk sie "
     "wieder her und protokolliert es (`scheduler.routes.reasserted`).",
     "The procedure holds for every change to the programs of the services rolled out, be it "
     "patch, hotfix, minor, major or migration. A change outside it is not a regulated one; "
     "when somebody changes the routing by hand, Stellwerk restores it and records that "
     "(`scheduler.routes.reasserted`)."},

    // ---- 2
    {"procedure.organisation", "2 Organisation und Funktionstrennung",
     "2 Organisation and separation of duties"},
    {"procedure.organisation.text",
     "Personen stehen nur mit ihrer Kennung hier und im Journal; wer sie sind, sagt "
     "stellwerk.yaml. "
     "Wer kein eigenes Konto am System hat, handelt nur durch Signaturen.",
     "People stand here and in the journal by their ids only; stellwerk.yaml says who they are. "
     "Who "
     "has no account of their own on the system acts by signatures only."},
    {"procedure.people.person", "Person", "Person's id"},
    {"procedure.people.account", "Eigenes Konto am System", "Account of their own"},
    {"procedure.people.keys", "Schlüssel zum Signieren", "Keys for signing"},
    {"procedure.people.nobody", "Es ist niemand eingetragen.", "Nobody is entered."},
    {"procedure.role.column", "Rolle", "Role"},
    {"procedure.role.duty", "Verantwortung", "Responsibility"},
    {"procedure.role.holders", "Inhaber", "Held by"},
    {"procedure.role.vacant", "**niemand**", "**nobody**"},
    {"procedure.role.release-manager", "Koordination, Approval, Rollback-Entscheidung",
     "Coordination, approval, decision on a rollback"},
    {"procedure.role.devops", "CI/CD, Deployment, Monitoring", "CI/CD, deployment and monitoring"},
    {"procedure.role.qa", "Testabdeckung, Regression, Smoke Tests",
     "Coverage by tests, regression, smoke tests"},
    {"procedure.role.product-owner", "Abnahme neuer Features", "Acceptance of new features"},
    {"procedure.role.audit-officer", "Prüft Vollständigkeit der Logs",
     "Checks that the logs are complete"},
    {"procedure.duties", "2.1 Wie die Funktionstrennung eingestellt ist",
     "2.1 How the separation of duties is set"},
    {"procedure.duties.setting", "Einstellung", "Setting"},
    {"procedure.duties.meaning", "Bedeutung", "Meaning"},
    {"procedure.duties.self-approval.true",
     "Wer ein Release anfordert, darf es allein freigeben: **keine Funktionstrennung.** Jeder Plan "
     "weist darauf hin.",
     "Who requests a release may approve it alone: **no separation of duties.** Every plan says "
     "so."},
    {"procedure.duties.self-approval.false",
     "Wer ein Release anfordert, gibt es nie allein frei: Die eigene Freigabe wird protokolliert "
     "und zählt erst, wenn eine andere Person auch freigegeben hat.",
     "Who requests a release never approves it alone: their own approval is recorded and counts "
     "only once another person has approved too."},
    {"procedure.duties.two-persons.true",
     "Jedes Release geben mindestens zwei verschiedene Personen frei.",
     "At least two different people approve each release."},
    {"procedure.duties.two-persons.false",
     "Mindestens zwei verschiedene Personen geben frei, wo der Release-Typ es verlangt: {types}.",
     "At least two different people approve where the release type demands it: {types}."},
    {"procedure.duties.two-persons.given-up",
     "Wo der Release-Typ zwei verschiedene Personen verlangt ({types}), hebt `self_approval` es "
     "auf.",
     "Where the release type demands two different people ({types}), `self_approval` gives it up."},
    {"procedure.duties.unsigned.true",
     "Unsignierte Freigaben werden auch dort angenommen, wo der Release-Typ signierte verlangt "
     "({types}). Jeder Plan weist darauf hin, jede Freigabe sagt, ob sie signiert war.",
     "Unsigned approvals are accepted also where the release type demands signed ones ({types}). "
     "Every plan says so, and every approval whether it was signed."},
    {"procedure.duties.unsigned.false",
     "Wo der Release-Typ signierte Freigaben verlangt ({types}), zählt keine unsignierte.",
     "Where the release type demands signed approvals ({types}), no unsigned one counts."},
    {"procedure.duties.signed-commands.true",
     "Was Personen verlangen, zählt nur signiert, mit zwei Ausnahmen: Anhalten und Zurückrollen "
     "machen nur sicherer und warten in der Not auf keinen Schlüssel; sie nimmt Stellwerk auch von "
     "dem Benutzer des Betriebssystems und vermerkt es.",
     "What people ask for counts only signed, with two exceptions: pausing and rolling back only "
     "make users safer and wait for no key in an emergency; Stellwerk takes them from the "
     "operating-system user too, and marks that."},
    {"procedure.duties.signed-commands.false",
     "Befehle, die nicht signiert sind, nimmt Stellwerk vom Benutzer des Betriebssystems und "
     "vermerkt es.",
     "Commands that are not signed are taken from the operating-system user, and marked as such."},
    {"procedure.duties.signing",
     "Signiert wird mit dem SSH-Schlüssel der Person ein Text aus Installation, Release, Digest "
     "des "
     "Plans, Digests der Artefakte, Rolle, Entscheidung und Ablauf; die Signatur passt zu keinem "
     "anderen Plan und lässt sich mit `ssh-keygen -Y verify` prüfen.",
     "What is signed, with the person's SSH key, is a text of installation, release, digest of the "
     "plan, digests of the artifacts, role, decision and expiry; the signature fits no other plan "
     "and is verified with `ssh-keygen -Y verify`."},

    // ---- 3
    {"procedure.types", "3 Release-Typen", "3 Release types"},
    {"procedure.types.text",
     "Der Typ bestimmt, welche Version erlaubt ist, wie ausgerollt wird und welche Tests, "
     "Dokumente "
     "und Freigaben verlangt sind; verletzt ein Release seine Regeln, gibt es keinen Plan. Wellen "
     "und "
     "Haltezeiten kann ein Release anders angeben; sie stehen in seinem Plan.",
     "The type decides which version is allowed, how it is rolled out, and which tests, documents "
     "and approvals are demanded; a release that breaks its rules gets no plan. A release may give "
     "other waves and holds; they stand in its plan."},
    {"procedure.type.version", "Version", "Version rule"},
    {"procedure.type.version.patch", "X.Y.Z+1: Die letzte Zahl steigt, die anderen bleiben",
     "X.Y.Z+1: the last number rises, the others stay"},
    {"procedure.type.version.hotfix", "X.Y.Z+1: Die letzte Zahl steigt, die anderen bleiben",
     "X.Y.Z+1: the last number rises, the others stay"},
    {"procedure.type.version.minor", "X.Y+1.0: Die mittlere Zahl steigt, die erste bleibt",
     "X.Y+1.0: the middle number rises, the first stays"},
    {"procedure.type.version.major", "X+1.0.0: Die erste Zahl steigt",
     "X+1.0.0: the first number rises"},
    {"procedure.type.version.migration", "jede höhere Version", "any higher version"},
    {"procedure.type.strategy", "Strategie `{strategy}`", "Strategy `{strategy}`"},
    {"procedure.type.default", " (Voreinstellung)", " (the default)"},
    {"procedure.type.waves", "Wellen {waves}; die alte Version bleibt danach {standby} bereit",
     "waves {waves}; the old version stays ready for {standby} afterwards"},
    {"procedure.type.instances",
     "eine Welle je Instanz, jede hält {hold}; die alte Version bleibt danach {standby} bereit",
     "a wave for each instance, each holds {hold}; the old version stays ready for {standby} "
     "afterwards"},
    {"procedure.type.wave", "{share} (hält {hold})", "{share} (holds {hold})"},
    {"procedure.type.downtime", "Downtime", "Downtime allowed"},
    {"procedure.type.downtime.none", "keine", "none"},
    {"procedure.type.downtime.database", "keine, außer eine DB-Migration erfordert einen Lock",
     "none, unless a migration of the database needs a lock"},
    {"procedure.type.downtime.approval", "möglich, nur nach Freigabe",
     "possible, only after approval"},
    {"procedure.type.announced", "Ankündigung", "Announcement"},
    {"procedure.type.announced-text", "{lead} vor T+0", "{lead} before T+0"},
    {"procedure.type.announced-none", "keine Vorlaufzeit verlangt", "no lead is demanded"},
    {"procedure.type.tests", "Tests", "Tests demanded"},
    {"procedure.type.documents", "Dokumente", "Documents"},
    {"procedure.type.audit", "Nachweis", "Record"},
    {"procedure.type.approvals", "Freigaben", "Approvals"},
    {"procedure.type.approval", "{role} ({count})", "{role} ({count} of them)"},
    {"procedure.type.signed", "Signiert", "Signed"},
    {"procedure.type.signed.demanded", "verlangt", "demanded"},
    {"procedure.type.signed.waived",
     "vom Typ verlangt, von dieser Installation erlassen (`unsigned_approvals`)",
     "demanded by the type, waived by this installation (`unsigned_approvals`)"},
    {"procedure.type.signed.commands", "von dieser Installation verlangt (`signed_commands`)",
     "demanded by this installation (`signed_commands`)"},
    {"procedure.type.signed.completeness",
     "möglich; verlangt für `accept-completeness`, da ein Audit Officer einen Schlüssel hat",
     "possible; demanded for `accept-completeness`, as an audit officer has a key"},
    {"procedure.type.signed.optional", "möglich, nicht verlangt", "possible, not demanded"},
    {"procedure.type.two-persons", "Zwei Personen", "Two people"},
    {"procedure.type.emergency",
     "Im Notfall kann ein Hotfix nach `emergency-approve` ({roles}, mit Grund) vor den Freigaben "
     "beginnen; nach dem Ende muss ihn eine andere Person nachträglich freigeben (`sign-off`).",
     "In an emergency a hotfix may begin before its approvals after `emergency-approve` ({roles}, "
     "with a reason); after its end another person must sign it off (`sign-off`)."},

    // ---- 4
    {"procedure.phases", "4 Ablauf", "4 Procedure"},
    {"procedure.phases.text",
     "Aus release.yaml, stellwerk.yaml und diesen Tabellen entsteht der Plan. Sein Digest ist, was "
     "freigegeben wird; ausgeführt wird genau dieser Plan. Ein Gate schließt eine Phase erst, wenn "
     "jeder ihrer Schritte bestanden ist; dann wird ein Checkpoint des Journals signiert. "
     "Prüfungen, "
     "die ein Release ergänzt, können Zeilen eines von Hand bestätigten Schritts übernehmen.",
     "From release.yaml, stellwerk.yaml and these tables the plan is made. Its digest is what is "
     "approved; exactly that plan is carried out. A gate closes a phase only when each of its "
     "steps "
     "has passed; then a checkpoint of the journal is signed. Checks that a release adds may take "
     "over lines of a step that is attested by hand."},
    {"procedure.phase.preparation", "4.1 Vorbereitung", "4.1 Preparation"},
    {"procedure.phase.pre-check", "4.2 Pre-Checks", "4.2 Pre-checks"},
    {"procedure.phase.rollout", "4.3 Rollout", "4.3 The rollout"},
    {"procedure.phase.post-check", "4.4 Post-Checks", "4.4 Post-checks"},
    {"procedure.phase.rollback", "4.5 Rollback, falls nötig", "4.5 Rollback, if it must be"},
    {"procedure.phase.responsible", "Verantwortlich: {roles}. Gate: {gate}.",
     "Responsible: {roles}. Gate: {gate}."},
    {"procedure.step.what", "Was", "What"},
    {"procedure.step.how", "Wie", "How"},
    {"procedure.step.checks", "Prüfungen, die das Release ergänzt", "Checks that the release adds"},
    {"procedure.step.after-end", " (nach dem Ende)", " (after the end)"},
    {"procedure.step.approval", "Freigabe durch jede verlangte Rolle",
     "Approval by each role that is demanded"},
    {"procedure.step.approval-roles", "die verlangten (Abschnitt 3), und wen das Release verlangt",
     "those demanded (section 3), and whom the release demands"},
    {"procedure.step.deploy", "Neue Version jeder Komponente starten und aufwärmen",
     "Start and warm up the new version of each component"},
    {"procedure.step.wave", "Jede Welle: Verkehr umstellen, messen, halten",
     "Each wave: move traffic, measure, hold"},
    {"procedure.step.retire", "Neue Version jeder Komponente stoppen",
     "Stop the new version of each component"},
    {"procedure.kind.manual", "eine Person bestätigt", "a person attests"},
    {"procedure.kind.record", "Eintrag `{event}` im Journal", "entry `{event}` of the journal"},
    {"procedure.kind.checks", "Stellwerk führt sie aus", "Stellwerk runs them"},
    {"procedure.kind.decides", "Entscheidung `{decision}`", "decision `{decision}`"},
    {"procedure.kind.itself", "Stellwerk tut und prüft es", "Stellwerk does and checks it"},

    // ---- 5
    {"procedure.thresholds", "5 Schwellwerte und Rollback", "5 Thresholds and rollback"},
    {"procedure.thresholds.text",
     "Gilt, wenn ein Release nichts anderes sagt; was es anders sagt, steht in seinem Plan und "
     "wird "
     "mit ihm freigegeben. Eine Grenze ist verletzt, wenn der Messwert echt größer ist.",
     "Holds when a release says nothing else; what it says otherwise stands in its plan and is "
     "approved with it. A limit is broken when the measured value is strictly greater."},
    {"procedure.thresholds.metric", "Messwert", "Metric"},
    {"procedure.thresholds.limit", "Grenze", "Limit"},
    {"procedure.thresholds.action", "Folge", "Action"},
    {"procedure.thresholds.error-rate", "Error-Rate", "Error rate"},
    {"procedure.thresholds.latency", "p95-Latenz", "p95 latency"},
    {"procedure.thresholds.lag", "Consumer Lag", "Consumer lag"},
    {"procedure.thresholds.events", "{count|Ereignis|Ereignisse}", "{count|event|events}"},
    {"procedure.thresholds.health", "Fehlgeschlagene Health-Checks", "Failed health checks"},
    {"procedure.thresholds.health-limit", "{count} in Folge binnen {span}",
     "{count} in a row within {span}"},
    {"procedure.thresholds.integrity", "Integritätsprüfung", "Integrity check"},
    {"procedure.thresholds.integrity-limit", "verletzt", "violated"},
    {"procedure.thresholds.silence", "Keine Messwerte", "No measurements"},
    {"procedure.thresholds.pause", "Pause", "pauses"},
    {"procedure.thresholds.rollback", "Rollback", "rolls back"},
    {"procedure.thresholds.rollback-ask",
     "Rollback, wenn der Release Manager binnen {deadline} nicht anders entscheidet",
     "rolls back, unless the release manager decides otherwise within {deadline}"},
    {"procedure.thresholds.rollback-other",
     "Rollback; Pause, wenn der Service keine Komponente ist",
     "rolls back; pauses when the service is no component"},
    {"procedure.thresholds.window",
     "Gemessen über {window}, mit jeder Welle neu; unter {requests|Anfrage|Anfragen} wird nicht "
     "geurteilt. "
     "Eine Pause braucht mindestens {bad_pause}, ein Rollback mindestens {bad_rollback} schlechte "
     "Anfragen.",
     "Measured over {window}, begun anew with each wave; below {requests|request|requests} nothing "
     "is "
     "judged. A pause takes at least {bad_pause} bad requests, a rollback at least "
     "{bad_rollback}."},
    {"procedure.thresholds.lease",
     "Fällt Stellwerk aus, bedient der Load Balancer nach {lease} wieder die alte Version.",
     "If Stellwerk is gone, the load balancer serves the old version again after {lease}."},
    {"procedure.thresholds.no-lease", "Fällt Stellwerk aus, bleibt der Verkehr, wo er ist.",
     "If Stellwerk is gone, traffic stays where it is."},
    {"procedure.thresholds.people",
     "Einen Rollback kann jederzeit auch eine Person veranlassen ({roles}), mit Grund. Er wird "
     "ausgeführt, bevor er protokolliert ist, wenn der Datenträger nicht antwortet; das Journal "
     "nennt dann die Lücke (`audit.journal.gap`).",
     "A person may have a release rolled back at any time ({roles}), with a reason. It is carried "
     "out before it is recorded when the disk does not answer; the journal then names the gap "
     "(`audit.journal.gap`)."},

    // ---- 6
    {"procedure.permissions", "6 Berechtigungen", "6 Permissions"},
    {"procedure.permissions.what", "Tätigkeit", "Activity"},
    {"procedure.permissions.who", "Wer", "Who"},
    {"procedure.permissions.enforced", "Durchgesetzt durch", "Enforced by"},
    {"procedure.may.start", "ein Release starten (`stellwerk run`)",
     "start a release (`stellwerk run`)"},
    {"procedure.may.approve",
     "einen Plan freigeben, Features oder Changelog abnehmen, nachträglich freigeben",
     "approve a plan, accept features, the changelog; sign off"},
    {"procedure.may.emergency-approve",
     "einen Hotfix im Notfall freigeben, der nachträglich freigegeben wird",
     "approve a hotfix in an emergency, signed off afterwards"},
    {"procedure.may.reject", "ein Release vor dem Rollout ablehnen",
     "reject a release before its rollout"},
    {"procedure.may.attest", "einen Schritt bestätigen", "attest a step"},
    {"procedure.may.pause", "ein Release anhalten", "pause a release"},
    {"procedure.may.resume", "ein Release fortsetzen", "resume a release"},
    {"procedure.may.promote", "den Rest einer Haltezeit überspringen", "skip the rest of a hold"},
    {"procedure.may.roll-back", "ein Release zurückrollen", "roll a release back"},
    {"procedure.may.resolve-incident",
     "einen Incident lösen: fortsetzen oder zurückrollen, was er anhielt",
     "resolve an incident: resume, or roll back, what it paused"},
    {"procedure.may.accept-completeness",
     "signieren, dass der Nachweis eines Releases vollständig ist",
     "sign that the record of a release is complete"},
    {"procedure.may.rotate-key", "den Schlüssel wechseln, der Checkpoints signiert",
     "change the key that signs checkpoints"},
    {"procedure.may.erase", "einen privaten Text des Nachweises löschen",
     "erase a private text of the record"},
    {"procedure.may.record-procedure", "die Verfahrensdokumentation festschreiben",
     "record the documentation of the procedure"},
    {"procedure.may.plan", "ein Release planen", "plan a release"},
    {"procedure.may.read", "Releases und ihren Nachweis lesen", "read releases and their record"},
    {"procedure.may.export", "den Nachweis exportieren und prüfen", "export and verify the record"},
    {"procedure.held.approve", "die Rollen des Schritts; nie der Anforderer allein",
     "the roles of the step; never the requester alone"},
    {"procedure.held.approve-alone",
     "die Rollen des Schritts; in dieser Installation auch der Anforderer allein (`self_approval`)",
     "the roles of the step; in this installation also the requester alone (`self_approval`)"},
    {"procedure.held.attest", "die Rollen des Schritts", "the roles of the step"},
    {"procedure.held.plan", "wer die beiden Dateien lesen kann", "whoever can read the two files"},
    {"procedure.held.read", "wer den Datenordner lesen darf", "whoever may read the data folder"},
    {"procedure.held.export", "wer den Datenordner lesen darf; ein Archiv, wer es hat",
     "whoever may read the data folder; an archive, whoever has it"},
    {"procedure.enforced.decision", "den Entscheidungskern; abgelehnt mit ENG-0010 oder ENG-0011",
     "the decision core; refused with ENG-0010 or ENG-0011"},
    {"procedure.enforced.command", "den Befehl; abgelehnt mit ENG-0011",
     "the command; refused with ENG-0011"},
    {"procedure.enforced.system", "das Betriebssystem", "the operating system"},
    {"procedure.enforced.files",
     "das Betriebssystem: Rechte 0700 des Datenordners, 0600 seines Sockets",
     "the operating system: mode 0700 of the data folder, 0600 of its socket"},

    // ---- 7
    {"procedure.record", "7 Nachweis", "7 The record"},
    {"procedure.record.text",
     "Jede Entscheidung, jeder Schritt, jede Freigabe und jede Wirkung nach außen steht als "
     "Eintrag "
     "im Journal, bevor sie wirkt (Ausnahme: Abschnitt 5). Einträge werden nur angehängt, nie "
     "geändert oder entfernt; sie "
     "sind die Blätter eines Merkle-Baums (RFC 6962, SHA-256), dessen Wurzel an jedem Gate, nach "
     "jeder Welle und am Ende eines Releases als Checkpoint signiert wird (Ed25519, "
     "c2sp.org/tlog-checkpoint). Belege, Pläne und Berichte liegen unter ihrem SHA-256 daneben, "
     "den "
     "der Eintrag nennt.",
     "Every decision, step, approval and effect on the outside stands in the journal as an entry "
     "before it takes effect (exception: section 5). Entries are only appended, never changed or "
     "removed; they are the "
     "leaves of a Merkle tree (RFC 6962, SHA-256) whose root is signed as a checkpoint at every "
     "gate, after every wave and at the end of a release (Ed25519, c2sp.org/tlog-checkpoint). "
     "Evidence, plans and reports are kept beside it by their SHA-256, which the entry names."},
    {"procedure.record.key", "Schlüssel der Checkpoints", "Key of the checkpoints"},
    {"procedure.record.key-none", "noch kein Checkpoint veröffentlicht",
     "no checkpoint is published yet"},
    {"procedure.record.rotations", "Schlüsselwechsel", "Changes of the key"},
    {"procedure.record.rotation", "Eintrag {index}, {time}: {key}", "entry {index}, {time}: {key}"},
    {"procedure.record.witnesses", "Zeugen", "Witnesses"},
    {"procedure.record.witness", "{name} über {url}", "{name} at {url}"},
    {"procedure.record.timestamps", "Zeitstempel (RFC 3161)", "Time stamps (RFC 3161)"},
    {"procedure.record.mirrors", "Abonnenten der Ereignisse", "Subscribers of the events"},
    {"procedure.record.notices", "Benachrichtigungen", "Notices"},
    {"procedure.record.alone",
     "**Kein Zeuge und kein Zeitstempeldienst ist eingerichtet.** Dass das Ende des Journals "
     "abgeschnitten oder alles neu geschrieben und signiert wurde, zeigt dann nur ein Checkpoint, "
     "der "
     "außerhalb aufbewahrt ist (`stellwerk audit checkpoint`). Die Ablage in einem Dateisystem "
     "allein "
     "erfüllt die Anforderungen der Unveränderbarkeit regelmäßig nicht (GoBD Rz. 110).",
     "**Neither a witness nor a time stamping service is set up.** That the journal's end was cut "
     "off, or all of it rewritten and signed, is then shown only by a checkpoint kept elsewhere "
     "(`stellwerk audit checkpoint`). A file system alone does not usually meet the demands of "
     "immutability (GoBD Rz. 110)."},
    {"procedure.record.witnessed",
     "Mit dem, was von außen bestätigt ist, zeigt sich ein abgeschnittenes oder neu "
     "geschriebenes Journal auch dann, wenn sein Schlüssel dafür benutzt wurde. `stellwerk "
     "audit witnesses` sagt, wie weit es bestätigt ist.",
     "With what is confirmed from outside, a journal that was cut off or rewritten is found "
     "even when its own key was used for that. `stellwerk audit witnesses` says how far it is "
     "confirmed."},

    // ---- 8
    {"procedure.retention", "8 Aufbewahrung, Datenzugriff und Prüfung",
     "8 Retention, access to data and verification"},
    {"procedure.retention.what", "Unterlagen", "Documents kept"},
    {"procedure.retention.years", "Frist", "Period"},
    {"procedure.retention.basis", "Grundlage", "Basis"},
    {"procedure.retention.period", "{years} Jahre", "{years} years"},
    {"procedure.retention.organisation",
     "Arbeitsanweisungen und sonstige Organisationsunterlagen: dieses Dokument, Pläne, Freigaben, "
     "das "
     "Journal jedes Releases",
     "Work instructions and other documents of the organisation: this document, plans, approvals, "
     "the journal of every release"},
    {"procedure.retention.vouchers",
     "Buchungsbelege: Importfiles einer Migration, die Buchungen enthalten",
     "Accounting vouchers: import files of a migration that hold postings"},
    {"procedure.retention.letters", "Empfangene und abgesandte Handels- und Geschäftsbriefe",
     "Commercial and business letters received and sent"},
    {"procedure.retention.basis-ten", "§ 147 Abs. 1 Nr. 1, Abs. 3 AO; § 257 HGB",
     "§ 147(1) no. 1, (3) AO; § 257 HGB"},
    {"procedure.retention.basis-eight", "§ 147 Abs. 1 Nr. 4, Abs. 3 AO; § 257 HGB",
     "§ 147(1) no. 4, (3) AO; § 257 HGB"},
    {"procedure.retention.basis-six", "§ 147 Abs. 1 Nr. 2 und 3, Abs. 3 AO; § 257 HGB",
     "§ 147(1) no. 2 and 3, (3) AO; § 257 HGB"},
    {"procedure.retention.text",
     "Die Frist beginnt mit dem Schluss des Kalenderjahres. Die längste Frist gilt für alles, was "
     "zusammen aufbewahrt ist; ein Export nennt ihren letzten Tag. Vor Ablauf wird nichts "
     "gelöscht: Stellwerk kennt keinen Befehl, der einen Eintrag, einen Plan, eine Freigabe "
     "oder einen Bericht entfernt; die einzige Ausnahme sind private Texte (nächster Absatz). "
     "Der Datenordner ist über die ganze Frist aufzubewahren, mit den Programmversionen, die "
     "das Journal geschrieben haben. Maßgeblich sind die Gesetze in ihrer jeweiligen Fassung.",
     "The period begins with the end of the calendar year. The longest one holds for all that is "
     "kept together; an export names its last day. Nothing is deleted before: "
     "Stellwerk has no command that removes an entry, a plan, an approval or a report; the only "
     "exception are private texts (next paragraph). The data folder is to be kept for the whole "
     "period, with the versions of the program that wrote the journal. The laws as they stand "
     "are what counts."},
    {"procedure.retention.erase",
     "Personenbezogenes in freiem Text (Gründe, Notizen, Ausgaben) liegt getrennt vom Journal und "
     "wird auf Verlangen mit `stellwerk audit erase DIGEST --reason TEXT` gelöscht; Digest, Grund "
     "und "
     "der Eintrag `audit.content.erased` bleiben, und der Nachweis bleibt prüfbar.",
     "Personal data in free text (reasons, notes, outputs) is kept apart from the journal and "
     "erased "
     "on demand with `stellwerk audit erase DIGEST --reason TEXT`; the digest, the reason and the "
     "entry `audit.content.erased` stay, and the record can still be verified."},
    {"procedure.retention.access",
     "Datenzugriff (Z3, § 147 Abs. 6 AO): `stellwerk audit export ID` schreibt alles über ein "
     "Release "
     "in ein Archiv, mit Tabellen (CSV, NDJSON), ihrer Beschreibung und einem Prüfprogramm, das "
     "ohne "
     "Stellwerk auskommt.",
     "Access to data (Z3, § 147(6) AO): `stellwerk audit export ID` writes everything about a "
     "release "
     "into an archive, with tables (CSV, NDJSON), their description and a program that verifies it "
     "without Stellwerk."},
    {"procedure.retention.verify",
     "Prüfung: `stellwerk audit verify` rechnet das ganze Journal aus seinen Bytes nach, "
     "`stellwerk audit replay` trifft jede Entscheidung noch einmal, `stellwerk audit prove SEQ` "
     "beweist einen einzelnen Eintrag. Jedes Werkzeug für c2sp.org/tlog-tiles prüft das Journal "
     "auch.",
     "Verification: `stellwerk audit verify` computes the whole journal again from its bytes, "
     "`stellwerk audit replay` makes every decision again, `stellwerk audit prove SEQ` proves a "
     "single entry. Any tool for c2sp.org/tlog-tiles verifies the journal too."},

    // ---- 9
    {"procedure.history", "9 Historie", "9 History"},
    {"procedure.history.releases", "9.1 Releases", "9.1 The releases"},
    {"procedure.history.no-releases", "Es gab noch kein Release.", "There was no release yet."},
    {"procedure.history.release", "Release", "Release's id"},
    {"procedure.history.components", "Was", "What changed"},
    {"procedure.history.begin", "Beginn", "Begin"},
    {"procedure.history.end", "Ende", "End"},
    {"procedure.history.requested", "Angefordert", "Requested"},
    {"procedure.history.decided", "Entschieden", "Decided"},
    {"procedure.history.outcome", "Ausgang", "Outcome"},
    {"procedure.history.plan", "Plan", "Its plan"},
    {"procedure.history.decision", "{person} als {role}: {decision}, {signed}",
     "{person} as {role}: {decision}, {signed}"},
    {"procedure.history.rejection", "{person}: abgelehnt, {signed}",
     "{person}: rejected, {signed}"},
    {"procedure.history.signed", "signiert", "signed"},
    {"procedure.history.unsigned", "unsigniert", "unsigned"},
    {"procedure.history.under-way", "läuft", "under way"},
    {"procedure.history.completed", "abgeschlossen", "completed"},
    {"procedure.history.rolled-back", "zurückgerollt", "rolled back"},
    {"procedure.history.cancelled", "abgebrochen", "cancelled"},
    {"procedure.history.failed", "gescheitert", "failed"},
    {"procedure.history.plan-lost", "{plan} (nicht mehr lesbar)", "{plan} (can no longer be read)"},
    {"procedure.history.versions", "9.2 Festgeschriebene Fassungen dieses Dokuments",
     "9.2 Recorded versions of this document"},
    {"procedure.history.no-versions", "Es wurde noch keine Fassung festgeschrieben.",
     "No version was recorded yet."},
    {"procedure.history.entry", "Eintrag", "Entry"},
    {"procedure.history.time", "Zeit", "Time"},
    {"procedure.history.by", "Durch", "By"},
    {"procedure.history.document", "Digest des Dokuments", "Digest of the document"},
    {"procedure.history.versions-text",
     "Jede liegt unverändert unter ihrem Digest im Datenordner (`stellwerk audit show SEQ`); "
     "welche "
     "Fassung wann galt, sagt die Zeit ihres Eintrags (`audit.procedure.recorded`).",
     "Each is kept unchanged under its digest in the data folder (`stellwerk audit show SEQ`); "
     "which "
     "version held when is told by the time of its entry (`audit.procedure.recorded`)."},

    // ---- annex
    {"procedure.lines", "Anhang: jede Zeile des Runbooks und der Schritt, der sie beantwortet",
     "Annex: every line of the runbook, and the step that answers it"},
    {"procedure.lines.id", "Kennung", "Identifier"},
    {"procedure.lines.text", "Zeile", "Line"},
};

}  // namespace

std::span<const MessageRow> procedure_messages() { return kProcedure; }

}  // namespace stellwerk::base

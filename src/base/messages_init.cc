// What `stellwerk init` asks and says, and the two files it writes.
//
// The files are texts of the catalogue because their comments are. In both languages they have the
// same keys, and what stands behind a `#` without a blank is a key that may be used.
#include "base/messages_table.h"

namespace stellwerk::base {
namespace {

constexpr MessageRow kInit[] = {
    {"cli.help.init", "Schreibt die ersten stellwerk.yaml und release.yaml",
     "Writes a first stellwerk.yaml and release.yaml"},
    {"cli.help.argument.init-folder", "Ordner für beide Dateien; sonst dieser",
     "Folder for both files; else this one"},
    {"cli.help.option.init.service", "Name des Dienstes", "Name of the service"},
    {"cli.help.option.init.run", "Befehl, der ihn startet; oder Programm und Argumente hinter --",
     "Command that starts it; or program and arguments behind --"},
    {"cli.help.option.init.health", "Pfad, unter dem er sagt, dass er gesund ist",
     "Path where it says that it is healthy"},
    {"cli.help.option.init.port", "Port, auf dem der Load Balancer ihn anbietet",
     "Port where the load balancer serves it"},
    {"cli.help.option.init.from", "Version, die jetzt dient", "The version that serves now"},
    {"cli.help.option.init.to", "Die neue Version", "The new version"},
    {"cli.help.option.init.tenants", "Mandanten, durch Kommas getrennt",
     "Tenants, separated by commas"},
    {"cli.help.option.init.yes", "Nichts fragen: Optionen und Vorgaben gelten",
     "Ask nothing: options and defaults hold"},

    // ---- cli.init.ask.*, one a question; the default follows in brackets
    {"cli.init.intro",
     "Einige Fragen; Enter nimmt, was in Klammern steht. Geschrieben wird erst am Ende.",
     "Some questions; Enter takes what stands in brackets. Nothing is written before the end."},
    {"cli.init.ask.service", "Name des Dienstes", "Name of the service"},
    {"cli.init.ask.run", "Befehl, der ihn startet, mit {open}port{close} und {open}version{close}",
     "Command that starts it, with {open}port{close} and {open}version{close}"},
    {"cli.init.ask.health", "Pfad, unter dem er sagt, dass er gesund ist",
     "Path where it says that it is healthy"},
    {"cli.init.ask.from", "Version, die jetzt dient", "Version that serves now"},
    {"cli.init.ask.to", "Neue Version", "New version"},
    {"cli.init.ask.tenants", "Einige Mandanten, durch Kommas getrennt; der erste ist Pilot",
     "Some tenants, separated by commas; the first is the pilot"},
    {"cli.init.ask.locale", "Sprache von Meldungen und Dokumenten, de oder en",
     "Language of notices and documents, de or en"},

    // ---- cli.init.wrong.*: why an answer is asked for again
    {"cli.init.wrong.name",
     "Ein Name hat 1 bis 63 Zeichen aus a-z 0-9 . _ -, an beiden Enden einen Buchstaben oder eine "
     "Ziffer.",
     "A name has 1 to 63 of a-z 0-9 . _ - , with a letter or digit at both ends."},
    {"cli.init.wrong.tenants",
     "Mandanten sind Namen wie pilot-1,ahrens: je 1 bis 63 Zeichen aus a-z 0-9 . _ -, jeder "
     "einmal, "
     "höchstens {most}.",
     "Tenants are names such as pilot-1,ahrens: each 1 to 63 of a-z 0-9 . _ - , each once, at most "
     "{most}."},
    {"cli.init.wrong.version", "Eine Version ist wie 1.2.0 oder 2.0.0-rc.1 (SemVer).",
     "A version is like 1.2.0 or 2.0.0-rc.1 (SemVer)."},
    {"cli.init.wrong.newer", "Die neue Version muss neuer sein als {from}.",
     "The new version must be newer than {from}."},
    {"cli.init.wrong.health", "Ein Pfad beginnt mit / und hat keine Leerzeichen: /health.",
     "A path begins with / and has no blanks: /health."},
    {"cli.init.wrong.run",
     "Ein Programm und seine Argumente; in geschweiften Klammern nur {open}port{close}, "
     "{open}version{close}, {open}instance{close} "
     "und {open}component{close}.",
     "A program and its arguments; in braces only {open}port{close}, {open}version{close}, "
     "{open}instance{close} and {open}component{close}."},
    {"cli.init.wrong.port", "Ein Port ist eine Zahl von 1 bis 65535.",
     "A port is a number from 1 to 65535."},
    {"cli.init.wrong.locale", "Die Sprachen sind de und en.", "The languages are de and en."},

    // ---- cli.init.done.*
    {"cli.init.done.written", "Geschrieben: {files}", "Written: {files}"},
    {"cli.init.done.type", "{release}: {type}, {service} {from} → {to}",
     "{release}: {type}, {service} {from} → {to}"},
    {"cli.init.done.major",
     "Ein Major-Release verlangt signierte Freigaben: dazu gehören die öffentlichen SSH-Schlüssel "
     "der Personen in stellwerk.yaml (keys). Planen und simulieren geht auch ohne.",
     "A major release demands signed approvals, for which people need their public SSH keys in "
     "stellwerk.yaml (keys). It can be planned and simulated without."},
    {"cli.init.next.plan", "was geschehen wird, wann und hinter welchem Gate",
     "what will happen, when, and behind which gates"},
    {"cli.init.next.doctor", "was dieser Maschine noch fehlt", "what this machine still lacks"},
    {"cli.init.next.run", "führt das Release durch", "carries the release out"},

    // ---- init.file.*: the files
    {"init.file.environment",
     R"(# Die Installation, in der Releases laufen. Sie liegt neben release.yaml.
# Alle Schlüssel: docs/reference/environment-file.md, oder "stellwerk schema environment".
# Was mit # ohne Leerzeichen beginnt, sind weitere Schlüssel: das # entfernen, anpassen.

# Der Name der Installation. Die Reihenfolge der Mandanten hängt von ihm ab: später nicht ändern.
installation: {installation}

# Die Sprache von Meldungen und Dokumenten: de oder en.
locale: {locale}

# Hier entstehen Journal, Nachweise und Zustand. Sichern Sie diesen Ordner.
data_folder: stellwerk-data

# Der Header einer Anfrage, der den Mandanten nennt.
#tenant_header: x-tenant-id

# Die bekannten Mandanten. weight: ihr üblicher Anteil am Verkehr im Verhältnis zu den anderen.
# Unbekannte verteilen sich auf 100 Fächer, die mit den Anteilen der Wellen umziehen.
tenants:
{tenants}
services:
  # Ein Release nennt den Dienst als "domain" einer Komponente.
  - name: {service}
    # Ein Pfad wird bei jeder Instanz angefragt; 200 heißt gesund.
    health:
      url: {health}
      #status: [200]
      #json: {open}/status: ok{close}
      #timeout: 1s
    # Wo der Load Balancer ihn anbietet; ohne Angabe einmal gewählt und behalten.
    {port}
    run:
      # Programm und Argumente, ohne Shell. {open}port{close} und {open}version{close} werden
      # ersetzt, auch {open}instance{close} und {open}component{close}. Ein relatives Programm mit /
      # liegt relativ zu dieser Datei, eines ohne wird im PATH gesucht.
      command:
{command}
      # Weitere Umgebungsvariablen des Programms, mit denselben Ersetzungen.
      {environment}
      # Instanzen je Version; alte und neue Version laufen während des Rollouts nebeneinander.
      instances: 2
      # So lange darf eine Instanz brauchen, bis sie gesund ist.
      start_timeout: 30s
      # So lange dürfen laufende Anfragen zu Ende gehen.
      drain: 10s
      #stop_timeout: 10s
      #ports: 20000-20100
      #folder: .
    # Eine Zahl je Instanz; consumer_lag überwacht der Wächter.
    #gauges:
    #  - {open}name: consumer_lag, path: /lag, format: json, selector: /consumer_lag{close}
  # Ein Dienst ohne "run" läuft anderswo und wird nur beobachtet.
  #- name: neighbour
  #  health: {open}url: "http://127.0.0.1:8099/health"{close}

# Wer handeln darf. "@me" ist, wer Stellwerk gerade ausführt: gut zum Ausprobieren. Im Betrieb
# ist jede Rolle jemand anderes, mit dem Namen, den "id -un" nennt.
people:
  - id: {person}
    os_user: "@me"
    roles: [release-manager, devops, qa, product-owner, audit-officer]
  #- id: audit-officer-1
  #  os_user: auditor
  #  roles: [audit-officer]
# Wer einen Release anfordert, gibt ihn nie allein frei, sofern hier nicht true steht.
self_approval: true

# Was den Verkehr lenkt, und was die Instanzen ausführt (docs/adapters.md).
router:
  adapter: haproxy
workload:
  adapter: process

# Wohin Mitteilungen an Menschen und veröffentlichte Ereignisse gehen.
#notices: [{open}adapter: file, folder: stellwerk-data/notices{close}]
#events: [{open}adapter: ndjson, file: stellwerk-data/events.ndjson{close}]
)",
     R"(# The installation that releases run in. It lies beside release.yaml.
# All keys: docs/reference/environment-file.md, or "stellwerk schema environment".
# What begins with # and no blank is a further key: remove the #, and adapt it.

# The name of the installation. The order of tenants depends on it: do not change it later.
installation: {installation}

# The language of notices and documents: de or en.
locale: {locale}

# Journal, evidence and state come here. Back this folder up.
data_folder: stellwerk-data

# The header of a request that names the tenant.
#tenant_header: x-tenant-id

# The known tenants. weight: their usual share of the traffic, relative to the others.
# Unknown ones fall into 100 buckets that move with the shares of the waves.
tenants:
{tenants}
services:
  # A release names the service as the "domain" of a component.
  - name: {service}
    # A path is asked of each instance; 200 means healthy.
    health:
      url: {health}
      #status: [200]
      #json: {open}/status: ok{close}
      #timeout: 1s
    # Where the load balancer serves it; without it, chosen once and kept.
    {port}
    run:
      # Program and arguments, without a shell. {open}port{close} and {open}version{close} are
      # replaced, {open}instance{close} and {open}component{close} too. A relative program with a /
      # is relative to this file, one without is searched in PATH.
      command:
{command}
      # Further environment variables of the program, with the same replacements.
      {environment}
      # Instances of each version; the old and the new one run side by side during the rollout.
      instances: 2
      # An instance must be healthy within this time.
      start_timeout: 30s
      # Requests under way may end within this time.
      drain: 10s
      #stop_timeout: 10s
      #ports: 20000-20100
      #folder: .
    # A number of each instance; consumer_lag is watched by the guard.
    #gauges:
    #  - {open}name: consumer_lag, path: /lag, format: json, selector: /consumer_lag{close}
  # A service without "run" runs elsewhere and is only watched.
  #- name: neighbour
  #  health: {open}url: "http://127.0.0.1:8099/health"{close}

# Who may act. "@me" is whoever runs Stellwerk: good for trying it. In production each role is
# somebody else, by the name that "id -un" says.
people:
  - id: {person}
    os_user: "@me"
    roles: [release-manager, devops, qa, product-owner, audit-officer]
  #- id: audit-officer-1
  #  os_user: auditor
  #  roles: [audit-officer]
# Who requests a release never approves it alone, unless this is true.
self_approval: true

# What moves the traffic, and what runs the instances (docs/adapters.md).
router:
  adapter: haproxy
workload:
  adapter: process

# Where notices to people and published events go.
#notices: [{open}adapter: file, folder: stellwerk-data/notices{close}]
#events: [{open}adapter: ndjson, file: stellwerk-data/events.ndjson{close}]
)"},
    {"init.file.release",
     R"(# Ein Release: was von welcher Version auf welche geht, und was vom Typ abweicht.
# Alle Schlüssel: docs/reference/release-file.md, oder "stellwerk schema release".
# Was mit # ohne Leerzeichen beginnt, sind weitere Schlüssel: das # entfernen, anpassen.

# Der Name dieses Releases, ein für alle Mal: das nächste bekommt einen anderen.
id: {release}

# Folgt aus dem Schritt der Versionen und bestimmt Strategie, Prüfungen und Freigaben.
# patch, hotfix (ohne Ankündigungsfrist), minor, major oder migration.
type: {type}

title: "{name} {to}"
#scope:
#  - "Was sich ändert, Zeile für Zeile"

components:
  - domain: {service}
    # Die Version, die jetzt dient, und die neue.
    from: {from}
    to: {to}
    #image: "registry.example/{name}:{to}"

# Wer benachrichtigt wird.
#stakeholders: [produkt@example.org]

# Wellen sind kumulativ: jede kommt zu den vorigen hinzu. share ist ein Anteil am üblichen Verkehr;
# genannte Mandanten ziehen zuerst um. Nach hold folgt die nächste. Ohne "waves" die des Typs.
waves:
{waves}

# Grenzen: darüber hält der Wächter an oder rollt zurück.
#slo: {open}error_rate_pause: 1%, error_rate_rollback: 2%, p95_pause: 500ms{close}

# Wie geurteilt wird. Eine Haltezeit dauert mindestens so lange und sieht so viele Anfragen.
#guard: {open}window: 1m, hold_real_min: 30s, hold_requests_min: 50, lease: 1m{close}

# announce_lead: so lange vor T+0 wird angekündigt.
#schedule: {open}announce_lead: 24h, pre_check: T-1h, post_check: 30m{close}

# Freigaben zusätzlich zu denen des Typs.
#approvals: [{open}role: qa{close}]

# Prüfungen zusätzlich zu denen des Typs: command, http oder manual.
#checks:
#  - name: reachable
#    phase: post-check
#    kind: http
#    url: {through_router}
#    tenant: {pilot}
#    critical: true
)",
     R"(# One release: what goes from which version to which, and what differs from its type.
# All keys: docs/reference/release-file.md, or "stellwerk schema release".
# What begins with # and no blank is a further key: remove the #, and adapt it.

# The name of this release, once and for ever: the next one gets another.
id: {release}

# Follows from the step of the versions; it sets strategy, checks and approvals.
# patch, hotfix (announced without delay), minor, major or migration.
type: {type}

title: "{name} {to}"
#scope:
#  - "What changes, line by line"

components:
  - domain: {service}
    # The version that serves now, and the new one.
    from: {from}
    to: {to}
    #image: "registry.example/{name}:{to}"

# Who is told.
#stakeholders: [product@example.org]

# Waves are cumulative: each adds to those before. share is of the usual traffic; tenants that are
# named move first. After hold comes the next one. Without "waves", those of the type.
waves:
{waves}

# Limits: beyond them the guard pauses or rolls back.
#slo: {open}error_rate_pause: 1%, error_rate_rollback: 2%, p95_pause: 500ms{close}

# How it judges. A hold lasts at least this long and sees so many requests.
#guard: {open}window: 1m, hold_real_min: 30s, hold_requests_min: 50, lease: 1m{close}

# announce_lead: how long before T+0 people are told.
#schedule: {open}announce_lead: 24h, pre_check: T-1h, post_check: 30m{close}

# Approvals beside those of the type.
#approvals: [{open}role: qa{close}]

# Checks beside those of the type: command, http or manual.
#checks:
#  - name: reachable
#    phase: post-check
#    kind: http
#    url: {through_router}
#    tenant: {pilot}
#    critical: true
)"},
};

}  // namespace

std::span<const MessageRow> init_messages() { return kInit; }

}  // namespace stellwerk::base

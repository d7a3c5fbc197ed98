// Rows are long on purpose: one text stays one literal, so that it can be searched for.
#include "base/messages_table.h"

#include <array>

namespace stellwerk::base {
namespace {

// ---- notice.*: what stakeholders and the people on call are told
// ------------------------------------------------------- Every notice is given all of: release,
// components ("document-domain 1.2.0 → 1.3.0"), wave, waves, tenants, share
// ("10 %"), time, reason, by (a person, or Stellwerk itself), plan (its digest), outlook (after a
// pause: what happens now). A row uses those that mean something.
constexpr MessageRow kNotices[] = {
    {"notice.announced.subject",  //
     "Angekündigt: Release {release} am {time}", "Announced: release {release} on {time}"},
    {"notice.announced.body",
     "Guten Tag,\n\n"
     "das Release {release} ist geplant.\n\n"
     "Umfang: {components}\n"
     "Beginn: {time}\n"
     "Wellen: {waves}\n"
     "Plan: {plan}\n\n"
     "Die Mandanten werden nacheinander auf die neue Version umgestellt. Über Beginn, Fortschritt "
     "und Abschluss "
     "informieren wir Sie gesondert.\n",
     "Hello,\n\n"
     "release {release} is planned.\n\n"
     "Scope: {components}\n"
     "Start: {time}\n"
     "Waves: {waves}\n"
     "Plan: {plan}\n\n"
     "Tenants move to the new version one group after the other. We will tell you when it starts, "
     "how it proceeds "
     "and when it is done.\n"},
    {"notice.started.subject",  //
     "Begonnen: Release {release}", "Started: release {release}"},
    {"notice.started.body",
     "Guten Tag,\n\n"
     "der Rollout des Releases {release} hat um {time} begonnen.\n\n"
     "Umfang: {components}\n"
     "Wellen: {waves}\n\n"
     "Die neue Version wird während des gesamten Rollouts überwacht und bei Störungen "
     "zurückgenommen.\n",
     "Hello,\n\n"
     "the rollout of release {release} started at {time}.\n\n"
     "Scope: {components}\n"
     "Waves: {waves}\n\n"
     "The new version is watched during the whole rollout and withdrawn if it fails.\n"},
    {"notice.progress.subject",  //
     "Fortschritt: Release {release}, Welle {wave} von {waves}",
     "Progress: release {release}, wave {wave} of {waves}"},
    {"notice.progress.body",
     "Guten Tag,\n\n"
     "Welle {wave} von {waves} des Releases {release} ist seit {time} aktiv.\n\n"
     "Umfang: {components}\n"
     "Neu umgestellte Mandanten: {tenants}\n"
     "Anteil des Verkehrs auf der neuen Version: {share}\n",
     "Hello,\n\n"
     "wave {wave} of {waves} of release {release} has been active since {time}.\n\n"
     "Scope: {components}\n"
     "Tenants moved by this wave: {tenants}\n"
     "Share of traffic on the new version: {share}\n"},
    {"notice.paused.subject",  //
     "Angehalten: Release {release}", "Paused: release {release}"},
    {"notice.paused.body",
     "Guten Tag,\n\n"
     "das Release {release} wurde um {time} angehalten.\n\n"
     "Umfang: {components}\n"
     "Grund: {reason}\n"
     "Veranlasst durch: {by}\n"
     "Anteil des Verkehrs auf der neuen Version: {share}\n\n"
     "{outlook}\n",
     "Hello,\n\n"
     "release {release} was paused at {time}.\n\n"
     "Scope: {components}\n"
     "Reason: {reason}\n"
     "Caused by: {by}\n"
     "Share of traffic on the new version: {share}\n\n"
     "{outlook}\n"},
    {"notice.resumed.subject",  //
     "Fortgesetzt: Release {release}", "Resumed: release {release}"},
    {"notice.resumed.body",
     "Guten Tag,\n\n"
     "das Release {release} wird seit {time} fortgesetzt.\n\n"
     "Umfang: {components}\n"
     "Veranlasst durch: {by}\n"
     "Anteil des Verkehrs auf der neuen Version: {share}\n",
     "Hello,\n\n"
     "release {release} was resumed at {time}.\n\n"
     "Scope: {components}\n"
     "Caused by: {by}\n"
     "Share of traffic on the new version: {share}\n"},
    {"notice.rollback_initiated.subject",  //
     "Rollback eingeleitet: Release {release}", "Rollback initiated: release {release}"},
    {"notice.rollback_initiated.body",
     "Guten Tag,\n\n"
     "für das Release {release} wurde um {time} ein Rollback eingeleitet.\n\n"
     "Umfang: {components}\n"
     "Grund: {reason}\n"
     "Veranlasst durch: {by}\n\n"
     "Der gesamte Verkehr wird auf die bisherige Version zurückgeführt.\n",
     "Hello,\n\n"
     "a rollback of release {release} was initiated at {time}.\n\n"
     "Scope: {components}\n"
     "Reason: {reason}\n"
     "Caused by: {by}\n\n"
     "All traffic is being returned to the previous version.\n"},
    {"notice.rollback_executed.subject",  //
     "Rollback ausgeführt: Release {release}", "Rollback executed: release {release}"},
    {"notice.rollback_executed.body",
     "Guten Tag,\n\n"
     "der Verkehr des Releases {release} liegt seit {time} wieder vollständig auf der bisherigen "
     "Version.\n\n"
     "Umfang: {components}\n"
     "Grund: {reason}\n"
     "Veranlasst durch: {by}\n\n"
     "Die Nacharbeiten laufen noch; über den Abschluss informieren wir Sie gesondert.\n",
     "Hello,\n\n"
     "since {time} all traffic of release {release} is back on the previous version.\n\n"
     "Scope: {components}\n"
     "Reason: {reason}\n"
     "Caused by: {by}\n\n"
     "The remaining clean-up is under way; we will tell you when it is done.\n"},
    {"notice.rollback_completed.subject",  //
     "Rollback abgeschlossen: Release {release}", "Rollback completed: release {release}"},
    {"notice.rollback_completed.body",
     "Guten Tag,\n\n"
     "der Rollback des Releases {release} wurde um {time} abgeschlossen. Der vorherige Zustand ist "
     "wiederhergestellt.\n\n"
     "Umfang: {components}\n"
     "Grund: {reason}\n"
     "Veranlasst durch: {by}\n"
     "Plan: {plan}\n\n"
     "Ein Incident-Report und ein Post-Mortem folgen.\n",
     "Hello,\n\n"
     "the rollback of release {release} was completed at {time}. The previous state is "
     "restored.\n\n"
     "Scope: {components}\n"
     "Reason: {reason}\n"
     "Caused by: {by}\n"
     "Plan: {plan}\n\n"
     "An incident report and a post-mortem will follow.\n"},
    {"notice.successful.subject",  //
     "Erfolgreich: Release {release}", "Successful: release {release}"},
    {"notice.successful.body",
     "Guten Tag,\n\n"
     "das Release {release} wurde um {time} erfolgreich abgeschlossen.\n\n"
     "Umfang: {components}\n"
     "Plan: {plan}\n\n"
     "Alle Mandanten arbeiten mit der neuen Version; die Nachprüfungen sind bestanden.\n",
     "Hello,\n\n"
     "release {release} was completed successfully at {time}.\n\n"
     "Scope: {components}\n"
     "Plan: {plan}\n\n"
     "All tenants work with the new version; the post-checks have passed.\n"},
    {"notice.cancelled.subject",  //
     "Abgesagt: Release {release}", "Cancelled: release {release}"},
    {"notice.cancelled.body",
     "Guten Tag,\n\n"
     "das Release {release} wurde um {time} abgesagt.\n\n"
     "Umfang: {components}\n"
     "Grund: {reason}\n"
     "Veranlasst durch: {by}\n\n"
     "Kein Mandant wurde umgestellt; es gilt unverändert die bisherige Version.\n",
     "Hello,\n\n"
     "release {release} was cancelled at {time}.\n\n"
     "Scope: {components}\n"
     "Reason: {reason}\n"
     "Caused by: {by}\n\n"
     "No tenant was moved; the previous version stays in use.\n"},
    {"notice.failed.subject",  //
     "Eingriff nötig: Release {release} ist fehlgeschlagen",
     "Action needed: release {release} has failed"},
    {"notice.failed.body",
     "Guten Tag,\n\n"
     "das Release {release} ist um {time} fehlgeschlagen und kann nicht selbsttätig weitergeführt "
     "werden.\n\n"
     "Umfang: {components}\n"
     "Grund: {reason}\n"
     "Anteil des Verkehrs auf der neuen Version: {share}\n"
     "Plan: {plan}\n\n"
     "Bitte prüfen Sie den Zustand mit: stellwerk release show {release}\n",
     "Hello,\n\n"
     "release {release} failed at {time} and cannot go on by itself.\n\n"
     "Scope: {components}\n"
     "Reason: {reason}\n"
     "Share of traffic on the new version: {share}\n"
     "Plan: {plan}\n\n"
     "Please look at its state with: stellwerk release show {release}\n"},
};

}  // namespace

std::span<const std::span<const MessageRow>> message_sections() {
  static const std::array<std::span<const MessageRow>, 12> sections{
      kNotices,         plan_messages(), event_messages(),   cli_messages(),
      audit_messages(), init_messages(), man_messages(),     simulate_messages(),
      live_messages(),  said_messages(), witness_messages(), procedure_messages()};
  return sections;
}

}  // namespace stellwerk::base

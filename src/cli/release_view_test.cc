// What `release show`, `release list` and the progress line look like, to the byte.
#include "cli/release_view.h"

#include <gtest/gtest.h>

namespace stellwerk::cli {
namespace {

constexpr ViewStyle kStyle{base::Locale::En, 80, false};

base::Json holding() {
  return base::Json::parse(R"({
    "release": "rel-1", "title": "Batch", "type": "minor", "strategy": "canary",
    "stage": "holding", "wave": 2, "waves": 3, "plan": "sha256:0123456789abcdef0123", "entries": 61,
    "components": [{"name": "document-domain", "from": "1.2.0", "to": "1.3.0"}],
    "traffic": {"new_version_share_ppm": 500000, "tenants": ["pilot-1", "pilot-2"]},
    "guard_armed": true, "limits": {"p95_us": 500000},
    "verdict": {"action": "continue", "cause": "all-good", "findings": []},
    "t0": "2025-10-15T20:00:00.000Z", "runbook_time": "T+16m", "next_due": "T+30m",
    "next_due_in_us": 840000000, "speed": 60,
    "hold": {"guarded_us": 60000000, "wanted_us": 900000000, "requests": 2400},
    "kpis": [{"component": "document-domain", "version": "1.2.0", "requests": 2400,
              "error_rate_ppm": 0, "p95_us": 41000},
             {"component": "document-domain", "version": "1.3.0", "requests": 2400,
              "error_rate_ppm": 1200, "p95_us": 38000}],
    "lost_lines": 0,
    "steps": [
      {"id": "preparation/changelog", "title": "Changelog", "phase": "preparation",
       "kind": "manual", "status": "passed", "roles": ["release-manager"], "by": "ann"},
      {"id": "rollout/wave-1", "title": "Wave 1", "phase": "rollout", "kind": "wave",
       "status": "passed", "roles": [], "summary": "held 15m"},
      {"id": "post-check/smoke", "title": "Smoke journeys", "phase": "post-check",
       "kind": "manual", "status": "open", "roles": ["qa", "devops"]}],
    "waiting_for": []
  })");
}

TEST(ReleaseView, ShowsEverythingOfAReleaseInEightyColumns) {
  EXPECT_EQ(release_text(holding(), kStyle),
            "release     rel-1 Batch\n"
            "scope       document-domain 1.2.0 → 1.3.0 · minor, canary\n"
            "plan        sha256:0123456789ab · 61 entries in the journal\n"
            "stage       hold, wave 2 of 3\n"
            "time        T+16m (T+0 is 2025-10-15T20:00:00.000Z) · next T+30m, in 14m · 60\n"
            "            times the speed\n"
            "traffic     50 % on the new version: pilot-1, pilot-2\n"
            "guard       armed · continue: all good\n"
            "hold        1m of 15m guarded, 2400 requests\n"
            "figures     document-domain 1.2.0: 2400 requests/min, 0 % errors, p95 41 ms\n"
            "            document-domain 1.3.0: 2400 requests/min, 0.12 % errors, p95 38 ms\n"
            "\n"
            "preparation\n"
            "  ✔ preparation/changelog                 Changelog · by ann\n"
            "\n"
            "rollout\n"
            "  ✔ rollout/wave-1                        held 15m\n"
            "\n"
            "post-check\n"
            "  · post-check/smoke                      Smoke journeys\n");
}

base::Json with_logs(base::Json view) {
  view["logs"] = base::Json::parse(R"([
    {"component": "doc", "version": "1.2.0", "new": false, "lines": 900, "errors": 2, "warnings": 7,
     "requests": 4000, "errors_minute": 1, "warnings_minute": 2, "unread_bytes": 0,
     "folder": "/data/workload/doc/1.2.0"},
    {"component": "doc", "version": "1.3.0", "new": true, "lines": 90, "errors": 5, "warnings": 0,
     "requests": 400, "errors_minute": 3, "warnings_minute": 0, "unread_bytes": 17,
     "folder": "/data/workload/doc/1.3.0"}])");
  return view;
}

TEST(ReleaseView, ShowsWhatTheLogsSay) {
  const base::Json view = with_logs(holding());
  EXPECT_NE(
      release_text(view, kStyle)
          .find("p95 38 ms\n"
                "logs        doc 1.2.0: 2 ERROR (1/min), 7 WARN (2/min), 900 lines, 4000 requests\n"
                "            doc 1.3.0: 5 ERROR (3/min), 0 WARN (0/min), 90 lines, 400 requests;\n"
                "            at least, unread: 17 bytes\n"),
      std::string::npos)
      << release_text(view, kStyle);
  EXPECT_NE(progress_text(view, base::Locale::En).find("p95 38 ms · 3 ERROR/min in the logs"),
            std::string::npos)
      << progress_text(view, base::Locale::En);
}

TEST(ReleaseView, GivesWhoAttestsTheLogsTheirFiguresAndFiles) {
  base::Json view = with_logs(holding());
  view["waiting_for"] = {"post-check/logs"};
  view["steps"].push_back({{"id", "post-check/logs"},
                           {"kind", "manual"},
                           {"title", "Logs looked through"},
                           {"roles", {"devops"}}});
  EXPECT_EQ(waiting_text(view, kStyle),
            "  stellwerk attest rel-1 post-check/logs\n"
            "      Logs looked through (DevOps)\n"
            "      doc 1.2.0: 2 ERROR (1/min), 7 WARN (2/min), 900 lines, 4000 requests\n"
            "      doc 1.3.0: 5 ERROR (3/min), 0 WARN (0/min), 90 lines, 400 requests; at\n"
            "      least, unread: 17 bytes. Files: /data/workload/doc/1.3.0/*.log\n");
}

TEST(ReleaseView, SaysWhatAPromotedHoldStillWaitsFor) {
  base::Json view = holding();
  view["hold"] = {{"guarded_us", 2000000}, {"wanted_us", 0},
                  {"real_us", 2000000},    {"real_wanted_us", 30000000},
                  {"requests", 12},        {"requests_wanted", 50},
                  {"promoted", true}};
  EXPECT_NE(release_text(view, kStyle)
                .find("hold        promoted; waits for 38 more requests and 28s under guard\n"),
            std::string::npos);
  EXPECT_NE(progress_text(view, base::Locale::De)
                .find("vorgezogen; wartet auf noch 38 Anfragen und 28s unter Wache"),
            std::string::npos);
  view["hold"]["requests"] = 50;
  view["hold"]["real_us"] = 30000000;
  EXPECT_NE(release_text(view, kStyle).find("promoted; waits for a good verdict of the guard"),
            std::string::npos);
}

TEST(ReleaseView, NamesTheCommandForWhoeverIsWaitedFor) {
  base::Json view = holding();
  view["waiting_for"] = {"post-check/smoke", "preparation/approval"};
  view["steps"].push_back({{"id", "preparation/approval"},
                           {"kind", "approval"},
                           {"title", "Approval"},
                           {"roles", {"release-manager"}}});
  EXPECT_EQ(waiting_text(view, kStyle),
            "  stellwerk attest rel-1 post-check/smoke\n"
            "      Smoke journeys (QA, DevOps)\n"
            "  stellwerk approve rel-1\n"
            "      Approval (Release Manager)\n");
}

TEST(ReleaseView, NamesBothWaysOutOfAnUnknownOutcome) {
  base::Json view = holding();
  view["waiting_for"] = {"post-check/mail"};
  view["steps"].push_back({{"id", "post-check/mail"},
                           {"title", "Mail"},
                           {"phase", "post-check"},
                           {"kind", "command"},
                           {"status", "outcome-unknown"},
                           {"roles", {"devops"}}});
  EXPECT_EQ(waiting_text(view, kStyle),
            "  stellwerk attest rel-1 post-check/mail\n"
            "      Mail (DevOps)\n"
            "  stellwerk release resume rel-1 --again post-check/mail\n"
            "      it is not known whether the step happened: attest that it did, or run it\n"
            "      again\n");
}

// Goal: nobody is asked what has been decided.
TEST(ReleaseView, AsksForARollbackUntilItIsDecided) {
  base::Json view = holding();
  view["guard_armed"] = false;
  view["paused"] = {{"cause", "ask-rollback"}, {"detail", "error-rate"}, {"by", "stellwerk"}};
  EXPECT_NE(release_text(view, kStyle).find("paused      roll back?"), std::string::npos);
  view["rollback"] = {{"cause", "ask-expired"},
                      {"detail", "error-rate"},
                      {"by", "stellwerk"},
                      {"traffic_returned", false}};
  const std::string text = release_text(view, kStyle);
  EXPECT_EQ(text.find("paused"), std::string::npos) << text;
  EXPECT_NE(text.find("needed no more: traffic goes back"), std::string::npos) << text;
}

TEST(ReleaseView, ShowsARollbackAndItsSteps) {
  base::Json view = holding();
  view["stage"] = "rolling-back";
  view["guard_armed"] = false;
  view["traffic"]["new_version_share_ppm"] = 0;
  view.erase("hold");
  view.erase("kpis");
  view["paused"] = {{"cause", "rollback"}, {"detail", "guard"}, {"by", "stellwerk"}};
  view["rollback"] = {{"cause", "guard"},
                      {"detail", "error-rate"},
                      {"by", "stellwerk"},
                      {"traffic_returned", true}};
  view["rollback_steps"] = {{{"id", "rollback/return-traffic"},
                             {"phase", "rollback"},
                             {"status", "running"},
                             {"title", "Traffic back"}}};
  const std::string text = release_text(view, kStyle);
  EXPECT_NE(text.find("stage       rolling back, wave 2 of 3\n"
                      "paused      rollback: guard (by stellwerk)\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("rollback    guard: error rate (by stellwerk) · traffic is back on the old\n"
                      "            version\n"),
            std::string::npos)
      << text;
  EXPECT_NE(
      text.find("\nrollback\n  … rollback/return-traffic               running · Traffic back"),
      std::string::npos)
      << text;
}

TEST(ReleaseView, ShowsPrivateTextsOrThatTheyWereErased) {
  base::Json view = holding();
  view["paused"] = {{"cause", "person"}, {"detail", "qa-1"}, {"by", "qa-1"}, {"reason", "looking"}};
  view["steps"][0]["text"] = "two entries were missing";
  view["steps"].push_back({{"id", "post-check/mail"},
                           {"title", "Mail"},
                           {"phase", "post-check"},
                           {"kind", "command"},
                           {"status", "failed"},
                           {"summary", "exit 1"},
                           {"text", "exit 1; last output: no such host"}});
  const std::string shown = release_text(view, {base::Locale::En, 200, false});
  for (const char* part :
       {"by hand (by qa-1) · looking\n", "Changelog · two entries were missing · by ann\n",
        "failed · exit 1; last output: no such host\n"})
    EXPECT_NE(shown.find(part), std::string::npos) << part << shown;

  view["paused"].erase("reason");
  view["paused"]["reason_erased"] = true;
  view["steps"].back().erase("text");
  view["steps"].back()["text_erased"] = true;
  const std::string erased = release_text(view, {base::Locale::En, 200, false});
  for (const char* part :
       {"by hand (by qa-1) · (text erased)\n", "failed · exit 1 · (text erased)\n"})
    EXPECT_NE(erased.find(part), std::string::npos) << part << erased;
}

// Goal: what is only the journal's word is told as such; nobody guards, whatever it says.
TEST(ReleaseView, SaysWhatIsKnownWithoutAnEngine) {
  base::Json view = holding();
  view["engine"] = "none";
  view["ended"] = false;
  view["guard_armed"] = false;
  view["guard_wanted"] = true;
  view["last_entry"] = "2025-10-15T20:16:00.000Z";
  view["lease_until"] = "2025-10-15T20:17:00.000Z";
  view["lease_over"] = true;
  view.erase("hold");
  view.erase("kpis");
  const std::string text = release_text(view, kStyle);
  EXPECT_NE(
      text.find("engine      No engine runs: nobody guards this release or carries it on. What\n"
                "            follows is what the journal says; its last entry is of\n"
                "            2025-10-15T20:16:00.000Z. Go on with: stellwerk run RELEASE.yaml\n"
                "            --resume\n"
                "traffic     by the journal, as of 2025-10-15T20:16:00.000Z: 50 % on the new\n"
                "            version: pilot-1, pilot-2. Unless the lease was renewed after that,\n"
                "            the load balancer has served everyone with the old version since\n"
                "            2025-10-15T20:17:00.000Z at the latest\n"
                "guard       nobody: no engine runs · last verdict in the journal: continue: all\n"
                "            good\n"),
      std::string::npos)
      << text;
  view["lease_over"] = false;
  EXPECT_NE(release_text(view, kStyle).find("goes back to the old version by itself at"),
            std::string::npos);
  view.erase("lease_until");
  EXPECT_NE(release_text(view, kStyle).find("without a guard"), std::string::npos);
}

TEST(ReleaseView, IsColouredOnlyWhenAsked) {
  EXPECT_EQ(release_text(holding(), kStyle).find('\x1b'), std::string::npos);
  EXPECT_NE(release_text(holding(), {base::Locale::En, 80, true}).find('\x1b'), std::string::npos);
}

TEST(Progress, FitsOneLineWithTheNewVersionsFigures) {
  EXPECT_EQ(progress_text(holding(), base::Locale::De),
            "Welle 2/3 · Haltezeit 1m von 15m · T+30m in 14m · 40 Anfragen/s, 0.12 % Fehler, p95 "
            "38 ms");
  base::Json view = holding();
  view["paused"] = {{"cause", "guard"}};
  view["waiting_for"] = {"post-check/smoke"};
  view["verdict"] = {
      {"action", "pause"}, {"cause", "no-requests"}, {"findings", base::Json::array()}};
  EXPECT_EQ(progress_text(view, base::Locale::En),
            "wave 2/3 · hold · paused (guard) 1m of 15m · T+30m in 14m · 40 requests/s, 0.12 % "
            "errors, p95 38 ms · pause: no requests to the new version · waits for 1 step of "
            "people");
}

TEST(ReleaseList, AlignsIdsAndStages) {
  const base::Json rows = base::Json::parse(R"([
    {"release": "rel-2025-10-002", "type": "patch", "stage": "rolled-back", "wave": 1, "waves": 2,
     "title": "A fix"},
    {"release": "rel-1", "type": "minor", "stage": "completed", "wave": 3, "waves": 3,
     "title": "A title that is much too long for the rest of a line of eighty columns"}])");
  EXPECT_EQ(list_text(rows, kStyle),
            "rel-2025-10-002  rolled back  1/2    patch      A fix\n"
            "rel-1            completed    3/3    minor      A title that is much too long f…\n");
}

TEST(ReleaseView, ReadsAnythingWithoutFailing) {
  for (const char* text : {"{}", "[]", "null", R"({"steps": 3, "paused": [], "verdict": "x"})"})
    (void)release_text(base::Json::parse(text), kStyle);
}

}  // namespace
}  // namespace stellwerk::cli

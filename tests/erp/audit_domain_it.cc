// Goal: what is mirrored to audit-domain passes its check; what is done to its rows is found by
// ours, also where its own says that all is well (docs/audit-domain.md).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "adapters/audit_domain/audit_domain_bus.h"
#include "adapters/audit_domain/row_walk.h"
#include "adapters/http/curl_http_client.h"
#include "adapters/http/http_prober.h"
#include "app/adapters.h"
#include "audit/erp_chain.h"
#include "audit/merkle.h"
#include "config/load.h"
#include "ports/testing/real_clock.h"
#include "support/audit_domain.h"

namespace stellwerk::adapters::audit_domain {
namespace {

using audit::ErpFindingKind;
constexpr std::string_view kCheck = "/audit/api/v1/integrity/check";

class AuditDomainIt : public ::testing::Test {
 protected:
  void begin(std::vector<std::string> arguments = {}) {
    service_.emplace(STELLWERK_PYTHON, STELLWERK_AUDIT_DOMAIN, std::move(arguments));
    restart_stellwerk();
  }
  [[nodiscard]] Settings settings() const {
    return {.url = service_->url(), .tenant = "demo-tenant", .token = {}};
  }
  void restart_stellwerk() { bus_.emplace(settings(), "demo", Needs{http_, clock_, scrubber_}); }

  [[nodiscard]] ports::PublicEvent event(std::uint64_t index) const {
    return {.index = index,
            .name = "scheduler.release.wave1",
            .release = base::ReleaseId("rel-1"),
            .time = clock_.wall(),
            .runbook_time = "T+0",
            .data = fmt::format(R"({{"actor":"jürgen","data":{{"note":"Prüfung {}"}}}})", index)};
  }
  base::Result<void> publish(std::uint64_t from, std::uint64_t to) {
    std::vector<ports::PublicEvent> events;
    for (auto index = from; index < to; ++index) events.push_back(event(index));
    return bus_->publish(events, clock_.call(base::seconds(30)));
  }

  [[nodiscard]] base::Json upstream_check() {
    const auto answer = http_.send({.method = "GET",
                                    .url = service_->url() + std::string(kCheck),
                                    .headers = {{"x-tenant-id", "demo-tenant"}},
                                    .body = {}},
                                   clock_.call(base::seconds(20)));
    EXPECT_TRUE(answer && answer->status == 200);
    return answer ? base::parse_json(answer->body).value() : base::Json();
  }
  /// An event of another service, as it comes from NATS: without ip and userAgent.
  void foreign_event() {
    const auto answer = http_.send(
        {.method = "POST",
         .url = service_->url() + "/audit/api/v1/events",
         .headers = {{"x-tenant-id", "demo-tenant"}, {"Content-Type", "application/json"}},
         .body = R"({"actor":{"system":"sales"},"action":"EVENT","target":{"type":"invoice",)"
                 R"("id":"unknown"},"payload":{"10":1,"2":[1e21,0.1,-0],"x":"ß€😀\u0001\udead"}})"},
        clock_.call(base::seconds(20)));
    EXPECT_TRUE(answer && answer->status == 201);
  }

  /// Our check of the rows as they are now, with a journal of entries 0 to `entries`.
  audit::ErpChainReport check(std::uint64_t entries) {
    ErpApi api(settings(), {http_, clock_, scrubber_});
    const auto rows = fetch_rows(api, 100000, clock_.call(base::minutes(1)));
    EXPECT_TRUE(rows) << rows.error().one_line();
    std::vector<audit::ExpectedEntry> journal;
    for (std::uint64_t index = 0; index < entries; ++index)
      journal.push_back({index, audit::leaf_hash(event(index).data)});
    return audit::check_erp_chain(*rows, {.user_agent = "stellwerk/demo", .journal = journal});
  }
  static std::vector<std::string> said(const audit::ErpChainReport& report) {
    std::vector<std::string> all;
    for (const auto& each : report.findings)
      all.push_back(fmt::format("{} {}/{}", to_string(each.kind),
                                each.position ? std::to_string(*each.position) : "-",
                                each.index ? std::to_string(*each.index) : "-"));
    return all;
  }
  using Said = std::vector<std::string>;

  ports::testing::RealClock clock_;
  base::Scrubber scrubber_;
  std::unique_ptr<http::CurlLoop> loop_ = http::CurlLoop::make(clock_).value();
  http::CurlHttpClient http_{*loop_};
  std::optional<stellwerk::testing::AuditDomainStandIn> service_;
  std::optional<AuditDomainBus> bus_;
};

TEST_F(AuditDomainIt, MirrorsAChainThatBothChecksFindSound) {
  begin();
  ASSERT_TRUE(publish(0, 20));
  EXPECT_EQ(upstream_check(), (base::Json{{"valid", true}, {"checkedCount", 20}}));
  const auto report = check(20);
  EXPECT_EQ(said(report), Said{});
  EXPECT_EQ(report.ours, 20U);
}

// The stand-in's hashes are Python's, ours C++'s; the payload has all that is special in
// JavaScript.
TEST_F(AuditDomainIt, TellsTheServicesMistakeFromTampering) {
  begin();
  ASSERT_TRUE(publish(0, 2));
  foreign_event();
  ASSERT_TRUE(publish(2, 3));
  EXPECT_EQ(upstream_check().at("valid"), false);
  EXPECT_EQ(upstream_check().at("checkedCount"), 2);
  const auto report = check(3);
  EXPECT_EQ(said(report), Said{"hashed_without_field 2/-"});
  EXPECT_TRUE(report.sound);
  EXPECT_EQ(report.upstream_stops_at, 2U);
}

TEST_F(AuditDomainIt, SendsNothingTwiceAfterALostAnswer) {
  begin({"--lose-answer", "3", "--lose-answer", "4"});
  EXPECT_FALSE(publish(0, 6));
  EXPECT_FALSE(publish(0, 6));
  ASSERT_TRUE(publish(0, 6));
  EXPECT_EQ(service_->lines().size(), 6U);
  EXPECT_EQ(said(check(6)), Said{});
}

TEST_F(AuditDomainIt, GoesOnWhenTheServiceIsBack) {
  begin();
  ASSERT_TRUE(publish(0, 3));
  service_->stop();
  const auto refused = publish(3, 6);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "NTF-0001");
  EXPECT_NE(refused.error().why.find("connection refused"), std::string::npos);
  service_->start();
  ASSERT_TRUE(publish(3, 6));
  restart_stellwerk();
  ASSERT_TRUE(publish(0, 8));
  EXPECT_EQ(said(check(8)), Said{});
}

TEST_F(AuditDomainIt, FindsWhatWasDoneToItsRows) {
  begin();
  ASSERT_TRUE(publish(0, 8));
  const auto whole = service_->lines();

  auto deleted = whole;
  deleted.erase(deleted.begin() + 3);
  service_->tamper(deleted);
  EXPECT_EQ(upstream_check(), (base::Json{{"valid", true}, {"checkedCount", 7}})) << "it says so";
  EXPECT_EQ(said(check(8)), (Said{"predecessor_missing 3/-", "entry_missing -/3"}));

  auto edited = whole;
  edited[5].replace(edited[5].find("Prüfung 5"), 10, "Prüfung 9");
  service_->tamper(edited);
  EXPECT_EQ(upstream_check().at("valid"), false);
  EXPECT_EQ(said(check(8)), (Said{"altered_row 5/-", "entry_altered 5/5"}));

  auto truncated = whole;
  truncated.resize(6);
  service_->tamper(truncated);
  EXPECT_EQ(upstream_check().at("valid"), true) << "it says so";
  EXPECT_EQ(said(check(8)), Said{"end_missing -/6"});

  service_->tamper({});
  EXPECT_EQ(upstream_check(), (base::Json{{"valid", true}, {"checkedCount", 0}})) << "it says so";
  EXPECT_EQ(said(check(8)), Said{"end_missing -/0"});
}

// What comes after a row that was written anew links to the new one, as after a fork.
TEST_F(AuditDomainIt, FindsAForkMadeByRemovingAndComingBack) {
  begin();
  ASSERT_TRUE(publish(0, 4));
  const auto before = service_->lines();
  ASSERT_TRUE(publish(4, 6));
  const auto branch = service_->lines();
  service_->tamper(before);
  ASSERT_TRUE(publish(6, 8));
  auto forked = service_->lines();
  forked.insert(forked.begin() + 4, branch.begin() + 4, branch.end());
  service_->tamper(forked);
  EXPECT_EQ(upstream_check().at("valid"), true) << "it says so";
  EXPECT_EQ(said(check(8)), Said{"forked 6/-"});
}

TEST_F(AuditDomainIt, MirrorsTenThousandEvents) {
  begin();
  constexpr std::uint64_t kEvents = 10000;
  for (std::uint64_t from = 0; from < kEvents; from += 200) ASSERT_TRUE(publish(from, from + 200));
  restart_stellwerk();
  ASSERT_TRUE(publish(kEvents - 200, kEvents));
  const auto report = check(kEvents);
  EXPECT_EQ(said(report), Said{});
  EXPECT_EQ(report.ours, kEvents);
}

// The example of docs/audit-domain.md.
TEST_F(AuditDomainIt, IsMadeFromTheExamplesSection) {
  const auto file = config::load_environment(STELLWERK_ENVIRONMENT);
  ASSERT_TRUE(file.value) << file.problems.front().one_line();
  EXPECT_TRUE(app::section_problems(*file.value).empty());
  ASSERT_EQ(file.value->events.size(), 2U);
  http::HttpProber prober(*loop_);
  const auto bus =
      app::make_bus(file.value->events[1], {clock_, prober, http_, scrubber_, *file.value});
  ASSERT_TRUE(bus) << bus.error().one_line();
  EXPECT_EQ((*bus)->name(), "audit-domain");
  EXPECT_EQ((*bus)->target(), "http://127.0.0.1:3090#demo-tenant");

  auto twice = *file.value;
  twice.events.push_back(twice.events[1]);
  const auto problems = app::section_problems(twice);
  ASSERT_EQ(problems.size(), 1U) << "two would share a cursor";
  EXPECT_EQ(problems[0].id, "CFG-0007");
}

}  // namespace
}  // namespace stellwerk::adapters::audit_domain

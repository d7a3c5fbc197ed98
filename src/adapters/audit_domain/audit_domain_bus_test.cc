// Goal: every event gets one row as far as one can tell: after lost answers, refusals, restarts and
// deadlines; and rows of others are none of ours.
#include "adapters/audit_domain/audit_domain_bus.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "adapters/memory/memory_clock.h"
#include "audit/erp_chain.h"
#include "base/testing/temporary_folder.h"
#include "base/text.h"

namespace stellwerk::adapters::audit_domain {
namespace {

/// audit-domain behind ports::HttpClient: a chain in memory, and what can happen on the way.
class FakeErp final : public ports::HttpClient {
 public:
  base::Result<ports::HttpResponse> send(const ports::HttpRequest& request,
                                         const ports::Call& call) override {
    requests.push_back(request);
    clock.advance(took);
    if (unreachable || clock.mono() >= call.deadline)
      return base::fail(base::Code::Unavailable, "HLT-0002", "could not be sent");
    return request.method == "POST" ? post(request) : get(request);
  }

  void add(const std::string& body) {
    const auto event = audit::parse_js(body).value();
    const auto time = base::rfc3339(clock.wall());
    audit::ErpRow row{.id = fmt::format("row-{}", rows.size()),
                      .tenant = "demo-tenant",
                      .timestamp = time,
                      .created_at = time,
                      .action = event.find("action")->text,
                      .actor = *event.find("actor"),
                      .target = *event.find("target"),
                      .payload = *event.find("payload"),
                      .ip = *event.find("ip"),
                      .user_agent = *event.find("userAgent"),
                      .prev_hash = rows.empty() ? "" : rows.back().hash,
                      .hash = {}};
    row.hash = audit::erp_hash(row, audit::NullFields::LeftOut);
    rows.push_back(std::move(row));
    clock.advance(base::milliseconds(1));
  }
  /// `<index> <name>` of each row that is a mirror.
  [[nodiscard]] std::vector<std::string> received() const {
    std::vector<std::string> all;
    for (const auto& row : rows)
      if (const auto mark = audit::mirror_mark(row, "stellwerk/demo"))
        all.push_back(fmt::format("{} {}", mark->index, mark->name));
    return all;
  }
  [[nodiscard]] std::size_t count(std::string_view method) const {
    return static_cast<std::size_t>(std::count_if(
        requests.begin(), requests.end(), [&](const auto& each) { return each.method == method; }));
  }

  MemoryClock clock;
  std::vector<audit::ErpRow> rows;
  std::vector<ports::HttpRequest> requests;
  base::Duration took{};
  bool unreachable = false;
  int lost_answers = 0;  ///< the next events get rows, but no answer
  int refusals = 0;      ///< the next events get `refusal` and no row
  int refusal = 500;
  std::size_t cut_at = 0;  ///< answers are cut there; 0: not
  std::string instead;     ///< this is the answer to GET

 private:
  base::Result<ports::HttpResponse> post(const ports::HttpRequest& request) {
    if (refusals > 0 && refusals-- > 0) return ports::HttpResponse{refusal, "{}", false, {}};
    add(request.body);
    if (lost_answers > 0 && lost_answers-- > 0)
      return base::fail(base::Code::OutcomeUnknown, "HLT-0003", "was not answered");
    return ports::HttpResponse{201, "{}", false, {}};
  }

  static std::string value_in(const std::string& url, const std::string& name) {
    const auto at = url.find(name + "=");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 1;
    return url.substr(from, url.find('&', from) - from);
  }

  [[nodiscard]] static std::string json_of(const audit::ErpRow& row) {
    const auto text = [](std::string_view value) { return audit::stringify(value); };
    return fmt::format(
        R"({{"id":{},"tenantId":{},"timestamp":{},"actor":{},"action":{},"target":{},"payload":{},)"
        R"("ip":{},"userAgent":{},"prevHash":{},"hash":{},"integrity":null,"createdAt":{}}})",
        text(row.id), text(row.tenant), text(row.timestamp), audit::stringify(row.actor),
        text(row.action), audit::stringify(row.target), audit::stringify(row.payload),
        audit::stringify(row.ip), audit::stringify(row.user_agent), text(row.prev_hash),
        text(row.hash), text(row.created_at));
  }

  base::Result<ports::HttpResponse> get(const ports::HttpRequest& request) {
    if (!instead.empty()) return ports::HttpResponse{200, instead, false, {}};
    const auto from = value_in(request.url, "from");
    const auto to = value_in(request.url, "to");
    std::string events;
    std::size_t found = 0;
    for (auto row = rows.rbegin(); row != rows.rend() && found < audit::kErpPageRows; ++row) {
      if ((!from.empty() && row->timestamp < from) || (!to.empty() && row->timestamp > to))
        continue;
      events += (found++ == 0 ? "" : ",") + json_of(*row);
    }
    auto body = fmt::format(R"({{"count":{},"events":[{}]}})", found, events);
    const bool cut = cut_at > 0 && body.size() > cut_at;
    if (cut) body.resize(cut_at);
    return ports::HttpResponse{200, body, cut, {}};
  }
};

class AuditDomainBusTest : public ::testing::Test {
 protected:
  static Settings settings() { return {.url = "http://erp", .tenant = "demo-tenant", .token = {}}; }
  void restart(Settings with = settings()) {
    bus_ = std::make_unique<AuditDomainBus>(std::move(with), "demo",
                                            Needs{erp_, erp_.clock, scrubber_});
  }
  AuditDomainBusTest() { restart(); }

  [[nodiscard]] ports::PublicEvent event(std::uint64_t index, const std::string& name) const {
    return {.index = index,
            .name = name,
            .release = base::ReleaseId("rel-1"),
            .time = erp_.clock.wall(),
            .runbook_time = "T+0",
            .data = fmt::format(R"({{"index":{}}})", index)};
  }
  [[nodiscard]] std::vector<ports::PublicEvent> events(std::uint64_t from, std::uint64_t to) const {
    std::vector<ports::PublicEvent> all;
    for (auto index = from; index < to; ++index) all.push_back(event(index, "x"));
    return all;
  }
  base::Result<void> publish(const std::vector<ports::PublicEvent>& all,
                             base::Duration within = base::seconds(30)) {
    return bus_->publish(all, {erp_.clock.mono() + within, {}});
  }
  static std::vector<std::string> keys(std::uint64_t from, std::uint64_t to) {
    std::vector<std::string> all;
    for (auto index = from; index < to; ++index) all.push_back(fmt::format("{} x", index));
    return all;
  }
  void others(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      erp_.add(R"({"actor":{"system":"sales"},"action":"EVENT","target":{"type":"a","id":"b"},)"
               R"("payload":{"index":7},"ip":null,"userAgent":null})");
  }

  FakeErp erp_;
  base::Scrubber scrubber_;
  std::unique_ptr<AuditDomainBus> bus_;
};

TEST_F(AuditDomainBusTest, LooksOnceAndThenOnlySends) {
  ASSERT_TRUE(publish(events(0, 3)));
  ASSERT_TRUE(publish(events(3, 5)));
  EXPECT_EQ(erp_.received(), keys(0, 5));
  EXPECT_EQ(erp_.count("GET"), 1U);
  const auto& sent = erp_.requests.back();
  EXPECT_EQ(sent.url, "http://erp/audit/api/v1/events");
  EXPECT_EQ(sent.headers.at("x-tenant-id"), "demo-tenant");
  EXPECT_EQ(sent.headers.at("Content-Type"), "application/json");
  EXPECT_FALSE(sent.headers.contains("Authorization"));
  EXPECT_TRUE(audit::check_erp_chain(erp_.rows, {.user_agent = {}, .journal = {}}).upstream_valid);
}

TEST_F(AuditDomainBusTest, SendsNothingTwiceAfterALostAnswer) {
  erp_.lost_answers = 1;
  const auto lost = publish(events(0, 3));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().id, "NTF-0001");
  EXPECT_EQ(lost.error().code, base::Code::Unavailable);
  EXPECT_NE(lost.error().why.find("HLT-0003"), std::string::npos) << lost.error().why;
  ASSERT_TRUE(publish(events(0, 3)));
  EXPECT_EQ(erp_.received(), keys(0, 3));
}

TEST_F(AuditDomainBusTest, SendsNothingTwiceAfterARestart) {
  ASSERT_TRUE(publish(events(0, 4)));
  others(3);
  restart();
  ASSERT_TRUE(publish(events(2, 6)));
  EXPECT_EQ(erp_.received(), keys(0, 6));
}

TEST_F(AuditDomainBusTest, SendsWhatWasRefusedAgain) {
  for (const int status : {500, 503, 404, 301}) {
    const auto from = erp_.received().size();
    erp_.refusal = status;
    erp_.refusals = 1;
    const auto refused = publish(events(from, from + 2));
    ASSERT_FALSE(refused) << status;
    EXPECT_NE(refused.error().why.find(fmt::format("HTTP {}", status)), std::string::npos);
    ASSERT_TRUE(publish(events(from, from + 2))) << status;
  }
  EXPECT_EQ(erp_.received(), keys(0, 8));
}

TEST_F(AuditDomainBusTest, LooksNoFurtherBackThanItsOwnOlderRow) {
  erp_.cut_at = 3000;
  others(500);
  ASSERT_TRUE(publish(events(0, 3)));
  others(15);
  restart();
  erp_.requests.clear();
  ASSERT_TRUE(publish(events(3, 4)));
  EXPECT_LE(erp_.count("GET"), 3U);
  EXPECT_EQ(erp_.received(), keys(0, 4));
}

TEST_F(AuditDomainBusTest, GoesOnLookingWhereADeadlineStoppedIt) {
  erp_.cut_at = 3000;
  ASSERT_TRUE(publish(events(0, 3)));
  others(200);
  restart();
  erp_.took = base::seconds(1);
  erp_.requests.clear();
  const auto repeated = events(0, 5);
  int tries = 1;
  while (!publish(repeated, base::seconds(10)) && tries < 20) ++tries;
  EXPECT_GT(tries, 1);
  EXPECT_LT(tries, 6);
  EXPECT_EQ(erp_.received(), keys(0, 5));
}

TEST_F(AuditDomainBusTest, ReadsAnswersThatWereCut) {
  ASSERT_TRUE(publish(events(0, 20)));
  others(20);
  restart();
  erp_.cut_at = 3000;
  ASSERT_TRUE(publish(events(0, 21)));
  EXPECT_EQ(erp_.received(), keys(0, 21));
}

// A new journal begins with the numbers of the old one; its events are others.
TEST_F(AuditDomainBusTest, DoesNotTakeAnotherJournalsRowsForItsOwn) {
  ASSERT_TRUE(publish(events(0, 3)));
  restart();
  auto first = event(0, "x");
  first.data = R"({"another":"journal"})";
  ASSERT_TRUE(publish({first}));
  EXPECT_EQ(erp_.rows.size(), 4U);
}

TEST_F(AuditDomainBusTest, ForgetsWhatNobodyRepeats) {
  for (std::uint64_t from = 0; from < 3000; from += 200)
    ASSERT_TRUE(publish(events(from, from + 200)));
  EXPECT_EQ(erp_.count("GET"), 1U);
  ASSERT_TRUE(publish(events(0, 200))) << "it is looked for again";
  EXPECT_EQ(erp_.count("GET"), 5U);
  EXPECT_EQ(erp_.received(), keys(0, 3000));
}

TEST_F(AuditDomainBusTest, SaysWhatItCouldNotRead) {
  erp_.instead = "<html>login</html>";
  const auto garbage = publish(events(0, 1));
  ASSERT_FALSE(garbage);
  EXPECT_EQ(garbage.error().id, "NTF-0001");
  EXPECT_NE(garbage.error().why.find("ERP-0001"), std::string::npos) << garbage.error().why;
  EXPECT_TRUE(erp_.rows.empty());
}

TEST_F(AuditDomainBusTest, EndsEachRequestAfterItsTimeout) {
  auto with = settings();
  with.timeout = base::milliseconds(100);
  restart(with);
  erp_.took = base::milliseconds(200);
  const auto began = erp_.clock.mono();
  EXPECT_FALSE(publish(events(0, 5)));
  EXPECT_EQ(erp_.clock.mono() - began, base::milliseconds(200)) << "one request, and no more";
}

TEST_F(AuditDomainBusTest, SendsTheTokenThatTheFileHoldsNow) {
  const base::testing::TemporaryFolder folder;
  auto with = settings();
  with.token = base::SecretReference{.file = folder / "token", .environment = {}};
  restart(with);
  const auto missing = publish(events(0, 1));
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().why.find("BAS-0009"), std::string::npos) << missing.error().why;
  for (const std::string token : {"first-token", "second-token"}) {
    std::ofstream(folder / "token") << token << "\n";
    std::filesystem::permissions(
        folder / "token", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    ASSERT_TRUE(publish(events(erp_.rows.size(), erp_.rows.size() + 1)));
    EXPECT_EQ(erp_.requests.back().headers.at("Authorization"), "Bearer " + token);
    EXPECT_EQ(scrubber_.scrub("it is " + token), "it is ***");
  }
}

// Other services may log more than an answer holds; the mirror goes on, the check cannot.
TEST_F(AuditDomainBusTest, PassesOverRowsThatNoAnswerHolds) {
  ASSERT_TRUE(publish(events(0, 3)));
  erp_.add(fmt::format(R"({{"actor":{{}},"action":"EVENT","target":{{"type":"a","id":"b"}},)"
                       R"("payload":{{"x":"{}"}},"ip":null,"userAgent":null}})",
                       std::string(5000, 'x')));
  others(30);
  restart();
  erp_.cut_at = 3000;
  ASSERT_TRUE(publish(events(2, 5)));
  EXPECT_EQ(erp_.received(), keys(0, 5));
  ErpApi api(settings(), {erp_, erp_.clock, scrubber_});
  const auto rows = fetch_rows(api, 1000, {erp_.clock.mono() + base::seconds(30), {}});
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().id, "ERP-0003");
}

TEST_F(AuditDomainBusTest, FetchesAllRowsInTheirOrder) {
  ASSERT_TRUE(publish(events(0, 10)));
  others(25);
  erp_.cut_at = 2000;
  ErpApi api(settings(), {erp_, erp_.clock, scrubber_});
  const ports::Call call{erp_.clock.mono() + base::seconds(30), {}};
  const auto rows = fetch_rows(api, 35, call);
  ASSERT_TRUE(rows) << rows.error().one_line();
  ASSERT_EQ(rows->size(), 35U);
  for (std::size_t i = 0; i < rows->size(); ++i) EXPECT_EQ((*rows)[i].id, erp_.rows[i].id);
  EXPECT_EQ(fetch_rows(api, 34, call).error().id, "ERP-0003");
}

TEST_F(AuditDomainBusTest, SaysWhenAMillisecondHasMoreRowsThanAPage) {
  others(2000);
  for (auto& row : erp_.rows) row.timestamp = erp_.rows.front().timestamp;
  ErpApi api(settings(), {erp_, erp_.clock, scrubber_});
  const auto rows = fetch_rows(api, 10000, {erp_.clock.mono() + base::seconds(30), {}});
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().id, "ERP-0003");
}

}  // namespace
}  // namespace stellwerk::adapters::audit_domain

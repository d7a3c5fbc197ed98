// What several threads use at once; these run under the thread sanitizer too.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "common/testing/http_client.h"
#include "document-domain/http_server.h"
#include "document-domain/listen_socket.h"

namespace document_domain {
namespace {

using examples::testing::HttpClient;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kThreads = 4;
constexpr const char* kNumberedInvoice =
    R"({"docType":"invoice","templateKey":"t","payload":{"n":1}})";

void in_parallel(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

ServiceSettings settings(std::vector<std::string> faults = {}) {
  return {.version = *Version::parse("1.3.0"),
          .faults = *parse_faults(faults),
          .limits = {.documents_per_tenant_max = 50},
          .rendering = {.workers = 2, .cost = milliseconds(0)}};
}

/// A service on a free port of this process.
struct Running {
  explicit Running(const ServiceSettings& with) : service(with, nullptr) {
    auto socket = listen_on({});
    url = "http://" + socket->bound;
    server = HttpServer::start(std::move(socket->fd), service);
  }
  DocumentService service;
  std::string url;
  std::unique_ptr<HttpServer> server;
};

std::chrono::steady_clock::time_point in(milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

TEST(EvenShareThreads, KeepsItsShareAcrossThreads) {
  EvenShare share(100'000);
  std::atomic<int> picked{0};
  in_parallel([&](int) {
    for (int i = 0; i < 1000; ++i) picked += share.next() ? 1 : 0;
  });
  EXPECT_EQ(picked, 400);
}

TEST(RenderQueueThreads, WorksOffEveryJobOnce) {
  std::atomic<int> rendered{0};
  RenderQueue queue({2, milliseconds(0)}, [&](const DocumentKey&) { ++rendered; });
  in_parallel([&](int thread) {
    for (int i = 0; i < 200; ++i)
      queue.submit({"tenant-" + std::to_string(thread), std::to_string(i)});
  });
  queue.finish(in(seconds(20)));
  EXPECT_EQ(rendered, 200 * kThreads);
  EXPECT_EQ(queue.length(), 0U);
}

TEST(RenderQueueThreads, OnlyGrowsWithoutWorkersAndTakesAKeyOnce) {
  RenderQueue queue({0, milliseconds(0)}, [](const DocumentKey&) { FAIL(); });
  in_parallel([&](int) {
    for (int i = 0; i < 100; ++i) queue.submit({"a", std::to_string(i)});
  });
  EXPECT_EQ(queue.length(), 100U);
  queue.finish(in(seconds(20)));
  EXPECT_EQ(queue.length(), 100U);
}

TEST(RenderQueueThreads, StopsAtTheDeadlineWithJobsLeft) {
  RenderQueue queue({1, seconds(30)}, [](const DocumentKey&) {});
  for (int i = 0; i < 5; ++i) queue.submit({"a", std::to_string(i)});
  queue.finish(in(milliseconds(20)));
  EXPECT_GE(queue.length(), 4U);
}

TEST(HttpServerThreads, AnswersManyClientsAtOnce) {
  Running running(settings());
  ASSERT_TRUE(running.server);
  std::atomic<int> good{0};
  in_parallel([&](int thread) {
    HttpClient client(running.url);
    const std::string tenant = "tenant-" + std::to_string(thread % 2);
    for (int i = 0; i < 100; ++i) {
      const auto created = client.post("/documents", tenant, kNumberedInvoice);
      if (!created || created->status != 201) continue;
      const auto id = Json::parse(created->body).at("id").get<std::string>();
      const auto found = client.get("/documents/" + id, tenant);
      good += found && (found->status == 200 || found->status == 404) ? 1 : 0;  // evicted: 404
      client.get("/metrics");
    }
  });
  EXPECT_EQ(good, 100 * kThreads);
}

TEST(HttpServerThreads, DrainsWhileSlowAnswersAreUnderWay) {
  Running running(settings({"slow:200"}));
  ASSERT_TRUE(running.server);
  std::atomic<int> answered{0};
  std::thread drain([&] {
    HttpClient probe(running.url);
    // Requests are counted when they are decided, which is before their delay.
    const std::string all = "status=\"201\"} " + std::to_string(kThreads);
    while (probe.get("/metrics")->body.find(all) == std::string::npos) {
    }
    running.service.begin_drain();
    running.server->stop_accepting();
    EXPECT_TRUE(running.server->wait_until_idle(in(seconds(20))));
  });
  in_parallel([&](int) {
    HttpClient client(running.url);
    const auto answer = client.post("/documents", "a", kNumberedInvoice);
    answered += answer && answer->status == 201 ? 1 : 0;
  });
  drain.join();
  EXPECT_EQ(answered, kThreads);
}

TEST(HttpServerThreads, CutsHangingAnswersWhenItStops) {
  auto running = std::make_unique<Running>(settings({"hang:100"}));
  ASSERT_TRUE(running->server);
  const std::string url = running->url;
  std::atomic<int> cut{0};
  std::thread stop([&] {
    while (running->server->wait_until_idle(in(milliseconds(0)))) std::this_thread::yield();
    running->server.reset();
  });
  in_parallel([&](int) {
    HttpClient client(url);
    cut += client.get("/documents/" + random_uuid(), "a") ? 0 : 1;
  });
  stop.join();
  EXPECT_EQ(cut, kThreads);
}

}  // namespace
}  // namespace document_domain

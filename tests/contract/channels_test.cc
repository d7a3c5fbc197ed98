// The contracts of event buses and notifiers, for all that exist.
#include <filesystem>
#include <fstream>

#include "adapters/audit_domain/audit_domain_bus.h"
#include "adapters/file/file_notifier.h"
#include "adapters/file/ndjson_bus.h"
#include "adapters/http/curl_http_client.h"
#include "adapters/memory/memory_bus.h"
#include "adapters/memory/memory_notifier.h"
#include "base/files.h"
#include "base/json.h"
#include "base/testing/temporary_folder.h"
#include "base/text.h"
#include "contract/event_bus.h"
#include "contract/notifier.h"
#include "ports/testing/real_clock.h"
#include "support/audit_domain.h"

namespace stellwerk::contract {
namespace {

namespace fs = std::filesystem;

/// Puts a file where a folder is needed, and the folder back again.
void replace_by_file(const std::string& folder, bool broken) {
  if (broken) {
    if (fs::exists(folder)) fs::rename(folder, folder + ".aside");
    std::ofstream(folder) << "in the way";
  } else {
    fs::remove(folder);
    if (fs::exists(folder + ".aside")) fs::rename(folder + ".aside", folder);
  }
}

class MemoryBusHarness final : public EventBusHarness {
 public:
  ports::EventBus& bus() override { return bus_; }
  std::vector<std::string> received() override {
    std::vector<std::string> keys;
    for (const auto& event : bus_.events())
      keys.push_back(std::to_string(event.index) + " " + event.name);
    return keys;
  }
  std::string target() override { return "one"; }
  void break_down(bool broken) override { bus_.fail_next(broken ? 1000 : 0); }

 private:
  adapters::MemoryBus bus_{"one"};
};

class NdjsonBusHarness final : public EventBusHarness {
 public:
  ports::EventBus& bus() override { return bus_; }
  std::vector<std::string> received() override {
    std::vector<std::string> keys;
    const auto text = base::read_file(folder_ / "events/x.ndjson", 1000000).value_or("");
    for (const auto line : base::split(text, '\n'))
      if (const auto event = base::parse_json(line))
        keys.push_back(event->at("index").dump() + " " + event->at("name").get<std::string>());
    return keys;
  }
  std::string target() override { return folder_ / "events/x.ndjson"; }
  void break_down(bool broken) override { replace_by_file(folder_ / "events", broken); }

 private:
  base::testing::TemporaryFolder folder_;
  adapters::NdjsonBus bus_{folder_ / "events/y/../x.ndjson"};
};

class AuditDomainBusHarness final : public EventBusHarness {
 public:
  ports::EventBus& bus() override { return bus_; }
  std::vector<std::string> received() override {
    std::vector<std::string> keys;
    for (const std::string& line : service_.lines()) {
      const auto payload = base::parse_json(line).value().at("payload");
      keys.push_back(payload.at("index").dump() + " " + payload.at("eventType").get<std::string>());
    }
    return keys;
  }
  std::string target() override { return service_.url() + "#demo-tenant"; }
  void break_down(bool broken) override { broken ? service_.stop() : service_.start(); }
  ports::Call call() override { return clock_.call(base::seconds(20)); }

 private:
  testing::AuditDomainStandIn service_{STELLWERK_PYTHON, STELLWERK_AUDIT_DOMAIN};
  ports::testing::RealClock clock_;
  base::Scrubber scrubber_;
  std::unique_ptr<adapters::http::CurlLoop> loop_ = adapters::http::CurlLoop::make(clock_).value();
  adapters::http::CurlHttpClient http_{*loop_};
  adapters::audit_domain::AuditDomainBus bus_{
      {.url = service_.url(), .tenant = "demo-tenant", .token = {}},
      "demo",
      {http_, clock_, scrubber_}};
};

class MemoryNotifierHarness final : public NotifierHarness {
 public:
  ports::Notifier& notifier() override { return notifier_; }
  std::size_t messages() override { return notifier_.sent().size(); }
  std::string target() override { return "one"; }
  void break_down(bool broken) override { notifier_.fail_next(broken ? 1000 : 0); }

 private:
  adapters::MemoryNotifier notifier_{"one"};
};

class FileNotifierHarness final : public NotifierHarness {
 public:
  ports::Notifier& notifier() override { return notifier_; }
  std::size_t messages() override {
    const fs::directory_iterator files(folder_ / "notices");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }
  std::string target() override { return folder_ / "notices"; }
  void break_down(bool broken) override { replace_by_file(folder_ / "notices", broken); }

 private:
  base::testing::TemporaryFolder folder_;
  adapters::FileNotifier notifier_{folder_ / "notices"};
};

const auto kName = [](const auto& parameter) { return parameter.param.name; };

INSTANTIATE_TEST_SUITE_P(
    Adapters, EventBusContract,
    ::testing::Values(
        EventBusFactory{"Memory", [] { return std::make_unique<MemoryBusHarness>(); }},
        EventBusFactory{"Ndjson", [] { return std::make_unique<NdjsonBusHarness>(); }},
        EventBusFactory{"AuditDomain", [] { return std::make_unique<AuditDomainBusHarness>(); }}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Adapters, NotifierContract,
    ::testing::Values(
        NotifierFactory{"Memory", [] { return std::make_unique<MemoryNotifierHarness>(); }},
        NotifierFactory{"File", [] { return std::make_unique<FileNotifierHarness>(); }}),
    kName);

}  // namespace
}  // namespace stellwerk::contract

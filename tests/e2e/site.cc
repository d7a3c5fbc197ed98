#include "e2e/site.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "common/testing/http_client.h"

namespace stellwerk::e2e {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using examples::testing::ChildProcess;

constexpr auto kPoll = 20ms;
constexpr auto kPeopleLook = 200ms;
constexpr auto kPeopleWait = 5s;  ///< for an engine that may stand still; they try again
constexpr std::size_t kTail = 4000;

std::string tail(const std::string& text) {
  return text.size() <= kTail ? text : "…" + text.substr(text.size() - kTail);
}

/// A service that Stellwerk only watches.
std::unique_ptr<ChildProcess> neighbour_at(int port) {
  auto service = std::make_unique<ChildProcess>(std::vector<std::string>{
      DOCUMENT_DOMAIN_PROGRAM, "--version-number", "1.0.0", "--port", std::to_string(port)});
  if (!service->line_after("listening on "))
    throw std::runtime_error("a neighbour did not start: " + service->err());
  return service;
}

}  // namespace

// ---- beginning and end

Site::Site(const std::function<void(SiteFile&)>& change) {
  file_.document_domain = DOCUMENT_DOMAIN_PROGRAM;
  file_.port = port_.number();
  for (const char* name : {"notifications-domain", "audit-domain"}) {
    const int port = free_port();
    neighbours_.push_back(neighbour_at(port));
    file_.neighbours.push_back({name, port});
  }
  rewrite(change);
}

Site::~Site() {
  if (::testing::Test::HasFailure()) report_failure();
  load_.reset();
  others_.clear();
  run_.reset();
  end_processes_below(folder());
}

void Site::report_failure() const {
  std::string text = "---- events\n";
  for (const Told& each : told()) text += fmt::format("{} {}\n", each.index, each.name);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder(), ignored)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".out" && extension != ".err" && extension != ".yaml") continue;
    text +=
        fmt::format("---- {}\n{}\n", entry.path().filename().string(), tail(text_of(entry.path())));
  }
  std::cerr << text << "---- people\n" << answers_ << std::endl;
}

// ---- files

void Site::write(const std::string& name, const std::string& text) const {
  std::ofstream(folder() / name, std::ios::binary) << text;
}

void Site::rewrite(const std::function<void(SiteFile&)>& change) {
  if (change) change(file_);
  write("stellwerk.yaml", site_yaml(file_));
}

std::string Site::release_file(const std::string& id) const {
  return (folder() / (id + ".yaml")).string();
}

void Site::plan(ReleaseFile release) {
  release.program = file_.document_domain;
  release_ = release.id;
  write(release.id + ".yaml", release_yaml(release));
}

void Site::plan_text(const std::string& id, const std::string& text) {
  release_ = id;
  write(id + ".yaml", text);
}

// ---- commands

std::vector<std::string> Site::command(const std::vector<std::string>& words) const {
  std::vector<std::string> all = {STELLWERK_PROGRAM, "--locale", "en", "--environment",
                                  (folder() / "stellwerk.yaml").string()};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

Finished Site::stellwerk(const std::vector<std::string>& words,
                         std::chrono::milliseconds limit) const {
  const auto finished = examples::testing::run(command(words), limit);
  const int code = finished.ending ? finished.ending->exit_code.value_or(-1) : -1;
  return {code, finished.out, finished.err};
}

Program& Site::run(const std::vector<std::string>& more, const std::vector<std::string>& before) {
  std::vector<std::string> words = {"run", release_file(release_), "--speed", "3600"};
  words.insert(words.end(), more.begin(), more.end());
  run_.reset();
  std::vector<std::string> all = before;
  const auto own = command(words);
  all.insert(all.end(), own.begin(), own.end());
  run_ = std::make_unique<Program>(all, folder() / fmt::format("run-{}", ++started_));
  return *run_;
}

Program& Site::start(const std::vector<std::string>& words,
                     const std::vector<std::string>& before) {
  std::vector<std::string> all = before;
  const auto own = command(words);
  all.insert(all.end(), own.begin(), own.end());
  others_.push_back(
      std::make_unique<Program>(all, folder() / fmt::format("command-{}", ++started_)));
  return *others_.back();
}

void Site::kill_stellwerk() {
  run_->signal(SIGKILL);
  EXPECT_EQ(run_->exit_code(), -SIGKILL);
  run_.reset();
}

json Site::show(const std::string& id, std::chrono::milliseconds limit) const {
  const Finished shown =
      stellwerk({"--json", "release", "show", id.empty() ? release_ : id}, limit);
  if (shown.exit_code != 0) return json::object();
  return json::parse(shown.out, nullptr, false);
}

// ---- people

void Site::answer(const json& view) {
  if (view.value("ended", true) || view.contains("rollback")) return;
  std::vector<std::string> attested = {"attest", release_};
  std::map<std::string, std::string> kinds;
  for (const json& step : view.at("steps")) kinds[step.at("id")] = step.at("kind");
  const auto say = [&](const std::vector<std::string>& words) {
    const Finished said = stellwerk(words, kPeopleWait);
    if (said.exit_code != 0) answers_ += fmt::format("{}: {}\n", words.front(), said.err);
  };
  for (const json& waiting : view.at("waiting_for")) {
    const auto step = waiting.get<std::string>();
    if (step == left_alone_) continue;
    if (kinds[step] == "approval")
      say({"approve", release_});
    else
      attested.push_back(step);
  }
  // Among them a comparison that the figures leave open: here nothing was slower or worse by more
  // than this machine's own noise.
  if (attested.size() > 2) say(attested);
}

void Site::look_around() {
  if (!attended_ || Clock::now() - looked_at_ < kPeopleLook) return;
  if (const json view = show({}, kPeopleWait); view.contains("waiting_for")) {
    answer(view);
    if (more_) more_(view);
  }
  looked_at_ = Clock::now();
}

// ---- waiting

bool Site::wait_for(const std::string& what, const std::function<bool()>& condition,
                    std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  while (!condition()) {
    // What it did last may have been what we wait for.
    if (run_ && run_->ended()) {
      if (condition()) return true;
      ADD_FAILURE() << "stellwerk ended while waiting for " << what;
      return false;
    }
    if (Clock::now() >= deadline) {
      ADD_FAILURE() << "waited in vain for " << what;
      return false;
    }
    look_around();
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

bool Site::wait_event(const std::string& name, std::chrono::milliseconds limit) {
  return wait_for(name, [&] { return was_told(name); }, limit);
}

int Site::exit_code(std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  while (!run_->ended() && Clock::now() < deadline) {
    look_around();
    std::this_thread::sleep_for(kPoll);
  }
  const auto code = run_->exit_code(0ms);
  if (!code) ADD_FAILURE() << "stellwerk did not end";
  return code.value_or(-1);
}

bool Site::reach_first_wave() {
  attend();
  run();
  return wait_event("scheduler.release.wave1");
}

// ---- what was told

std::vector<Told> Site::told() const {
  std::map<std::uint64_t, Told> by_index;  // at least once: the same one may come twice
  std::istringstream lines(text_of(folder() / "events.ndjson"));
  for (std::string line; std::getline(lines, line);) {
    json event = json::parse(line, nullptr, false);
    if (!event.is_object()) continue;  // the last line may still be being written
    Told one{event.at("index"), event.at("name"), event.at("release"), event.at("data")};
    by_index.try_emplace(one.index, one);
  }
  std::vector<Told> all;
  for (auto& [index, one] : by_index) all.push_back(std::move(one));
  return all;
}

std::vector<std::string> Site::names() const {
  std::vector<std::string> all;
  for (const Told& one : told()) all.push_back(one.name);
  return all;
}

bool Site::was_told(const std::string& name) const { return !data_of(name).is_null(); }

json Site::data_of(const std::string& name) const {
  json data;
  for (const Told& one : told())
    if (one.name == name && one.release == release_) data = one.entry.value("data", json::object());
  return data;
}

// ---- traffic

std::string Site::url() const { return fmt::format("http://127.0.0.1:{}", file_.port); }

std::string Site::asked(int port, const std::string& tenant) {
  examples::testing::HttpClient client(fmt::format("http://127.0.0.1:{}", port));
  const auto answer =
      client.send({.path = "/health", .headers = {"x-tenant-id: " + tenant}, .timeout = 3s});
  if (!answer || answer->status != 200) return {};
  const auto version = answer->headers.find("x-version");
  return version == answer->headers.end() ? "" : version->second;
}

Site::Answered Site::answered(const std::string& tenant) const {
  examples::testing::HttpClient client(url());
  std::vector<std::string> headers;
  if (!tenant.empty()) headers.push_back("x-tenant-id: " + tenant);
  const auto answer = client.send({.path = "/health", .headers = headers, .timeout = 3s});
  if (!answer) return {};
  return {static_cast<int>(answer->status), answer->body};
}

std::string Site::served(const std::string& tenant) const { return served_at(file_.port, tenant); }

std::string Site::served_at(int port, const std::string& tenant) const {
  std::string version;
  // On a busy machine no answer says nothing yet.
  for (int again = 0; again < 5 && version.empty(); ++again) {
    if (again > 0) std::this_thread::sleep_for(kPoll);
    version = asked(port, tenant);
  }
  return version;
}

bool Site::all_served_by(const std::string& version) const {
  return std::all_of(tenants().begin(), tenants().end(),
                     [&](const std::string& tenant) { return served(tenant) == version; });
}

std::vector<std::string> Site::load_command(const std::vector<std::string>& of, int rate) const {
  return {LOAD_PROGRAM,
          "--url",
          url(),
          "--tenants",
          fmt::format("{}", fmt::join(of, ",")),
          "--rate",
          std::to_string(rate)};
}

void Site::start_load(int rate, const std::string& mix) {
  if (!wait_for("HAProxy", [this] { return !asked(file_.port, tenants().front()).empty(); }))
    return;
  auto words = load_command(tenants(), rate);
  words.insert(words.end(),
               {"--mix", mix, "--until-stopped", "--report", (folder() / "load.json").string()});
  load_ = std::make_unique<Program>(words, folder() / "load");
}

void Site::start_load_at(int port, int rate) {
  if (!wait_for("HAProxy", [&] { return !asked(port, tenants().front()).empty(); })) return;
  auto words = load_command(tenants(), rate);
  words[2] = fmt::format("http://127.0.0.1:{}", port);
  words.insert(words.end(), {"--until-stopped", "--report", (folder() / "other.json").string()});
  others_.push_back(std::make_unique<Program>(words, folder() / "other-load"));
}

void Site::send(int requests, const std::vector<std::string>& of) const {
  constexpr int kRate = 200;
  auto words = load_command(of, kRate);
  words.insert(words.end(),
               {"--duration", fmt::format("{}ms", requests * 1000 / kRate), "--report", "-"});
  const auto sent = examples::testing::run(words);
  ASSERT_TRUE(sent.ending && sent.ending->exit_code == 0) << sent.err;
}

json Site::stop_load() {
  if (!load_) return json::object();
  load_->signal(SIGTERM);
  EXPECT_TRUE(load_->exit_code(20s).has_value());
  load_.reset();
  return json::parse(text_of(folder() / "load.json"), nullptr, false);
}

// ---- neighbours and processes

void Site::stop_neighbour() { neighbours_.front().reset(); }

void Site::restart_neighbour() {
  neighbours_.front() = neighbour_at(file_.neighbours.front().port);
}

std::vector<RunningProcess> Site::instances(const std::string& version) const {
  std::vector<RunningProcess> found;
  // Each leads a group of its own; what it starts has its command line until it is another program.
  for (RunningProcess& process : processes_below(folder()))
    if (::getpgid(process.pid) == process.pid &&
        process.command.starts_with(file_.document_domain) &&
        process.command.find(" --version-number " + version + " ") != std::string::npos)
      found.push_back(std::move(process));
  return found;
}

std::vector<RunningProcess> Site::haproxies() const { return processes_below(data() / "haproxy"); }

}  // namespace stellwerk::e2e

// Goal: schema and loader agree, with python3-jsonschema as the judge of the schema: what the
// loader accepts is valid, and what it refuses for its keys, types, words or ranges is not
//.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "base/testing/temporary_folder.h"
#include "config/document.h"
#include "config/schema.h"
#include "config/testing/problems.h"

namespace stellwerk::config {
namespace {

using testing::kEnvironment;
using testing::kRelease;

constexpr const char* kPython = "/usr/bin/python3";

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs Debian's Python with its standard output in `output`; the exit code.
int run_python(std::vector<std::string> arguments, const std::string& output) {
  arguments.insert(arguments.begin(), kPython);
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, kPython, &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return -1;
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// What an editor's YAML 1.2 reader makes of the text.
OrderedJson to_json(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Null:
    case Node::Kind::Broken:
      return nullptr;
    case Node::Kind::Sequence: {
      OrderedJson list = OrderedJson::array();
      for (const Node& item : node.items) list.push_back(to_json(item));
      return list;
    }
    case Node::Kind::Map: {
      OrderedJson object = OrderedJson::object();
      for (const Entry& entry : node.entries) object[entry.key] = to_json(entry.value);
      return object;
    }
    case Node::Kind::Scalar:
      break;
  }
  switch (scalar_type(node)) {
    case ScalarType::Integer:
      return OrderedJson::parse(node.text, nullptr, false);
    case ScalarType::Fraction:
      return 1.5;
    case ScalarType::Boolean:
      return node.text == "true";
    case ScalarType::Text:
      return node.text;
  }
  return nullptr;
}

class SchemaJudge : public ::testing::Test {
 protected:
  void SetUp() override {
    if (run_python({"-c", "import jsonschema"}, folder_ / "output") != 0)
      GTEST_SKIP() << "the Debian package python3-jsonschema is missing";
  }

  /// The verdict on each text: `valid` or `invalid: …`.
  std::vector<std::string> judge(const OrderedJson& schema, const std::vector<std::string>& texts) {
    std::ofstream(folder_ / "schema.json") << schema.dump();
    std::vector<std::string> arguments = {STELLWERK_VALIDATE_JSON, folder_ / "schema.json"};
    for (std::size_t i = 0; i < texts.size(); ++i) {
      Problems problems({});
      arguments.push_back(folder_ / fmt::format("{}.json", i));
      std::ofstream(arguments.back()) << to_json(parse_document(texts[i], problems)).dump();
    }
    EXPECT_EQ(run_python(arguments, folder_ / "output"), 0);
    std::istringstream output(read_text(folder_ / "output"));
    std::vector<std::string> verdicts;
    for (std::string line; std::getline(output, line);) verdicts.push_back(line);
    verdicts.resize(texts.size());
    return verdicts;
  }

  base::testing::TemporaryFolder folder_;
};

const std::string kExamples = STELLWERK_EXAMPLES;

TEST_F(SchemaJudge, AcceptsWhatTheLoaderAccepts) {
  const std::vector<std::string> releases = {
      kRelease, read_text(kExamples + "/minor-release/release.yaml"),
      read_text(kExamples + "/bad-patch/release.yaml"),
      std::string(kRelease) +
          "waves: [{share: 0.5 %, tenants: [a]}, {tenants: all, hold: 1h30m, at: T+5min}]\n"
          "guard: {window: 2m, requests_min: 10, resume_on_recovery: true}\n"
          "approvals: [qa, {role: devops, count: 2}]\n"
          "checks:\n"
          "  - {name: a, phase: pre-check, kind: command, run: [x, 1, true, 1.5], timeout: 1m}\n"
          "  - {name: b, phase: post-check, kind: http, url: 'http://x/', expect: {json: {/a: "
          "1}}}\n"
          "  - {name: c, phase: post-check, kind: manual, roles: [qa]}\n"};
  for (const auto& text : releases)
    EXPECT_EQ(testing::lines_of(read_release({.yaml = text, .file = "r"}).problems), "");
  EXPECT_EQ(judge(release_schema(), releases), std::vector<std::string>(releases.size(), "valid"));

  const std::vector<std::string> environments = {
      kEnvironment, read_text(kExamples + "/minor-release/stellwerk.yaml"),
      read_text(kExamples + "/bad-patch/stellwerk.yaml"),
      std::string(kEnvironment) +
          "tenants: [a, {id: b, weight: 3}]\nnotices: [{adapter: x, y: 1}]\n"};
  for (const auto& text : environments)
    EXPECT_EQ(testing::lines_of(read_environment({.yaml = text, .file = "e"}).problems), "");
  EXPECT_EQ(judge(environment_schema(), environments),
            std::vector<std::string>(environments.size(), "valid"));
}

TEST_F(SchemaJudge, RefusesWhatTheLoaderRefusesInAReleaseFile) {
  std::vector<std::string> texts = {"id: x\ntype: minor\n", "- a\n", "text\n"};
  for (const char* more :
       {"hodl: 1\n",
        "title: 2025\n",
        "scope: one\n",
        "strategy: cannary\n",
        "waves: {}\n",
        "waves: [{share: 10}]\n",
        "waves: [{share: 10%, hodl: 1m}]\n",
        "waves: [{hold: 15x, share: 1%}]\n",
        "waves: [{at: 5m, share: 1%}]\n",
        "waves: [{tenants: [A]}]\n",
        "waves: [{tenants: everybody}]\n",
        "slo: {p95_pause: fast}\n",
        "slo: {consumer_lag_pause: -1}\n",
        "guard: {requests_min: 0}\n",
        "guard: {health_fall: 1.5}\n",
        "guard: {resume_on_recovery: 1}\n",
        "guard: {on_stop: kill}\n",
        "rollback: never\n",
        "schedule: {start: tomorrow}\n",
        "schedule: {pre_check: 1h}\n",
        "approvals: [boss]\n",
        "approvals: [{count: 1}]\n",
        "approvals: [{role: qa, count: 0}]\n",
        "health_waivers: [{service: a}]\n",
        "downtime: no\n",
        "flags: {a: true}\n",
        "migrations: []\n",
        "contracts: x\n",
        "reverses: rel-0\n",
        "requested_by: Anna\n",
        "checks: [{name: a, phase: pre-check, kind: command}]\n",
        "checks: [{name: a, phase: pre-check, kind: command, run: []}]\n",
        "checks: [{name: a, phase: pre-check, kind: manual, timeout: 5m}]\n",
        "checks: [{name: a, phase: pre-check, kind: http, url: 'ftp://x'}]\n",
        "checks: [{name: a, phase: pre-check, kind: http, url: 'http://x/', run: [a]}]\n",
        "checks: [{name: a, phase: pre-check, kind: http, url: 'http://x/', method: BREW}]\n",
        "checks: [{name: a, phase: pre-check, kind: command, run: [x], exit_codes: [256]}]\n",
        "checks: [{name: a, phase: pre-check, kind: command, run: [x], environment: {1A: x}}]\n",
        "checks: [{name: a, phase: pre-check, kind: robot}]\n"})
    texts.push_back(kRelease + std::string(more));
  const auto verdicts = judge(release_schema(), texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_FALSE(read_release({.yaml = texts[i], .file = "r"}).value) << texts[i];
    EXPECT_EQ(verdicts[i].substr(0, 8), "invalid:") << texts[i];
  }
}

TEST_F(SchemaJudge, RefusesWhatTheLoaderRefusesInAnEnvironmentFile) {
  std::vector<std::string> texts = {"installation: x\n"};
  for (const char* more :
       {"tenant: a\n", "tenants: a\n", "tenants: [A]\n", "tenants: [{id: a, weight: 0}]\n",
        "tenants: [{weight: 1}]\n", "locale: fr\n", "tenant_header: a b\n",
        "notices: {adapter: x}\n", "notices: [{folder: x}]\n", "events: [x]\n"})
    texts.push_back(kEnvironment + std::string(more));
  const std::string rest =
      "installation: t\nrouter: {adapter: m}\nworkload: {adapter: m}\n"
      "people: [{id: a, os_user: a, roles: [qa]}]\n";
  for (const char* service :
       {"{name: a}", "{name: a, health: 'localhost'}", "{name: a, health: {url: '/h', status: []}}",
        "{name: a, health: /h, port: 0}", "{name: a, health: /h, run: {}}",
        "{name: a, health: /h, run: {command: [x], instances: 65}}",
        "{name: a, health: /h, run: {command: [x], ports: 8080}}",
        "{name: a, health: /h, run: {command: [x]}, gauges: [{name: G, path: /x, selector: /x}]}",
        "{name: a, health: /h, run: {command: [x], user: 'a b'}}"})
    texts.push_back(rest + "services: [" + service + "]\n");
  const auto verdicts = judge(environment_schema(), texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_FALSE(read_environment({.yaml = texts[i], .file = "e"}).value) << texts[i];
    EXPECT_EQ(verdicts[i].substr(0, 8), "invalid:") << texts[i];
  }
}

}  // namespace
}  // namespace stellwerk::config

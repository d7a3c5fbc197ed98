#include "cli/witness_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "audit/log_policy.h"
#include "audit/note_key.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/error_text.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kLogsMax = 1000;
constexpr std::string_view kDefaultListen = "127.0.0.1:7380";

base::Error wrong_setting(std::string message, std::string why) {
  return base::error(base::Code::InvalidArgument, "WIT-0009", std::move(message))
      .because(std::move(why))
      .now("nothing was started")
      .then("stellwerk witness --help", "what there is");
}

base::Result<void> add_log(const audit::VerifierKey& key, std::vector<audit::VerifierKey>& logs) {
  if (key.type != audit::KeyType::Ed25519)
    return base::fail(wrong_setting(fmt::format("{} is a witness's key, not a log's", key.name),
                                    "logs sign with keys of type 0x01"));
  if (logs.size() == kLogsMax)
    return base::fail(
        wrong_setting("there are too many logs", fmt::format("at most {}", kLogsMax)));
  if (std::find(logs.begin(), logs.end(), key) == logs.end()) logs.push_back(key);
  return {};
}

base::Result<void> add_typed(const std::string& text, std::vector<audit::VerifierKey>& logs) {
  const auto key = audit::VerifierKey::parse(text);
  if (key) return add_log(*key, logs);
  return base::fail(
      wrong_setting(fmt::format("{} is no log's key", base::in_quotes(text)), key.error().why));
}

/// The logs of a policy; what it says about witnesses is not a witness's business.
base::Result<void> add_policy(const std::string& path, std::vector<audit::VerifierKey>& logs) {
  const auto text = base::read_file(path, audit::LogPolicy::kBytesMax);
  if (!text) return base::fail(text.error());
  const auto policy = audit::LogPolicy::parse(*text, path);
  if (!policy) return base::fail(policy.error());
  for (const audit::PolicyLog& log : policy->logs)
    if (auto added = add_log(log.key, logs); !added) return added;
  return {};
}

base::Result<std::vector<audit::VerifierKey>> logs_of(const WitnessWords& words) {
  std::vector<audit::VerifierKey> logs;
  for (const std::string& log : words.logs)
    if (auto added = add_typed(log, logs); !added) return base::fail(std::move(added.error()));
  if (!words.policy.empty())
    if (auto added = add_policy(words.policy, logs); !added)
      return base::fail(std::move(added.error()));
  if (!logs.empty()) return logs;
  return base::fail(wrong_setting("there is no log to be a witness of",
                                  "name one with --log KEY, or a policy file with --policy FILE"));
}

/// The folder and the name, without which there is no witness.
std::optional<base::Error> identity_problem(const Arguments& arguments) {
  if (arguments.data.empty())
    return wrong_setting("--data FOLDER is missing", "a witness has a folder of its own");
  if (!audit::valid_key_name(arguments.witness.name))
    return wrong_setting(
        arguments.witness.name.empty()
            ? std::string("--name NAME is missing")
            : fmt::format("{} is no name of a key", base::in_quotes(arguments.witness.name)),
        "a witness's name is like a URL without https://, such as witness.example/w1: no spaces, "
        "no '+'");
  return std::nullopt;
}

base::Result<WitnessSettings> settings_of(const Arguments& arguments) {
  const WitnessWords& words = arguments.witness;
  if (words.tls_cert.empty() != words.tls_key.empty())
    return base::fail(wrong_setting("--tls-cert and --tls-key belong together",
                                    "a certificate is of no use without its key"));
  auto logs = logs_of(words);
  if (!logs) return base::fail(std::move(logs.error()));
  auto listen = api::ListenAddress::parse(words.listen.empty() ? kDefaultListen
                                                               : std::string_view(words.listen));
  if (!listen) return base::fail(std::move(listen.error()));
  return WitnessSettings{.folder = arguments.data,
                         .name = words.name,
                         .logs = std::move(*logs),
                         .listen = std::move(*listen),
                         .tls_certificate = words.tls_cert,
                         .tls_key = words.tls_key};
}

void say_ready(const Console& console, const WitnessSettings& settings, const WitnessHost& host) {
  const std::string url =
      (settings.tls_certificate.empty() ? "http://" : "https://") + host.address();
  if (console.json) {
    base::Json logs = base::Json::array();
    for (const audit::VerifierKey& log : settings.logs) logs.push_back(log.to_string());
    console.print_json_line(
        {{"witness", settings.name}, {"key", host.key()}, {"url", url}, {"logs", logs}});
    console.out << std::flush;
    return;
  }
  console.out << host.key() << std::endl;
  console.err << console.text("cli.witness.ready", {{"url", url}}) << '\n';
  for (const audit::VerifierKey& log : settings.logs)
    console.err << console.text("cli.witness.log", {{"origin", log.name}}) << '\n';
}

void say_as_json(const Console& console, const api::WitnessEvent& event) {
  base::Json row = {{"status", event.status}, {"what", event.what}};
  if (!event.origin.empty()) row["origin"] = event.origin;
  if (!event.origin.empty()) row["size"] = event.size;
  if (!event.problem.empty()) row["problem"] = event.problem;
  if (event.untold > 0) row["untold"] = event.untold;
  if (!event.checkpoint.empty()) row["checkpoint"] = event.checkpoint;
  console.print_json_line(row);
  console.out << std::flush;
}

std::string_view message_for(const api::WitnessEvent& event) {
  if (event.status == 200) return "cli.witness.cosigned";
  if (!event.checkpoint.empty()) return "cli.witness.other-history";
  return event.origin.empty() ? "cli.witness.refused-unknown" : "cli.witness.refused";
}

void say(const Console& console, const api::WitnessEvent& event) {
  if (console.json) return say_as_json(console, event);
  const base::MessageArguments values = {{"origin", base::printable(event.origin)},
                                         {"size", std::to_string(event.size)},
                                         {"status", std::to_string(event.status)},
                                         {"untold", std::to_string(event.untold)},
                                         {"problem", event.problem}};
  if (event.untold > 0) console.err << console.text("cli.witness.untold", values) << '\n';
  const bool loud = !event.checkpoint.empty();
  console.err << painted(console.text(message_for(event), values),
                         loud ? Colour::Red : Colour::Plain, console.colour_err)
              << '\n';
  // The log signed every byte of it, and may be hostile.
  std::string_view evidence = event.checkpoint;
  if (evidence.ends_with('\n')) evidence.remove_suffix(1);
  if (loud)
    for (const std::string_view line : base::split(evidence, '\n'))
      console.err << base::printable(line, line.size()) << '\n';
  console.err << std::flush;
}

}  // namespace

Exit witness_command(World& world, const Console& console, const Arguments& arguments) {
  if (const auto problem = identity_problem(arguments)) return failed(console, *problem);
  if (arguments.witness.show_key) {
    const auto key = world.witness_key(arguments.data, arguments.witness.name);
    if (!key) return failed(console, key.error());
    if (console.json)
      console.print_json({{"witness", arguments.witness.name}, {"key", *key}});
    else
      console.out << *key << '\n';
    return Exit::Done;
  }
  const auto settings = settings_of(arguments);
  if (!settings) return failed(console, settings.error());
  const auto host = world.open_witness(*settings);
  if (!host) return failed(console, host.error());
  say_ready(console, *settings, **host);
  while (const auto event = (*host)->next()) say(console, *event);
  if (!console.json) console.err << console.text("cli.witness.ended") << '\n';
  return Exit::Done;
}

}  // namespace stellwerk::cli

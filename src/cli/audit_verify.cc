// audit verify: what is meant by LOG, whom to trust, and the report.
#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "audit/log_proof.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/archive_reader.h"
#include "cli/audit_command.h"
#include "cli/audit_options.h"
#include "cli/error_text.h"
#include "cli/export_files.h"
#include "cli/inputs.h"
#include "cli/log_verifier.h"
#include "cli/status_line.h"
#include "cli/verify_view.h"

namespace stellwerk::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = std::size_t{4} << 20;
constexpr std::string_view kProofEnding = ".tlog-proof";

/// The progress of a check, on a terminal.
class CheckProgress {
 public:
  CheckProgress(World& world, const Console& console)
      : world_(world), console_(console), line_(console) {}

  void operator()(std::uint64_t done, std::uint64_t all) {
    if (!console_.live || all == 0) return;
    const base::MonoTime now = world_.now().mono;
    if (!line_.due(now)) return;
    constexpr std::uint64_t kCells = 24;
    const std::uint64_t full = done * kCells / all;
    std::string bar(full, '#');
    bar += std::string(kCells - full, '.');
    line_.show(console_.text("cli.verify.progress", {{"bar", bar},
                                                     {"percent", std::to_string(done * 100 / all)},
                                                     {"done", std::to_string(done)},
                                                     {"all", std::to_string(all)}}),
               now);
  }
  void clear() { line_.clear(); }

 private:
  World& world_;
  const Console& console_;
  StatusLine line_;
};

base::Result<std::string> read_optional(const std::string& path) {
  if (path.empty()) return std::string();
  return base::read_file(path, kFileBytesMax);
}

/// --policy, or --witness: all of them must have cosigned.
base::Result<std::optional<audit::LogPolicy>> read_policy(const AuditWords& words) {
  if (!words.policy.empty()) {
    const auto text = base::read_file(words.policy, audit::LogPolicy::kBytesMax);
    if (!text) return base::fail(text.error());
    auto policy = audit::LogPolicy::parse(*text, words.policy);
    if (!policy) return base::fail(std::move(policy.error()));
    return std::optional(std::move(*policy));
  }
  if (words.witnesses.empty()) return std::optional<audit::LogPolicy>();
  audit::LogPolicy policy;
  audit::PolicyGroup all{"all-given", words.witnesses.size(), {}};
  for (const std::string& text : words.witnesses) {
    auto key = audit::KeyText::parse(text);
    if (!key) return base::fail(std::move(key.error()).during("reading --witness"));
    all.members.push_back(fmt::format("w{}", policy.witnesses.size() + 1));
    policy.witnesses.push_back({all.members.back(), std::move(*key), {}});
  }
  policy.quorum = all.name;
  policy.groups.push_back(std::move(all));
  return std::optional(std::move(policy));
}

base::Result<std::vector<audit::VerifierKey>> read_given_keys(const AuditWords& words) {
  std::vector<audit::VerifierKey> keys;
  for (const std::string& text : words.keys) {
    auto key = audit::VerifierKey::parse(base::trim(text));
    if (!key) return base::fail(std::move(key.error()).during("reading --key"));
    keys.push_back(std::move(*key));
  }
  return keys;
}

/// What the options say, whatever is checked.
base::Result<VerifyInputs> read_trust(const AuditWords& words) {
  VerifyInputs inputs;
  auto keys = read_given_keys(words);
  if (!keys) return base::fail(std::move(keys.error()));
  auto policy = read_policy(words);
  if (!policy) return base::fail(std::move(policy.error()));
  auto authorities = read_optional(words.authorities);
  if (!authorities) return base::fail(std::move(authorities.error()).during("reading --tsa-ca"));
  const auto threads = read_threads(words);
  if (!threads) return base::fail(threads.error());
  inputs.keys = std::move(*keys);
  inputs.policy = std::move(*policy);
  inputs.authorities = std::move(*authorities);
  inputs.threads = *threads;
  inputs.tree_only = words.tree_only;
  if (words.since_checkpoint.empty()) return inputs;
  auto kept = base::read_file(words.since_checkpoint, LogFiles::kNoteBytesMax);
  if (!kept) return base::fail(std::move(kept.error()).during("reading --since-checkpoint"));
  inputs.remembered = std::move(*kept);
  return inputs;
}

Exit check_log_of(World& world, Console& console, VerifyInputs inputs) {
  CheckProgress progress(world, console);
  inputs.progress = [&](std::uint64_t done, std::uint64_t all) { progress(done, all); };
  const VerifyReport report = verify_log(inputs);
  progress.clear();
  if (console.json)
    console.print_json(verify_json(report));
  else
    console.out << verify_text(report, console.locale, console.colour_out);
  const auto error = verify_error(report);
  if (!error) return Exit::Done;
  // What cannot be read is not damaged.
  if (error->code == base::Code::Unavailable) return failed(console, *error);
  cli::report(console, *error);
  return Exit::VerificationFailed;
}

// ---- what LOG is

Exit check_data_folder(World& world, Console& console, const std::string& folder,
                       VerifyInputs inputs) {
  // The checkpoint is read before the journal: what it covers is in the journal then.
  auto reader = world.open_reader(folder);
  if (!reader) return failed(console, reader.error());
  std::error_code ignored;
  if (fs::exists(fs::path(folder) / "log" / "checkpoint", ignored))
    inputs.place.log = folder + "/log";
  else
    inputs.place.awaited = folder + "/log";
  inputs.reader = &*reader;
  return check_log_of(world, console, std::move(inputs));
}

Exit check_folder(World& world, Console& console, const std::string& folder, VerifyInputs inputs) {
  // A copy of a data folder is checked as one: its database, too.
  std::error_code ignored;
  if (fs::is_regular_file(fs::path(folder) / "journal.db", ignored) &&
      !fs::exists(fs::path(folder) / "export.json", ignored))
    return check_data_folder(world, console, folder, std::move(inputs));
  auto place = place_of(folder);
  if (!place) return failed(console, place.error());
  inputs.place = std::move(*place);
  return check_log_of(world, console, std::move(inputs));
}

/// The script as it is in this program, and so from where an archive's sender cannot change it.
Exit print_script(Console& console) {
  for (const ExportFile& each : export_files())
    if (each.name == "verify.py") console.out << each.text;
  return Exit::Done;
}

Exit check_archive(World& world, Console& console, const std::string& archive,
                   VerifyInputs inputs) {
  const std::string parent = world.variable("TMPDIR");
  auto folder = TemporaryFolder::make(parent.empty() ? "/tmp" : parent);
  if (!folder) return failed(console, folder.error());
  const auto top = unpack(archive, folder->path());
  if (!top) return failed(console, top.error());
  std::error_code ignored;
  if (!fs::is_regular_file(*top + "/export.json", ignored))
    return failed(console,
                  base::error(base::Code::InvalidArgument, "AUD-0058", "the archive is no export")
                      .because("it has no export.json, and so does not say of what")
                      .now("nothing was checked")
                      .then("get the archive again", "from who exported it"));
  return check_folder(world, console, *top, std::move(inputs));
}

// ---- a proof

base::Result<audit::LogPolicy> policy_of_proof(const Arguments& arguments,
                                               const VerifyInputs& inputs) {
  audit::LogPolicy policy = inputs.policy.value_or(audit::LogPolicy{});
  for (const audit::VerifierKey& key : inputs.keys) policy.logs.push_back({key, {}});
  if (!policy.logs.empty()) return policy;
  // Without a key of the reader's own: the installation's, when there is one.
  if (const auto folder = data_folder(arguments); folder.value) {
    const auto keys = LogFiles(*folder.value + "/log").keys();
    if (!keys) return base::fail(keys.error());
    for (const audit::VerifierKey& key : *keys) policy.logs.push_back({key, {}});
  }
  if (!policy.logs.empty()) return policy;
  return base::fail(
      base::error(base::Code::InvalidArgument, "CLI-0001", "the log's key is not known")
          .because("a proof says which checkpoint it leads to, not whose log that is")
          .now("nothing was checked")
          .then("--key VKEY", "the log's key, from log/keys or from who keeps it")
          .then("--policy FILE", "logs and witnesses that are trusted"));
}

Exit check_proof(Console& console, const Arguments& arguments, const VerifyInputs& inputs) {
  const AuditWords& words = arguments.audit;
  const auto text = base::read_file(words.log, audit::LogProof::kBytesMax);
  if (!text) return failed(console, text.error());
  const auto proof = audit::LogProof::parse(*text);
  if (!proof) return failed(console, proof.error());
  const std::string beside =
      words.log.substr(0, words.log.size() - kProofEnding.size()) + ".entry.json";
  const auto entry =
      base::read_file(words.entry.empty() ? beside : words.entry, audit::kEntryBytesMax);
  if (!entry) return failed(console, base::Error(entry.error()).during("reading the entry"));
  const auto policy = policy_of_proof(arguments, inputs);
  if (!policy) return failed(console, policy.error());
  const auto proven = audit::verify_log_proof(*proof, *entry, *policy);
  if (console.json) {
    base::Json json{{"proven", proven.has_value()}, {"index", proof->index}};
    if (proven) {
      json["log"] = proven->checkpoint.origin;
      json["checkpoint_size"] = proven->checkpoint.size;
    }
    console.print_json(json);
  } else if (proven) {
    console.out << console.text("cli.verify.proven",
                                {{"index", std::to_string(proof->index)},
                                 {"log", base::printable(proven->checkpoint.origin, 200)},
                                 {"size", std::to_string(proven->checkpoint.size)}})
                << '\n';
  }
  if (proven) return Exit::Done;
  report(console, proven.error());
  return Exit::VerificationFailed;
}

}  // namespace

Exit audit_verify_command(World& world, Console& console, const Arguments& arguments) {
  if (arguments.audit.print_script) return print_script(console);
  auto inputs = read_trust(arguments.audit);
  if (!inputs) return failed(console, inputs.error());
  const std::string& log = arguments.audit.log;
  if (log.empty()) {
    const auto folder = data_folder(arguments);
    if (folder.value) return check_data_folder(world, console, *folder.value, std::move(*inputs));
    report(console, folder.problems);
    return Exit::Usage;
  }
  if (log.ends_with(kProofEnding)) return check_proof(console, arguments, *inputs);
  std::error_code ignored;
  if (fs::is_directory(log, ignored)) return check_folder(world, console, log, std::move(*inputs));
  return check_archive(world, console, log, std::move(*inputs));
}

}  // namespace stellwerk::cli

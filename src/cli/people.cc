#include "cli/people.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "audit/allowed_signers.h"
#include "audit/approval.h"
#include "audit/note_key.h"
#include "audit/timestamp.h"
#include "base/files.h"
#include "base/text.h"

namespace stellwerk::cli {
namespace {

base::Error bad_key(std::string what, std::string why) {
  return base::error(base::Code::InvalidArgument, "CFG-0014", std::move(what))
      .because(std::move(why))
      .now("nothing was done");
}

void check_key(const config::EnvironmentFile& file, std::size_t person, std::size_t key,
               std::vector<base::Error>& problems) {
  const core::PersonKey& written = file.environment.people[person].keys[key];
  const auto parsed = audit::SshPublicKey::parse(written.key);
  if (parsed) return;
  base::Error problem =
      bad_key(fmt::format("people[{}].keys[{}] is no usable key", person, key), parsed.error().why)
          .then("ssh-keygen -l -f FILE.pub", "shows what kind of key a file holds");
  for (const std::string& path : {fmt::format("people[{}].keys[{}].key", person, key),
                                  fmt::format("people[{}].keys[{}]", person, key)})
    if (const auto place = file.positions.find(path); place != file.positions.end()) {
      problem = std::move(problem).at(place->second);
      break;
    }
  problems.push_back(std::move(problem));
}

/// A line counts for the approvals of the people whose ids its principals are, letter by letter.
void add_signer(core::Environment& environment, const audit::AllowedSigner& signer,
                std::vector<base::Error>& problems) {
  if (signer.namespaces && !signer.namespaces->matches(audit::kApprovalNamespace)) return;
  for (const std::string& principal : signer.principals.patterns) {
    const auto found =
        std::find_if(environment.people.begin(), environment.people.end(),
                     [&](const core::Person& person) { return person.id.str() == principal; });
    if (found == environment.people.end()) {
      problems.push_back(
          bad_key(fmt::format("{} is nobody we know", base::in_quotes(principal)),
                  fmt::format("{} names a principal that is no person's id in stellwerk.yaml",
                              environment.allowed_signers))
              .then("add the person to stellwerk.yaml, or take the line out of the file",
                    "principals are ids of people, without patterns"));
      continue;
    }
    found->keys.push_back(
        {signer.key.to_string(), signer.valid_after, signer.valid_before, std::nullopt});
  }
}

void add_file(core::Environment& environment, std::vector<base::Error>& problems) {
  const std::string& path = environment.allowed_signers;
  if (path.empty()) return;
  const auto text = base::read_file(path, audit::kAllowedSignersBytesMax);
  if (!text)
    return problems.push_back(
        bad_key(path + " cannot be read", text.error().why)
            .then("make the file, or take allowed_signers out of stellwerk.yaml",
                  "its lines are those of ssh-keygen -Y verify"));
  const auto signers = audit::AllowedSigners::parse(*text, path);
  if (!signers) return problems.push_back(signers.error());
  for (const audit::AllowedSigner& signer : signers->entries())
    add_signer(environment, signer, problems);
}

/// What `audit` names: keys that are none, certificates that are not there.
void check_audit(const config::EnvironmentFile& file, std::vector<base::Error>& problems) {
  const auto report = [&](const std::string& path, base::Error problem) {
    const auto place = file.positions.find(path);
    problems.push_back(place == file.positions.end() ? std::move(problem)
                                                     : std::move(problem).at(place->second));
  };
  for (std::size_t i = 0; i < file.audit.witnesses.size(); ++i) {
    const auto key = audit::VerifierKey::parse(file.audit.witnesses[i].key);
    const std::string why = !key ? key.error().why : "it is the key of a log, not of a witness";
    if (!key || key->type != audit::KeyType::Ed25519Cosignature)
      report(fmt::format("audit.witnesses[{}].key", i),
             bad_key(fmt::format("audit.witnesses[{}].key is no witness's key", i), why)
                 .then("stellwerk witness --show-key", "prints the key of a witness of ours"));
  }
  if (!file.audit.timestamps) return;
  const auto trusted = base::read_file(file.audit.timestamps->trusted, audit::kTrustedBytesMax);
  if (!trusted)
    report("audit.timestamps.ca",
           bad_key("the certificates of audit.timestamps.ca cannot be read", trusted.error().why)
               .then("name a PEM file with the certificates of the service's authority", ""));
}

}  // namespace

void add_keys(config::Loaded<config::EnvironmentFile>& loaded) {
  if (!loaded.value) return;
  config::EnvironmentFile& file = *loaded.value;
  const std::size_t before = loaded.problems.size();
  for (std::size_t person = 0; person < file.environment.people.size(); ++person)
    for (std::size_t key = 0; key < file.environment.people[person].keys.size(); ++key)
      check_key(file, person, key, loaded.problems);
  add_file(file.environment, loaded.problems);
  check_audit(file, loaded.problems);
  if (loaded.problems.size() > before) loaded.value.reset();
}

base::Result<std::vector<core::Person>> people_now(const std::string& path) {
  auto loaded = config::load_environment(path);
  add_keys(loaded);
  if (loaded.value) return std::move(loaded.value->environment.people);
  return base::fail(loaded.problems.front());
}

}  // namespace stellwerk::cli

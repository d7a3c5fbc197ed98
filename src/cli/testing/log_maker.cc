#include "cli/testing/log_maker.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "audit/approval.h"
#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/merkle.h"
#include "audit/tile_builder.h"
#include "base/check.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/log_verifier.h"
#include "core/plan.h"
#include "support/kept_journal.h"
#include "support/shared_journal.h"

namespace stellwerk::cli::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFirstTime = 1'760'558'400'000'000;

class ContentOfMaker final : public ports::ContentStore {
 public:
  explicit ContentOfMaker(ports::ContentStore& content) : content_(content) {}
  base::Result<base::Digest> put(std::string_view bytes) override { return content_.put(bytes); }
  base::Result<std::string> get(const base::Digest& digest) override {
    return content_.get(digest);
  }
  base::Result<bool> has(const base::Digest& digest) override { return content_.has(digest); }
  base::Result<void> erase(const base::Digest& digest) override { return content_.erase(digest); }

 private:
  ports::ContentStore& content_;
};

std::string exchanged(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
  return text;
}

bool names_checkpoint(const std::string& type) {
  return type == "audit.checkpoint.signed" || type == "audit.release.logged" ||
         type == "audit.rollback.logged";
}

}  // namespace

TestFolder::TestFolder() : path_("/tmp/stellwerk-log-XXXXXX") {
  STELLWERK_CHECK(::mkdtemp(path_.data()) != nullptr);
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_whole(const std::string& path, const std::string& bytes) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
}

int run_program(std::vector<std::string> words, const std::string& out) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  pid_t child = 0;
  const int problem =
      posix_spawnp(&child, arguments.front(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  int status = 0;
  if (problem != 0 || waitpid(child, &status, 0) != child) return -1;
  return WEXITSTATUS(status);
}

std::vector<std::string> files_below(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& each : fs::recursive_directory_iterator(folder))
    if (each.is_regular_file()) names.push_back(fs::relative(each.path(), folder).string());
  std::sort(names.begin(), names.end());
  return names;
}

base::Digest LogMaker::keep(const std::string& bytes) {
  const base::Digest digest = content.put(bytes).value();
  contents[digest.hex()] = bytes;
  return digest;
}

void LogMaker::append(const base::ReleaseId& release, const ports::NewEntry& entry) {
  const std::string bytes = entry.bytes_at(entries.size());
  const auto done = journal.append({{release, versions_[release]++, {entry}, false}}, {});
  STELLWERK_CHECK(done.has_value());
  entries.push_back(bytes);
  const base::Digest leaf = audit::leaf_hash(bytes);
  tree_.append({&leaf, 1});
}

std::uint64_t LogMaker::add(const std::string& type, base::Json data, const std::string& release,
                            const std::string& actor) {
  audit::Entry entry;
  entry.time = base::WallTime{kFirstTime + static_cast<std::int64_t>(entries.size()) * 1'000'000} +
               clock_off;
  entry.release = base::ReleaseId(release);
  entry.type = type;
  entry.actor = actor;
  entry.data = std::move(data);
  const auto encoded = audit::encode_entry(entry).value();
  append(entry.release, {type, encoded.before_index, encoded.after_index});
  return entries.size() - 1;
}

base::Digest LogMaker::sign_head(std::uint64_t size, base::Json& data,
                                 const audit::testing::TestKey& with_key) {
  const audit::Checkpoint head{kOrigin, size, tree_.root_at(size).value(), {}};
  const base::Digest note = keep(head.to_text() + "\n" + with_key.signature_line(head.to_text()));
  data["tree_size"] = size;
  data["root"] = head.root.to_string();
  data["note"] = note.to_string();
  return note;
}

std::uint64_t LogMaker::add_checkpoint(const std::string& release) {
  return add_checkpoint_of(key(), release);
}

std::uint64_t LogMaker::add_checkpoint_of(const audit::testing::TestKey& with_key,
                                          const std::string& release) {
  base::Json data{{"closes", "gate"}};
  sign_head(size(), data, with_key);
  return add("audit.checkpoint.signed", std::move(data), release);
}

std::uint64_t LogMaker::change_key() {
  const std::string text = "log key changed\n" + first_key.verifier().to_string() + "\n" +
                           second_key.verifier().to_string() + "\n";
  const base::Digest note =
      keep(text + "\n" + first_key.signature_line(text) + second_key.signature_line(text));
  changed_ = true;
  return add("audit.key.rotated",
             {{"old", first_key.verifier().to_string()},
              {"new", second_key.verifier().to_string()},
              {"note", note.to_string()}},
             "");
}

/// The plan with a key for its release manager.
std::string LogMaker::with_keys(const std::string& plan_bytes) const {
  core::Plan changed = core::decode_plan(plan_bytes).value();
  for (core::Person& person : changed.people)
    if (person.id == base::PersonId("release-manager-123"))
      person.keys.push_back({ssh.key().to_string(), std::nullopt, std::nullopt, std::nullopt});
  if (forgery.plan) forgery.plan(changed);
  return core::encode_plan(changed);
}

audit::Approval LogMaker::approval_text(const std::string& release) const {
  const std::string& plan = plans.at(release);
  const auto digest = base::sha256(plan);
  const auto approvers = approvers_of(plan, digest).value();
  audit::Approval approval;
  approval.installation = approvers.expected.installation;
  approval.release = approvers.expected.release;
  approval.plan = digest;
  approval.artifacts = approvers.expected.artifacts;
  approval.role = "release-manager";
  approval.decision = "approve";
  approval.nonce[0] = static_cast<std::uint8_t>(size() % 256);
  approval.nonce[1] = static_cast<std::uint8_t>(size() / 256);
  approval.expires = base::WallTime{4'000'000'000'000'000};
  return approval;
}

base::Digest LogMaker::keep_signed(const audit::Approval& text) {
  const std::string bytes = text.to_text().value();
  const base::Json document{
      {"signature", ssh.armored({.message = bytes, .name_space = audit::kApprovalNamespace})},
      {"text", bytes},
      {"key", ssh.key().to_string()}};
  return keep(base::canonical(document).value());
}

void LogMaker::sign_command(base::Json& data, const audit::Approval& text) {
  data["input"]["known_by"] = "signature";
  data["input"]["signed"] = {{"document", keep_signed(text).to_string()},
                             {"key", ssh.key().fingerprint()},
                             {"nonce", base::to_hex(text.nonce)},
                             {"role", text.role}};
}

base::Json LogMaker::signed_data(const audit::Approval& text, const std::string& person) {
  base::Json data{{"person", person},
                  {"plan", text.plan.to_string()},
                  {"role", text.role},
                  {"signed", true},
                  {"key", ssh.key().fingerprint()},
                  {"document", keep_signed(text).to_string()}};
  if (text.decision != "approve") data["decision"] = text.decision;
  if (text.reason) data["reason"] = text.reason->to_string();
  return data;
}

void LogMaker::add_kept(const std::string& name) {
  adapters::MemoryJournal kept;
  adapters::MemoryContent kept_content;
  stellwerk::testing::load_kept(stellwerk::testing::kept(name), kept, kept_content);
  std::map<std::string, std::string> new_digests;
  const std::uint64_t begin = size();
  bool is_approved = false;
  const auto all = kept.read(0, 100'000);
  for (const ports::StoredEntry& stored : *all) {
    std::string bytes = stored.bytes;
    base::Json json = base::Json::parse(bytes);
    if (json["type"] == "audit.release.planned") {
      const auto old = base::Digest::parse(json["data"]["plan"].get<std::string>()).value();
      const std::string plan = with_keys(kept_content.get(old).value());
      plans[json["release"]] = plan;
      new_digests[old.to_string()] = keep(plan).to_string();
    }
    for (const auto& [old, by] : new_digests) bytes = exchanged(std::move(bytes), old, by);
    json = base::Json::parse(bytes);
    for (const auto& [key, value] : json["data"].items())
      if (value.is_string())
        if (const auto digest = base::Digest::parse(value.get<std::string>()))
          if (const auto there = kept_content.get(*digest)) keep(*there);
    const std::string type = json["type"];
    if (names_checkpoint(type)) {
      const std::uint64_t covered = begin + json["data"]["tree_size"].get<std::uint64_t>();
      sign_head(covered, json["data"], key());
    }
    if (type == "audit.approval.granted" && !is_approved) {
      is_approved = true;
      audit::Approval text = approval_text(json["release"]);
      if (forgery.text) forgery.text(text);
      const base::Json signed_fields = signed_data(text, json["data"]["person"]);
      for (const auto& [field, value] : signed_fields.items())
        if (field == "signed" || field == "document" || field == "key") json["data"][field] = value;
    }
    if (forgery.entry) forgery.entry(size(), json);
    ports::StoredEntry changed = stored;
    changed.bytes = base::canonical(json).value();
    append(stored.release, stellwerk::testing::split_at_index(changed));
  }
}

std::string LogMaker::checkpoint(std::uint64_t size) const {
  const audit::Checkpoint head{kOrigin, size, tree_.root_at(size).value(), {}};
  const std::string text = head.to_text();
  return text + "\n" + key().signature_line(text) + witness.cosign(text, cosigned_at);
}

void LogMaker::publish(const std::string& folder) {
  const std::string log = folder + "/log/";
  audit::TileBuilder builder([&](std::string_view path, std::string_view bytes) {
    write_whole(log + std::string(path), std::string(bytes));
    return base::Result<void>();
  });
  for (const std::string& entry : entries) STELLWERK_CHECK(builder.append(entry).has_value());
  const auto flushed = builder.flush();
  for (const std::string& gone : flushed->replaced_folders) fs::remove_all(log + gone);
  write_whole(log + "checkpoint", checkpoint(size()));
  write_whole(log + "cosigned/" + std::to_string(size()) + ".note", checkpoint(size()));
  for (const auto* each : {&first_key, &second_key}) {
    if (each == &second_key && !changed_) continue;
    const std::uint32_t id = each->verifier().id();
    write_whole(fmt::format("{}keys/{:08x}.vkey", log, id), each->verifier().to_string() + "\n");
  }
  for (const auto& [hex, bytes] : contents)
    write_whole(folder + "/content/" + hex.substr(0, 2) + "/" + hex, bytes);
}

base::Result<std::unique_ptr<EngineHost>> LogWorld::open_engine(const config::EnvironmentFile&) {
  return base::fail(base::Code::Conflict, "JRN-0005", "another stellwerk holds the data folder");
}

base::Result<Reader> LogWorld::open_reader(const std::string&) {
  return Reader{std::make_unique<stellwerk::testing::SharedJournal>(maker_.journal),
                std::make_unique<ContentOfMaker>(maker_.content)};
}

Outcome run_audit(World& world, std::vector<std::string> words, base::Locale locale) {
  std::ostringstream out;
  std::ostringstream err;
  Console console{.out = out, .err = err, .locale = locale};
  const auto line = parse_command_line(words, locale);
  if (!line) return {Exit::Usage, {}, line.error().one_line()};
  const Exit exit = execute(world, console, line->arguments);
  return {exit, out.str(), err.str()};
}

}  // namespace stellwerk::cli::testing

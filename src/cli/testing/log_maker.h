// log_maker.h — a journal with its published log in a folder, made entry by entry. For tests only.
//
// Role: tests of `stellwerk audit …` verify, prove and export what it made, and what they did to
// it. Start here: LogMaker, LogWorld. Thread-safety: one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/memory/memory_content.h"
#include "adapters/memory/memory_journal.h"
#include "audit/approval.h"
#include "audit/root_history.h"
#include "audit/testing/ssh_signer.h"
#include "audit/testing/test_key.h"
#include "cli/testing/outcome.h"
#include "cli/world.h"
#include "core/plan.h"

namespace stellwerk::cli::testing {

/// A new folder that goes with this object.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  [[nodiscard]] std::string path(const std::string& below = {}) const {
    return below.empty() ? path_ : path_ + "/" + below;
  }

 private:
  std::string path_;
};

std::string read_whole(const std::string& path);
void write_whole(const std::string& path, const std::string& bytes);
/// Runs a program; what it prints goes to the file. @return its exit code; -1: it did not run
int run_program(std::vector<std::string> words, const std::string& out);
/// Every file below a folder, as paths below it, sorted.
std::vector<std::string> files_below(const std::string& folder);

/// What somebody changes while a kept journal is taken over; what is empty changes nothing.
struct Forgery {
  std::function<void(core::Plan& plan)> plan;
  std::function<void(audit::Approval& text)> text;                    ///< before it is signed
  std::function<void(std::uint64_t index, base::Json& entry)> entry;  ///< before it is hashed
};

class LogMaker {
 public:
  static constexpr const char* kOrigin = "stellwerk.example/log";
  static constexpr std::uint64_t kCosignedAt = 1'760'600'000;

  /// Appends an entry; its time is a second after the one before.
  /// @return its index
  std::uint64_t add(const std::string& type, base::Json data, const std::string& release = "rel-1",
                    const std::string& actor = "stellwerk");
  base::Digest keep(const std::string& bytes);
  /// An entry that names a checkpoint over all entries so far.
  std::uint64_t add_checkpoint(const std::string& release = "rel-1");
  /// The same, signed by that key.
  std::uint64_t add_checkpoint_of(const audit::testing::TestKey& key,
                                  const std::string& release = "rel-1");
  /// From here on another key signs; an entry says so.
  std::uint64_t change_key();
  /// A journal of tests/data/journal with its contents: checkpoints signed by this log's key, the
  /// first approval signed by an SSH key of the plan's person.
  void add_kept(const std::string& name);
  /// The text by which the release manager approves the plan of a release that was kept.
  [[nodiscard]] audit::Approval approval_text(const std::string& release) const;
  /// The data of an entry by which that person gave what the text says, signed with `ssh`.
  base::Json signed_data(const audit::Approval& text, const std::string& person);
  /// Makes the command of an entry's `data` one that is signed with `ssh` so.
  void sign_command(base::Json& data, const audit::Approval& text);

  /// Writes `log/` and `content/` below the folder; again after more entries.
  void publish(const std::string& folder);
  /// A signed checkpoint over the first `size` entries, cosigned by the witness.
  [[nodiscard]] std::string checkpoint(std::uint64_t size) const;

  [[nodiscard]] std::uint64_t size() const { return entries.size(); }
  [[nodiscard]] const audit::testing::TestKey& key() const {
    return changed_ ? second_key : first_key;
  }

  audit::testing::TestKey first_key{kOrigin, 1};
  audit::testing::TestKey second_key{kOrigin, 2};
  audit::testing::TestKey witness{"witness.example/w1", 3, audit::KeyType::Ed25519Cosignature};
  Forgery forgery;
  std::uint64_t cosigned_at = kCosignedAt;
  base::Duration clock_off;  ///< by so much entries that are added are later than they would be
  std::map<std::string, std::string> plans;  ///< by release, of those that were kept
  audit::testing::SshSigner ssh = audit::testing::SshSigner::make(audit::SshKeyType::Ed25519);
  adapters::MemoryJournal journal;
  adapters::MemoryContent content;
  std::map<std::string, std::string> contents;  ///< by hex digest
  std::vector<std::string> entries;             ///< their bytes

 private:
  base::Digest keep_signed(const audit::Approval& text);
  void append(const base::ReleaseId& release, const ports::NewEntry& entry);
  base::Digest sign_head(std::uint64_t size, base::Json& data,
                         const audit::testing::TestKey& with_key);
  [[nodiscard]] std::string with_keys(const std::string& plan_bytes) const;

  bool changed_ = false;
  audit::RootHistory tree_;
  std::map<base::ReleaseId, std::uint64_t> versions_;
};

/// A data folder whose stores are a LogMaker's.
class LogWorld final : public World {
 public:
  explicit LogWorld(LogMaker& maker) : maker_(maker) {}
  base::Result<std::unique_ptr<EngineHost>> open_engine(const config::EnvironmentFile&) override;
  base::Result<Reader> open_reader(const std::string&) override;
  std::string socket_path(const std::string& folder) override { return folder + "/none.sock"; }
  bool engine_runs(const std::string&) override { return false; }
  std::string os_user() override { return "auditor"; }
  base::Now now() override { return {base::WallTime{1'760'700'000'000'000}, {}, {}}; }
  bool sleep(base::Duration) override { return false; }
  std::string adapter_list() override { return {}; }
  std::string variable(const std::string& name) override {
    return name == "TMPDIR" ? temporary : std::string();
  }
  std::string temporary = "/tmp";

 private:
  LogMaker& maker_;
};

/// The command line, against that world; output and how it ended.
Outcome run_audit(World& world, std::vector<std::string> words,
                  base::Locale locale = base::Locale::En);

}  // namespace stellwerk::cli::testing

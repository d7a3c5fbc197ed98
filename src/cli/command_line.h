// command_line.h — what was typed, checked and as data; the one table of commands.
//
// Role: cli_main() parses once and hands Arguments to the command. Only this file's .cc knows the
// parser.                                                    Start here: parse_command_line()
// Thread-safety: pure functions.                             Spec: docs/reference/commands.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/messages.h"
#include "base/result.h"

namespace stellwerk::cli {

enum class Command : std::uint8_t {
  Plan,
  Run,
  List,
  Show,
  Watch,
  Steer,  ///< pause, resume, promote, rollback, approve, reject, attest: `verb`
  Doctor,
  Schema,
  Explain,
  LogKey,
  RotateKey,
  Erase,
  Replay,
  AuditLog,
  AuditShow,
  AuditVerify,
  AuditProve,
  AuditCheckpoint,
  AuditExport,
  AuditProcedure,
  AuditWitnesses,
  AuditMirror,
  Simulate,
  Init,
  Completion,
  Man,
  Witness,
};

/// What `init` was told, as it was typed.
struct InitWords {
  std::string folder;
  std::string service;
  std::string run;                   ///< a line
  std::vector<std::string> program;  ///< words behind `--`
  std::string health;
  std::string port;
  std::string from;
  std::string to;
  std::string tenants;
  bool yes = false;
};

/// What `simulate` was told, as it was typed; read_simulation() makes sense of it.
struct SimulateWords {
  std::string seeds;
  std::string seed;
  std::string requests;
  std::string errors;
  std::string slow;
  std::string lag;
  std::string bad_from;
  std::string faults;
  std::string speed;
  std::string threads;
  bool no_variations = false;
};

/// How what a person says of a release, or asks of it, is signed.
struct ApprovalWords {
  std::string key;          ///< private key, or public one of the agent
  std::string decision;     ///< of approve; empty: the first that is missing
  std::string role;         ///< as whom; empty: any that is wanted
  std::string person;       ///< with print: whose word it will be
  std::string print;        ///< file to write the text to, for signing elsewhere
  std::string signed_file;  ///< such a file, with its signature beside it
  std::string valid_for;    ///< how long the signature may be taken
};

/// What `witness` was told, as it was typed.
struct WitnessWords {
  std::vector<std::string> logs;
  std::string policy;
  std::string name;
  std::string listen;
  std::string tls_cert;
  std::string tls_key;
  bool show_key = false;
};

/// What `audit …` was told, as it was typed; the commands make sense of it.
struct AuditWords {
  std::string sequence;  ///< SEQ: an entry's index
  std::string log;       ///< verify: a folder, an archive or a proof
  std::string release;
  std::string type;
  std::string actor;
  std::string since;
  std::string until;
  std::string limit;
  std::string last;
  std::string out;
  std::string entry;
  std::string policy;
  std::string authorities;
  std::string since_checkpoint;
  std::string threads;
  std::vector<std::string> keys;
  std::vector<std::string> witnesses;
  bool follow = false;
  bool bytes = false;
  bool tree_only = false;
  bool record = false;        ///< procedure
  std::string behind;         ///< witnesses
  bool print_script = false;  ///< verify: prints verify.py, and nothing else
};

struct Arguments {
  Command command = Command::Plan;
  std::string verb;                ///< of Steer
  std::string file;                ///< release.yaml
  std::string release;             ///< id
  std::vector<std::string> steps;  ///< attest
  std::vector<std::string> again;  ///< resume: steps to run once more
  std::string reason;              ///< also attest's note
  std::string plan;                ///< approve, reject: digest
  ApprovalWords approval = {};     ///< of Steer
  std::string topic;               ///< schema: which; explain: code; completion: shell; man: page
  std::string output;              ///< man: a folder for all pages
  std::string environment;         ///< --environment
  std::string data;                ///< --data
  std::optional<base::Locale> locale;
  std::optional<std::int64_t> speed;          ///< of runbook time
  std::optional<std::int64_t> rollout_speed;  ///< from the rollout on, where it differs
  bool json = false;
  bool no_colour = false;
  bool plain = false;  ///< no live view
  bool resume = false;
  bool all = false;
  bool all_differences = false;
  SimulateWords simulate = {};
  InitWords init = {};
  WitnessWords witness = {};
  AuditWords audit = {};
};

/// Either something to do, or a text that was asked for (--help, --version).
struct CommandLine {
  Arguments arguments;
  std::string text;
};

/// One option or argument of a command, for completion and manual pages.
struct OptionInfo {
  std::vector<std::string> names;  ///< `--help`, `-h`; empty: an argument
  std::string word;                ///< what stands for its value: `FILE`; empty: it takes none
  std::string text;
  bool repeated = false;
};

struct CommandInfo {
  std::vector<std::string> path;  ///< `release`, `show`; empty: the program itself
  std::string text;
  std::vector<OptionInfo> arguments;  ///< in their order
  std::vector<OptionInfo> options;    ///< its own; those of the program hold for all
  std::vector<std::string> commands;  ///< names of those in it
};

/// The program itself, then every command in the order of the table, groups before theirs.
std::vector<CommandInfo> describe_commands(base::Locale locale);

/// @param words   without the program's name
/// @param locale  of help, unless --locale says otherwise
/// @errors InvalidArgument CLI-0001: an unknown command or option (with what was probably meant), a
/// missing or wrong value
base::Result<CommandLine> parse_command_line(const std::vector<std::string>& words,
                                             base::Locale locale);

}  // namespace stellwerk::cli

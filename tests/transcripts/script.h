// script.h — a transcript as text: blocks of commands, `----`, what they told; and how it differs.
//
// Role: read and written by transcripts_test.                        Start here: Script
// Thread-safety: values. Invariants: to_text(parse_script(text)) is text, when every block has its
// `----`.                                            Spec: tests/transcripts/README.md
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace stellwerk::transcripts {

/// `file:line: what is wrong`.
class Problem : public std::runtime_error {
 public:
  Problem(const std::string& file, std::size_t line, const std::string& what);
};

struct Block {
  std::vector<std::string> before;    ///< comments and blank lines
  std::vector<std::string> commands;  ///< as written
  std::size_t first_command = 0;      ///< its line, from 1
  bool has_output = false;            ///< `----` is there
  std::size_t first_output = 0;       ///< line of the first line told, from 1
  std::vector<std::string> output;
};

struct Script {
  std::string file;  ///< for messages
  std::vector<Block> blocks;
  std::vector<std::string> after;  ///< comments behind the last block
};

/// @throws Problem: an output without commands. A block without `----` is one that was not run yet.
Script parse_script(const std::string& file, const std::string& text);
std::string to_text(const Script& script);

/// The rows of the runbook that a script says it shows: its lines `# row: id`.
std::vector<std::string> rows_shown(const Script& script);

std::vector<std::string> lines_of(const std::string& text);
/// What must go (`-`) and come (`+`) so that `expected` becomes `got`, with up to three lines
/// around; each begins with `file:line`, a line of the file as it is.
std::string difference(const std::string& file, const std::vector<std::string>& expected,
                       const std::vector<std::string>& got);

}  // namespace stellwerk::transcripts

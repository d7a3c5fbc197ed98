#include "audit/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/encoding.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

base::Failure not_a_checkpoint(std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0005", "not a checkpoint")
                  .because(std::move(why)));
}

}  // namespace

std::string Checkpoint::to_text() const {
  std::string text = fmt::format("{}\n{}\n{}\n", origin, size, base::to_base64(root.bytes));
  for (const auto& extension : extensions) text += extension + "\n";
  return text;
}

base::Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  if (!text.ends_with('\n')) return not_a_checkpoint("it does not end in a newline");
  text.remove_suffix(1);
  const auto lines = base::split(text, '\n');
  if (lines.size() < 3) return not_a_checkpoint("it has less than three lines");
  const bool has_empty_line =
      std::any_of(lines.begin(), lines.end(), [](std::string_view line) { return line.empty(); });
  if (has_empty_line) return not_a_checkpoint("a line is empty");
  const auto size = decimal(lines[1]);
  if (!size) return not_a_checkpoint("its second line is not a tree size");
  const auto root = digest_from_base64(lines[2]);
  if (!root) return not_a_checkpoint("its third line is not the base64 of a SHA-256 root");
  Checkpoint checkpoint{
      .origin = std::string(lines[0]), .size = *size, .root = *root, .extensions = {}};
  checkpoint.extensions.assign(lines.begin() + 3, lines.end());
  return checkpoint;
}

}  // namespace stellwerk::audit

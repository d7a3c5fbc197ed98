#include "audit/witness_request.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "audit/encoding.h"

namespace stellwerk::audit {
namespace {

constexpr std::string_view kOld = "old ";

base::Failure not_a_submission(std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "WIT-0004", "not an add-checkpoint request")
                  .because(std::move(why)));
}

/// The next line without its newline, taken off `rest`; nothing when none ends there.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == rest.npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string AddCheckpoint::to_body() const {
  std::string body = fmt::format("{}{}\n", kOld, old_size);
  for (const auto& hash : consistency) body += base::to_base64(hash.bytes) + "\n";
  return body + "\n" + checkpoint;
}

base::Result<AddCheckpoint> AddCheckpoint::parse(std::string_view body) {
  if (body.size() > kWitnessBodyBytesMax) return not_a_submission("it is larger than 64 KiB");
  AddCheckpoint request;
  const auto first = take_line(body);
  if (!first || !first->starts_with(kOld))
    return not_a_submission("its first line is not \"old SIZE\"");
  const auto size = decimal(first->substr(kOld.size()));
  if (!size) return not_a_submission("the old size is no decimal number");
  request.old_size = *size;
  while (true) {
    const auto line = take_line(body);
    if (!line) return not_a_submission("no empty line is before the checkpoint");
    if (line->empty()) break;
    if (request.consistency.size() == kConsistencyHashesMax)
      return not_a_submission(fmt::format("it has over {} hashes", kConsistencyHashesMax));
    const auto hash = digest_from_base64(*line);
    if (!hash)
      return not_a_submission(
          fmt::format("line {} is no base64 of a SHA-256 hash", request.consistency.size() + 2));
    request.consistency.push_back(*hash);
  }
  if (body.empty()) return not_a_submission("there is no checkpoint");
  request.checkpoint = body;
  return request;
}

std::string tree_size_body(std::uint64_t size) { return fmt::format("{}\n", size); }

base::Result<std::uint64_t> parse_tree_size_body(std::string_view body) {
  if (body.ends_with('\n'))
    if (const auto size = decimal(body.substr(0, body.size() - 1))) return *size;
  return fail(base::error(base::Code::InvalidArgument, "WIT-0004", "not the size of a tree")
                  .because("it is not a decimal number and a newline"));
}

}  // namespace stellwerk::audit

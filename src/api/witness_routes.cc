#include "api/witness_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "audit/note.h"
#include "base/text.h"

namespace stellwerk::api {
namespace {

constexpr const char* kPlain = "text/plain; charset=utf-8";
constexpr std::string_view kAdd = "/add-checkpoint";
constexpr std::string_view kCheckpoint = "/checkpoint";

constexpr base::Duration kStrangerInterval = base::seconds(1);

Response plain(int status, std::string body) { return {status, std::move(body), kPlain}; }

/// What was cosigned last, as the decision needs it. The store has checked it.
base::Result<std::optional<audit::WitnessState>> state_of(
    const base::Result<std::optional<std::string>>& kept) {
  if (!kept) return base::fail(kept.error());
  if (!*kept) return std::optional<audit::WitnessState>();
  const auto note = audit::parse_note(**kept);
  if (!note) return base::fail(note.error());
  const auto checkpoint = audit::Checkpoint::parse(note->text);
  if (!checkpoint) return base::fail(checkpoint.error());
  return std::optional(audit::WitnessState{checkpoint->size, checkpoint->root});
}

WitnessEvent event_of(int status, std::string_view what, const audit::Submission* submission) {
  WitnessEvent event;
  event.status = status;
  event.what = what;
  if (submission != nullptr) {
    event.origin = submission->checkpoint.origin;
    event.size = submission->checkpoint.size;
  }
  return event;
}

}  // namespace

Response WitnessRoutes::handle(const Request& request) {
  const std::string_view path = request.path;
  if (path == kAdd)
    return request.method == "POST" ? add_checkpoint(request.body)
                                    : plain(405, "add-checkpoint is a POST\n");
  const bool asks_for_latest = path.starts_with('/') && path.ends_with(kCheckpoint);
  if (!asks_for_latest) return plain(404, "there is no such page\n");
  if (request.method != "GET") return plain(405, "a checkpoint is read with GET\n");
  return latest(path.substr(1, path.size() - std::min(path.size(), 1 + kCheckpoint.size())));
}

Response WitnessRoutes::add_checkpoint(const std::string& body) {
  const auto admitted = audit::admit(body, parts_.logs);
  if (const auto* refusal = std::get_if<audit::WitnessRefusal>(&admitted))
    return refused(*refusal, nullptr);
  // Comparing with the state and replacing it are one step: else two submissions could both
  // continue the same tree, and not each other.
  const std::lock_guard lock(mutex_);
  return decided(std::get<audit::Submission>(admitted));
}

Response WitnessRoutes::decided(const audit::Submission& submission) {
  const auto state = state_of(parts_.store.load(submission.checkpoint.origin));
  if (!state) return failed(state.error(), &submission);
  const auto decision = audit::decide(submission, *state);
  if (const auto* refusal = std::get_if<audit::WitnessRefusal>(&decision))
    return refused(*refusal, &submission);
  return cosigned(submission);
}

Response WitnessRoutes::cosigned(const audit::Submission& submission) {
  const auto line = parts_.cosigner.cosign(submission.note.text, parts_.clock.wall());
  if (!line) return failed(line.error(), &submission);
  const auto kept = parts_.store.replace(submission.checkpoint.origin,
                                         audit::format_note(submission.note) + *line);
  if (!kept) return failed(kept.error(), &submission);
  parts_.on_event(event_of(200, "cosigned", &submission));
  return plain(200, *line);
}

Response WitnessRoutes::refused(const audit::WitnessRefusal& refusal,
                                const audit::Submission* submission) {
  WitnessEvent event = event_of(refusal.status(), audit::to_string(refusal.cause), submission);
  const auto words = base::printable(base::trim(refusal.body));
  const bool is_size = refusal.cause == audit::WitnessRefusal::Cause::OtherSize;
  event.problem = is_size ? fmt::format("the witness knows size {}", words) : words;
  if (refusal.cause == audit::WitnessRefusal::Cause::OtherHistory)
    event.checkpoint = audit::format_note(submission->note);
  if (submission == nullptr)
    tell_of_stranger(std::move(event));
  else
    parts_.on_event(event);
  return {refusal.status(), refusal.body, refusal.content_type};
}

void WitnessRoutes::tell_of_stranger(WitnessEvent event) {
  {
    const std::lock_guard lock(strangers_mutex_);
    const auto now = parts_.clock.mono();
    if (stranger_told_.us != 0 && now - stranger_told_ < kStrangerInterval) {
      ++strangers_untold_;
      return;
    }
    stranger_told_ = now;
    event.untold = std::exchange(strangers_untold_, 0);
  }
  parts_.on_event(event);
}

Response WitnessRoutes::failed(const base::Error& error, const audit::Submission* submission) {
  WitnessEvent event = event_of(500, "failed", submission);
  event.problem = error.one_line();
  parts_.on_event(event);
  return plain(500, fmt::format("{}: {}\n", error.id, error.message));
}

Response WitnessRoutes::latest(std::string_view origin_id) {
  const auto log = std::find_if(
      parts_.logs.begin(), parts_.logs.end(),
      [&](const audit::VerifierKey& key) { return audit::origin_id(key.name) == origin_id; });
  if (log == parts_.logs.end()) return plain(404, "this witness does not know that log\n");
  const std::lock_guard lock(mutex_);
  auto kept = parts_.store.load(log->name);
  if (!kept) return failed(kept.error(), nullptr);
  if (!*kept) return plain(404, "nothing of that log was cosigned yet\n");
  return plain(200, std::move(**kept));
}

}  // namespace stellwerk::api

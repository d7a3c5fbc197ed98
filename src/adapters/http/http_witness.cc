#include "adapters/http/http_witness.h"

#include <fmt/format.h>

#include <utility>

#include "audit/note.h"
#include "audit/witness_request.h"
#include "base/text.h"

namespace stellwerk::adapters::http {
namespace {

using base::Code;

/// What a witness says beside its status.
std::string words_of(const ports::HttpResponse& answer) {
  constexpr std::size_t kWordsMax = 200;
  const auto text = base::printable(base::trim(answer.body), kWordsMax);
  return text.empty() ? fmt::format("status {}", answer.status)
                      : fmt::format("status {}: {}", answer.status, text);
}

base::Failure refused(Code code, const std::string& witness, const ports::HttpResponse& answer,
                      std::string_view what) {
  return base::fail(base::error(code, "WIT-0001", fmt::format("the witness {} {}", witness, what))
                        .because(words_of(answer))
                        .now("the checkpoint was not cosigned"));
}

base::Failure other_history(const std::string& witness, std::string why) {
  return base::fail(
      base::error(Code::Corruption, "WIT-0002",
                  fmt::format("the witness {} saw another history of this log", witness))
          .because(std::move(why))
          .now("the checkpoint was not cosigned; what the witness saw before does not lead to it")
          .then("stellwerk audit replay", "checks every decision of the journal as it is here"));
}

base::Failure no_sense(Code code, const std::string& witness, std::string why) {
  return base::fail(base::error(code, "WIT-0003",
                                fmt::format("the witness {} did not answer as it should", witness))
                        .because(std::move(why))
                        .now("no cosignature came back"));
}

base::Result<ports::WitnessAnswer> cosigned(const std::string& witness,
                                            const ports::CheckpointSubmission& submission,
                                            std::string lines) {
  // Behind the checkpoint they must read as signatures of the same note.
  const auto before = audit::parse_note(submission.checkpoint);
  const auto behind = audit::parse_note(submission.checkpoint + lines);
  if (lines.empty() || !before || !behind || behind->text != before->text)
    return no_sense(Code::Rejected, witness, "what it sent are no signature lines");
  return ports::WitnessAnswer(ports::CosignatureLines{std::move(lines)});
}

/// A 409: usually where the witness stands. One that stands where we said it does has another root
/// there (so say witnesses of version 1.0.0 of the protocol; later ones answer 422).
base::Result<ports::WitnessAnswer> conflict(const std::string& witness,
                                            const ports::CheckpointSubmission& submission,
                                            const ports::HttpResponse& answer) {
  const auto size = audit::parse_tree_size_body(answer.body);
  if (size && *size != submission.old_size)
    return ports::WitnessAnswer(ports::WitnessedSize{*size});
  const bool says_size = answer.content_type == audit::kTreeSizeContentType;
  if (!size && says_size)
    return no_sense(Code::Rejected, witness, "the size it gives is no number");
  return other_history(witness, words_of(answer));
}

base::Result<ports::WitnessAnswer> unexpected(const std::string& witness,
                                              const ports::HttpResponse& answer) {
  if (answer.status == 429) return no_sense(Code::Overloaded, witness, words_of(answer));
  if (answer.status >= 500) return no_sense(Code::Unavailable, witness, words_of(answer));
  return no_sense(Code::Rejected, witness, words_of(answer));
}

}  // namespace

HttpWitness::HttpWitness(ports::HttpClient& client, std::string prefix)
    : client_(client), prefix_(std::move(prefix)) {
  while (prefix_.ends_with('/')) prefix_.pop_back();
}

base::Result<ports::WitnessAnswer> HttpWitness::add_checkpoint(
    const ports::CheckpointSubmission& submission, const ports::Call& call) {
  const audit::AddCheckpoint request{submission.old_size, submission.consistency,
                                     submission.checkpoint};
  const ports::HttpRequest post{.method = "POST",
                                .url = prefix_ + "/add-checkpoint",
                                .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                                .body = request.to_body()};
  auto answer = client_.send(post, call);
  const std::string witness = base::printable(prefix_);
  if (!answer)
    return base::fail(
        std::move(answer.error()).during(fmt::format("asking the witness {}", witness)));
  switch (answer->status) {
    case 200:
      if (answer->body_cut) break;
      return cosigned(witness, submission, std::move(answer->body));
    case 400:
      return refused(Code::InvalidArgument, witness, *answer, "does not understand the request");
    case 403:
      return refused(Code::Forbidden, witness, *answer, "does not accept the log's signature");
    case 404:
      return refused(Code::NotFound, witness, *answer, "does not know this log");
    case 409:
      return conflict(witness, submission, *answer);
    case 422:
      return other_history(witness, words_of(*answer));
    default:
      return unexpected(witness, *answer);
  }
  return no_sense(Code::Rejected, witness, "its answer is too large");
}

}  // namespace stellwerk::adapters::http

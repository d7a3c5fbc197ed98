#include "engine/committer.h"

#include <algorithm>

namespace stellwerk::engine {
namespace {

std::vector<ports::AppendRequest> requests_of(const std::vector<CommitRequest>& batch) {
  std::vector<ports::AppendRequest> requests;
  requests.reserve(batch.size());
  for (const CommitRequest& each : batch)
    requests.push_back({each.stream, each.expected_version, each.entries, each.ends_stream});
  return requests;
}

base::Result<void> put_contents(ports::ContentStore& content,
                                const std::vector<CommitRequest>& batch) {
  for (const CommitRequest& each : batch)
    for (const std::string& bytes : each.contents)
      if (auto kept = content.put(bytes); !kept) return base::fail(std::move(kept.error()));
  return {};
}

using Appends = base::Result<std::vector<ports::Appended>>;

}  // namespace

void Committer::commit(CommitRequest request) {
  waiting_.push_back(std::move(request));
  send();
}

void Committer::send() {
  if (in_flight_ || waiting_.empty()) return;
  in_flight_ = true;
  auto batch = std::make_shared<std::vector<CommitRequest>>(std::move(waiting_));
  waiting_.clear();
  const bool urgent = std::any_of(batch->begin(), batch->end(),
                                  [](const CommitRequest& each) { return each.urgent; });
  ports::JobOptions options{"store", {}, base::seconds(30), {}, urgent};
  ports_.lanes.submit(std::move(options), [this, batch](const ports::Call& call) {
    auto kept = put_contents(ports_.content, *batch);
    const auto result =
        std::make_shared<Appends>(kept ? ports_.journal.append(requests_of(*batch), call)
                                       : Appends(base::fail(kept.error())));
    if (*result)
      for (const CommitRequest& each : *batch)
        (*written_)[each.stream] = each.expected_version + each.entries.size();
    return [this, batch, result] { finished(batch, std::move(*result)); };
  });
}

void Committer::finished(const Batch& batch, base::Result<std::vector<ports::Appended>> result) {
  in_flight_ = false;
  for (std::size_t i = 0; i < batch->size(); ++i) {
    if (result)
      (*batch)[i].done((*result)[i].first_index);
    else
      (*batch)[i].done(base::fail(result.error()));
  }
  send();
}

}  // namespace stellwerk::engine

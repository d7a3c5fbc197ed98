#include "engine/completeness.h"

#include <fmt/format.h>

#include <utility>

#include "audit/tile_reader.h"
#include "core/approvals.h"

namespace stellwerk::engine {
namespace {

base::Error not_covered(const base::ReleaseId& release, std::string why) {
  return base::error(base::Code::Conflict, "ENG-0037",
                     fmt::format("the record of {} cannot be called complete by this signature",
                                 release.str()))
      .because(std::move(why))
      .now("the release is unchanged")
      .then(fmt::format("stellwerk approve {} --decision accept-completeness --key FILE",
                        release.str()),
            "signs the latest checkpoint; while other releases run there is a new one each minute");
}

}  // namespace

bool says_complete(const ReleaseRun& run, const core::InputBody& body, const base::PersonId& by) {
  const auto* approved = std::get_if<core::Approved>(&body);
  const core::Person* person = run.plan().find_person(by);
  if (approved == nullptr || person == nullptr) return false;
  const auto wanted = core::wanted_approval(run.plan(), run.state(), *person, *approved);
  return wanted && std::get<core::ApprovalAction>(wanted->step->action).decision ==
                       core::ApprovalKind::AcceptCompleteness;
}

base::Result<void> covers_record(EnginePorts& ports, const base::ReleaseId& release,
                                 const std::optional<audit::ApprovedHead>& head) {
  if (!head) return base::fail(not_covered(release, "the signed text names no checkpoint"));
  audit::TileReader tiles(head->size,
                          [&ports](const std::string& path) { return ports.log.read(path); });
  const auto root = audit::root_at(head->size, tiles);
  if (!root || *root != head->root)
    return base::fail(not_covered(release, "the signed text names a checkpoint of another log"));
  auto reader = ports.open_reader();
  if (!reader) return base::fail(std::move(reader.error()));
  auto streams = (*reader)->streams(false);
  if (!streams) return base::fail(std::move(streams.error()));
  for (const ports::StreamInfo& stream : *streams)
    if (stream.release == release && stream.last_index >= head->size)
      return base::fail(not_covered(
          release, fmt::format("the checkpoint covers {} entries, the release has entry {}",
                               head->size, stream.last_index)));
  return {};
}

base::Error not_sound(const base::ReleaseId& release, const std::string& summary) {
  return base::error(base::Code::Conflict, "ENG-0037",
                     fmt::format("the record of {} cannot be called complete", release.str()))
      .because("the journal was checked, entry by entry: " + summary)
      .now("the release is unchanged")
      .then("stellwerk audit verify", "what is wrong, and what is still good");
}

}  // namespace stellwerk::engine

#include "faults/trials.h"

#include <gtest/gtest.h>

#include <iterator>

#include "faults/fault_disk.h"

namespace stellwerk::faults {
namespace {

/// In turn, one at each point; the others everywhere.
constexpr Survival kRarer[] = {Survival::Torn, Survival::Names, Survival::Sizes, Survival::Bytes,
                               Survival::Writes};

}  // namespace

void Trials::cut(const PowerLoss& disk, Survival survival, std::size_t operation,
                 std::size_t promise) {
  const Image image = disk.image(survival, chance_);
  if (!tried_.insert(image.fingerprint() * 31 + promise).second) return;
  const FaultDisk without_syncing(folder_.path(), image);
  const std::string problem = check_(folder_.path(), promises_[promise]);
  EXPECT_EQ(problem, "") << "power lost after operation " << operation
                         << ", survived: " << to_string(survival) << ", " << Rounds::text();
}

void Trials::cut_everywhere(const std::vector<Operation>& recording, std::size_t first,
                            std::size_t step) {
  PowerLoss disk;
  std::size_t promise = 0;
  for (std::size_t i = 0; i < recording.size(); ++i) {
    disk.apply(recording[i], chance_);
    if (recording[i].kind == Operation::Kind::Mark) promise = recording[i].offset;
    if (i < first || (i - first) % step != 0) continue;
    const auto rarer = kRarer[(i + Rounds::seed()) % std::size(kRarer)];
    for (const auto survival :
         {Survival::Nothing, Survival::Everything, Survival::Sectors, rarer}) {
      cut(disk, survival, i, promise);
    }
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace stellwerk::faults

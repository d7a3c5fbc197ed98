// The power fails at every point of a recorded life: the stores open, and hold what they promised.
#include "faults/power_loss.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <vector>

#include "faults/memory_folder.h"
#include "faults/rounds.h"
#include "faults/store_life.h"
#include "faults/trials.h"

namespace stellwerk::faults {
namespace {

TEST(PowerLoss, LosesNothingPromisedWhereverALifeIsCut) {
  const MemoryFolder folder;
  StoreLife life(folder.path());
  std::vector<Operation> recording;
  {
    FaultDisk disk(folder.path());
    life.live(&disk);
    recording = disk.recording();
  }
  ASSERT_EQ(life.complaint(), "");
  ASSERT_EQ(life.errors(), 0U);
  Trials trials(life.promises());
  for (std::size_t round = 0; round < Rounds::count(); ++round) {
    trials.cut_everywhere(recording, 0, 1);
    if (HasFailure()) break;
  }
  std::printf("%zu operations, %zu disks, %s\n", recording.size(), trials.count(),
              Rounds::text().c_str());
}

}  // namespace
}  // namespace stellwerk::faults

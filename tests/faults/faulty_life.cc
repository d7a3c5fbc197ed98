#include "faults/faulty_life.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace stellwerk::faults {
namespace {

struct CallsMade {
  std::vector<CallKind> kinds;
  std::vector<std::string> names;
};

/// Of a life in which nothing fails.
CallsMade calls_of(const Recorded& before, const Live& live) {
  FaultyLife calm(before.image, before.promise);
  live(calm);
  EXPECT_EQ(calm.life().errors(), 0U);
  EXPECT_EQ(calm.life().complaint(), "");
  return {calm.disk().kinds(), calm.disk().calls()};
}

}  // namespace

std::string FaultyLife::problem(const Trials::Check& check) {
  disk_.thaw();
  if (!life_.complaint().empty()) return life_.complaint();
  return check(folder_.path(), life_.now());
}

void fail_each_call(const Recorded& before, const Live& live, const Fault& fault,
                    const Concerns& concerns, std::size_t step, const Trials::Check& check) {
  const CallsMade calls = calls_of(before, live);
  std::size_t failed = 0;
  for (std::size_t i = 0; i < calls.kinds.size(); ++i) {
    if (!concerns(calls.kinds[i], calls.names[i]) || (i + Rounds::seed()) % step != 0) continue;
    FaultyLife faulty(before.image, before.promise);
    Fault here = fault;
    here.call = i;
    faulty.disk().plan(here);
    live(faulty);
    ++failed;
    EXPECT_EQ(faulty.problem(check), "")
        << "call " << i << ", " << faulty.name_of(i) << ": " << std::strerror(fault.error);
  }
  std::printf("%zu calls, %zu of them failed in turn\n", calls.kinds.size(), failed);
}

void lose_power_after_failures(const Recorded& before, const Live& live, const Concerns& concerns,
                               std::size_t step, const Trials::Check& check) {
  const CallsMade calls = calls_of(before, live);
  std::size_t disks = 0;
  for (std::size_t i = 0; i < calls.kinds.size(); ++i) {
    if (!concerns(calls.kinds[i], calls.names[i])) continue;
    auto faulty = std::make_unique<FaultyLife>(before.image, before.promise);
    faulty->disk().plan({.call = i, .error = EIO});
    live(*faulty);
    const std::string name = faulty->name_of(i);
    const auto recording = faulty->disk().recording();
    const std::size_t first = faulty->disk().first();
    Trials trials(faulty->life().promises(), check);
    faulty.reset();  // there is one watched folder at a time
    trials.cut_everywhere(recording, first + (i + Rounds::seed()) % step, step);
    disks += trials.count();
    if (::testing::Test::HasFailure()) FAIL() << "after a failed " << name << ", call " << i;
  }
  std::printf("%zu disks, %s\n", disks, Rounds::text().c_str());
}

}  // namespace stellwerk::faults

#include "base/mutation.h"

#include <atomic>

#ifdef STELLWERK_MUTATIONS
namespace stellwerk::base {
namespace {

std::atomic<Mutation> planted = Mutation::None;

}  // namespace

bool mutated(Mutation mutation) { return planted.load(std::memory_order_relaxed) == mutation; }
void plant(Mutation mutation) { planted.store(mutation); }

}  // namespace stellwerk::base
#endif

#include "contract/entropy.h"

#include "adapters/memory/memory_entropy.h"
#include "app/system_entropy.h"

namespace stellwerk::contract {
namespace {

using Implementations = ::testing::Types<adapters::MemoryEntropy, app::SystemEntropy>;
INSTANTIATE_TYPED_TEST_SUITE_P(Every, EntropyContract, Implementations);

}  // namespace
}  // namespace stellwerk::contract

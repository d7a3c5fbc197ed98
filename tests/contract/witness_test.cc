// The contract of a witness's memory, for every store that exists.
#include "audit/witness.h"

#include <filesystem>
#include <fstream>

#include "adapters/file/file_witness_store.h"
#include "adapters/memory/memory_witness_store.h"
#include "base/testing/temporary_folder.h"
#include "contract/witness_store.h"

namespace stellwerk::contract {
namespace {

class MemoryWitnessHarness final : public WitnessStoreHarness {
 public:
  ports::WitnessStore& store() override { return store_; }
  void reopen() override {}
  void fill_up(const std::string& /*origin*/) override { store_.set_full(true); }
  void damage(const std::string& /*origin*/) override { store_.set_damaged(true); }

 private:
  adapters::MemoryWitnessStore store_;
};

class FileWitnessHarness final : public WitnessStoreHarness {
 public:
  ports::WitnessStore& store() override { return *store_; }
  void reopen() override { store_ = open(); }
  void fill_up(const std::string& origin) override {
    // Something is where the new file would be written; that stops root too.
    std::filesystem::create_directory(file_of(origin) + ".new");
  }
  void damage(const std::string& origin) override { std::ofstream(file_of(origin)) << "damaged"; }

 private:
  std::unique_ptr<adapters::FileWitnessStore> open() {
    return adapters::FileWitnessStore::open(witness_, contract_witness().verifier()).value();
  }
  [[nodiscard]] std::string file_of(const std::string& origin) const {
    return witness_.path() + "/checkpoints/" + audit::origin_id(origin);
  }

  base::testing::TemporaryFolder folder_;
  adapters::WitnessFolder witness_ = adapters::WitnessFolder::acquire(folder_ / "w").value();
  std::unique_ptr<adapters::FileWitnessStore> store_ = open();
};

INSTANTIATE_TEST_SUITE_P(
    Stores, WitnessStoreContract,
    ::testing::Values(
        WitnessStoreFactory{"memory", [] { return std::make_unique<MemoryWitnessHarness>(); }},
        WitnessStoreFactory{"file", [] { return std::make_unique<FileWitnessHarness>(); }}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace stellwerk::contract

// Witnesses and time stamps beside a release: asked for each checkpoint, and never waited for.
#include "engine/attestors.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "audit/checkpoint.h"
#include "audit/cosignature.h"
#include "audit/note.h"
#include "audit/proof.h"
#include "audit/testing/test_key.h"
#include "engine/world.h"

namespace stellwerk::engine {
namespace {

using testing::World;

/// A witness that decides as ours does, and can be gone, forgetful or a liar.
class TestWitness final : public ports::Witness {
 public:
  explicit TestWitness(std::string log_key) : log_(*audit::VerifierKey::parse(log_key)) {}

  base::Result<ports::WitnessAnswer> add_checkpoint(const ports::CheckpointSubmission& submission,
                                                    const ports::Call&) override {
    ++asked;
    if (gone) return base::fail(base::Code::Unavailable, "HLT-0002", "the witness is not reached");
    if (submission.old_size != size) return ports::WitnessedSize{size};
    const auto note = audit::verify_note(submission.checkpoint, {&log_, 1});
    if (!note) return base::fail(note.error());
    const auto checkpoint = audit::Checkpoint::parse(note->text);
    const audit::TreeHead head{checkpoint->size, checkpoint->root};
    if (size > 0 && !audit::verify_consistency({size, root}, head, submission.consistency))
      return base::fail(base::Code::Corruption, "WIT-0002", "another history");
    size = head.size;
    root = head.root;
    const std::string signed_text = lies ? "another text\n" : note->text;
    return ports::CosignatureLines{key.cosign(signed_text, 1760558400)};
  }
  [[nodiscard]] std::string name() const override { return "test witness"; }
  [[nodiscard]] audit::VerifierKey vkey() const { return key.verifier(); }

  audit::testing::TestKey key{"other.example/w", 7, audit::KeyType::Ed25519Cosignature};
  bool gone = false;
  bool lies = false;
  int asked = 0;
  std::uint64_t size = 0;
  base::Digest root;

 private:
  audit::VerifierKey log_;
};

/// Who cosigned the latest checkpoint.
std::size_t cosigners(World& world, const TestWitness& witness) {
  const auto log = audit::VerifierKey::parse(world.signer.verifier_key());
  const auto key = witness.vkey();
  const auto note = world.log.read("checkpoint");
  if (!note) return 0;
  const auto verified = audit::verify_cosigned(*note, *log, {&key, 1});
  return verified ? verified->cosigners.size() : 0;
}

bool ended(World& world) {
  const bool at_end = world.run_until([&] { return core::is_terminal(world.state().stage); });
  for (int i = 0; i < 50; ++i) world.turn();  // whoever is asked then answers
  return at_end;
}

struct Witnessed {
  explicit Witnessed(World& world_in) : world(world_in), witness(world.signer.verifier_key()) {
    world.witnesses = {{&witness, witness.vkey().to_string()}};
    world.kill();
    world.start();
  }
  World& world;
  TestWitness witness;
};

TEST(Witnesses, CosignTheCheckpointsOfARelease) {
  World world;
  Witnessed witnessed(world);
  world.begin();
  ASSERT_TRUE(ended(world));
  EXPECT_EQ(world.state().stage, core::Stage::Completed);
  EXPECT_EQ(cosigners(world, witnessed.witness), 1U);
  EXPECT_TRUE(
      world.log.files.contains("cosigned/" + std::to_string(witnessed.witness.size) + ".note"));
}

// Goal: nothing waits for a witness; back again, it gets the latest checkpoint.
TEST(Witnesses, AreNotWaitedForWhenTheyAreGone) {
  World world;
  Witnessed witnessed(world);
  witnessed.witness.gone = true;
  world.begin();
  ASSERT_TRUE(ended(world));
  EXPECT_EQ(world.state().stage, core::Stage::Completed);
  EXPECT_GT(witnessed.witness.asked, 0);
  EXPECT_EQ(cosigners(world, witnessed.witness), 0U);
  witnessed.witness.gone = false;
  ASSERT_TRUE(world.run_until([&] { return cosigners(world, witnessed.witness) == 1; }, 2000));
}

TEST(Witnesses, AreToldAboutAndNotKeptWhenTheySignSomethingElse) {
  World world;
  Witnessed witnessed(world);
  witnessed.witness.lies = true;
  world.begin();
  ASSERT_TRUE(ended(world));
  EXPECT_EQ(cosigners(world, witnessed.witness), 0U);
  EXPECT_EQ(std::count_if(world.log.files.begin(), world.log.files.end(),
                          [](const auto& file) { return file.first.starts_with("cosigned/"); }),
            0);
  EXPECT_TRUE(std::any_of(world.reports.begin(), world.reports.end(),
                          [](const base::Error& error) { return error.id == "AUD-0044"; }));
}

// Goal: a data folder that was set back is noticed by whoever remembers (tlog-witness).
TEST(Witnesses, SeeALogThatWasSetBack) {
  World world;
  Witnessed witnessed(world);
  witnessed.witness.size = 1'000'000;
  world.begin();
  ASSERT_TRUE(ended(world));
  EXPECT_TRUE(std::any_of(world.reports.begin(), world.reports.end(),
                          [](const base::Error& error) { return error.id == "AUD-0045"; }));
}

}  // namespace
}  // namespace stellwerk::engine

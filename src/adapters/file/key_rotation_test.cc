// Another key for the log: both sign that it follows, and a crash in between is finished.
#include "adapters/file/key_rotation.h"

#include <gtest/gtest.h>

#include <array>

#include "audit/note.h"
#include "base/files.h"
#include "base/testing/temporary_folder.h"

namespace stellwerk::adapters {
namespace {

constexpr base::WallTime kNow{1760558400000000};

std::unique_ptr<FileSigner> signer_in(const base::testing::TemporaryFolder& folder) {
  return std::move(*FileSigner::open(folder / "journal.key", "valero/stellwerk"));
}

TEST(KeyRotation, IsSignedByBothKeys) {
  const base::testing::TemporaryFolder folder;
  const auto present = signer_in(folder);
  auto begun = KeyRotation(folder / "journal.key").begin(*present, kNow);
  ASSERT_TRUE(begun);
  EXPECT_NE(begun->old_key, begun->new_key);
  const std::array keys{*audit::VerifierKey::parse(begun->old_key),
                        *audit::VerifierKey::parse(begun->new_key)};
  const auto verified = audit::verify_note(begun->note, keys);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->signatures.size(), 2U);
  EXPECT_NE(verified->text.find("new " + begun->new_key), std::string::npos);
}

TEST(KeyRotation, PutsTheNewKeyInPlace) {
  const base::testing::TemporaryFolder folder;
  KeyRotation rotation(folder / "journal.key");
  const auto begun = rotation.begin(*signer_in(folder), kNow);
  ASSERT_TRUE(rotation.finish());
  EXPECT_EQ(signer_in(folder)->verifier_key(), begun->new_key);
  EXPECT_FALSE(rotation.is_begun());
}

// Goal: killed before the journal names it, nothing changed and the same key is taken again; killed
// after, the next start finishes.
TEST(KeyRotation, IsFinishedOnlyOnceTheJournalNamesIt) {
  const base::testing::TemporaryFolder folder;
  KeyRotation rotation(folder / "journal.key");
  const auto present = signer_in(folder);
  const auto begun = rotation.begin(*present, kNow);
  ASSERT_TRUE(rotation.settle("valero/stellwerk", ""));
  ASSERT_TRUE(rotation.settle("valero/stellwerk", begun->old_key));
  EXPECT_EQ(signer_in(folder)->verifier_key(), begun->old_key);
  EXPECT_EQ(rotation.begin(*present, kNow)->new_key, begun->new_key);
  ASSERT_TRUE(rotation.settle("valero/stellwerk", begun->new_key));
  EXPECT_EQ(signer_in(folder)->verifier_key(), begun->new_key);
}

}  // namespace
}  // namespace stellwerk::adapters

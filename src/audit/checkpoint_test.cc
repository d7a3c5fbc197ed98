#include "audit/checkpoint.h"

#include <gtest/gtest.h>

#include "audit/merkle.h"

namespace stellwerk::audit {
namespace {

TEST(Checkpoint, WritesAndReadsItsText) {
  const Checkpoint checkpoint{"erp.example/stellwerk", 0, empty_root(), {}};
  EXPECT_EQ(checkpoint.to_text(),
            "erp.example/stellwerk\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
  const auto again = Checkpoint::parse(checkpoint.to_text());
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, checkpoint);
}

TEST(Checkpoint, KeepsExtensionLinesOfOtherLogs) {
  const Checkpoint checkpoint{"a.example/log", 20852163, leaf_hash("x"), {"extra 1", "extra 2"}};
  const auto again = Checkpoint::parse(checkpoint.to_text());
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, checkpoint);
}

TEST(Checkpoint, RefusesEveryOtherSpelling) {
  const std::string root = base::to_base64(empty_root().bytes);
  for (const std::string& text :
       {std::string{}, "a\n1\n" + root, std::string("a\n1\n"), "\n1\n" + root + "\n",
        "a\n01\n" + root + "\n", "a\n-1\n" + root + "\n", "a\n1 \n" + root + "\n",
        "a\n18446744073709551616\n" + root + "\n", "a\n1\n" + root.substr(1) + "\n",
        std::string("a\n1\nAAAA\n"), "a\n1\n" + root + "\n\n"}) {
    const auto parsed = Checkpoint::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().id, "AUD-0005") << text;
  }
}

}  // namespace
}  // namespace stellwerk::audit

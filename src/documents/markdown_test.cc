// Goal: what others wrote stays what it says: it becomes no markup and ends no table's row.
#include "documents/markdown.h"

#include <gtest/gtest.h>

namespace stellwerk::documents {
namespace {

TEST(Markdown, EscapesWhatMeansSomething) {
  EXPECT_EQ(plain("a|b *c* <script> [x](y) `z` \\"),
            "a\\|b \\*c\\* \\<script\\> \\[x\\](y) \\`z\\` \\\\");
  EXPECT_EQ(plain("one\ntwo"), "one\\\\x0atwo");
  EXPECT_EQ(plain("größer → 1"), "größer → 1");
}

TEST(Markdown, TakesPlainTextWhereCodeCannotHoldIt) {
  EXPECT_EQ(code("rel-1"), "`rel-1`");
  EXPECT_EQ(code("a*b"), "`a*b`");
  EXPECT_EQ(code("a|b"), "a\\|b");
  EXPECT_EQ(code("a`b"), "a\\`b");
  EXPECT_EQ(code(""), "");
}

TEST(Markdown, IsCutWhereItIsTooLong) { EXPECT_LT(plain(std::string(100'000, 'x')).size(), 500U); }

TEST(MarkdownPage, SetsPartsApart) {
  MarkdownPage page;
  page.heading(1, "Title");
  page.paragraph("Words.");
  page.list({"one", "two"});
  page.list({});
  page.table({"a", "b"});
  page.row({"1", ""});
  EXPECT_EQ(std::move(page).text(),
            "# Title\n\nWords.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | |\n");
}

TEST(Joined, HasNothingAroundItsParts) {
  EXPECT_EQ(joined({}), "");
  EXPECT_EQ(joined({"a"}), "a");
  EXPECT_EQ(joined({"a", "b"}, "; "), "a; b");
}

}  // namespace
}  // namespace stellwerk::documents

// Goal: a request and its answers have one spelling each, and nothing else is taken
// (c2sp.org/tlog-witness, add-checkpoint).
#include "audit/witness_request.h"

#include <gtest/gtest.h>

namespace stellwerk::audit {
namespace {

// The example of the specification, its checkpoint shortened.
const std::string kExampleBody =
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "\n"
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q"
    "1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

std::string body_with(std::string text, std::string_view what, std::string_view with) {
  return text.replace(text.find(what), what.size(), with);
}

TEST(AddCheckpoint, ReadsTheSpecificationsExampleAndWritesItAgain) {
  const auto request = AddCheckpoint::parse(kExampleBody);
  ASSERT_TRUE(request) << request.error().one_line();
  EXPECT_EQ(request->old_size, 20852014U);
  ASSERT_EQ(request->consistency.size(), 2U);
  EXPECT_EQ(base::to_base64(request->consistency[1].bytes),
            "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=");
  EXPECT_TRUE(request->checkpoint.starts_with("example.com/behind-the-sofa\n"));
  EXPECT_EQ(request->to_body(), kExampleBody);
}

TEST(AddCheckpoint, NeedsNoHashes) {
  const auto request = AddCheckpoint::parse("old 0\n\nx");
  ASSERT_TRUE(request);
  EXPECT_EQ(*request, (AddCheckpoint{0, {}, "x"}));
}

TEST(AddCheckpoint, TakesAsManyHashesAsTheSpecificationAllowsAndNoMore) {
  AddCheckpoint request{1, std::vector<base::Digest>(63), "x"};
  EXPECT_EQ(AddCheckpoint::parse(request.to_body()).value(), request);
  request.consistency.emplace_back();
  EXPECT_EQ(AddCheckpoint::parse(request.to_body()).error().id, "WIT-0004");
}

TEST(AddCheckpoint, RefusesEveryOtherForm) {
  const std::string hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=";
  for (const std::string& body : {std::string(),
                                  std::string("\n"),
                                  std::string("old 1"),
                                  std::string("old 1\n"),
                                  std::string("old 1\n\n"),
                                  std::string("old 01\n\nx"),
                                  std::string("old -1\n\nx"),
                                  std::string("old +1\n\nx"),
                                  std::string("old  1\n\nx"),
                                  std::string("old 1 \n\nx"),
                                  std::string("old \n\nx"),
                                  std::string("OLD 1\n\nx"),
                                  std::string("old 1\r\n\r\nx"),
                                  std::string("old 18446744073709551616\n\nx"),
                                  std::string("old 0x1\n\nx"),
                                  "old 1\n" + hash,
                                  "old 1\n" + hash + "\n",
                                  "old 1\n " + hash + "\n\nx",
                                  "old 1\n" + hash + hash + "\n\nx",
                                  body_with(kExampleBody, "kaw=", "kax="),
                                  body_with(kExampleBody, "kaw=", "kaw"),
                                  body_with(kExampleBody, "PlRN", "PlR"),
                                  std::string(kWitnessBodyBytesMax, 'x'),
                                  "old 1\n\n" + std::string(kWitnessBodyBytesMax, 'x')})
    EXPECT_EQ(AddCheckpoint::parse(body).error().id, "WIT-0004") << body.substr(0, 80);
}

TEST(TreeSizeBody, IsADecimalNumberAndANewline) {
  EXPECT_EQ(tree_size_body(20852014), "20852014\n");
  EXPECT_EQ(parse_tree_size_body("0\n").value(), 0U);
  EXPECT_EQ(parse_tree_size_body("18446744073709551615\n").value(), 18446744073709551615U);
  for (const std::string_view body :
       {"", "\n", "1", "01\n", "1\n\n", " 1\n", "-1\n", "18446744073709551616\n", "x\n"})
    EXPECT_EQ(parse_tree_size_body(body).error().id, "WIT-0004") << body;
}

}  // namespace
}  // namespace stellwerk::audit

// docs/reference/permissions.md says what permissions() says.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/permissions.h"

namespace stellwerk::core {
namespace {

std::string table() {
  std::string text =
      "| may | release manager | DevOps | QA | product owner | audit officer | who "
      "sees to it |\n|---|---|---|---|---|---|---|\n";
  for (const PermissionRow& row : permissions()) {
    text += fmt::format("| {} |", row.text);
    if (!row.held_by.empty())
      text += fmt::format(" {} | | | | |", row.held_by);
    else
      for (const Role role : kRoles) text += row.roles.contains(role) ? " yes |" : " |";
    text += fmt::format(" {} |\n", row.enforced);
  }
  return text;
}

// Goal: the page people read and the table that decides are one (docs/reference/permissions.md).
TEST(PermissionsPage, SaysWhatTheTableSays) {
  constexpr std::string_view kBegin = "<!-- permissions -->\n";
  constexpr std::string_view kEnd = "<!-- /permissions -->\n";
  std::ifstream in(STELLWERK_PERMISSIONS_PAGE);
  std::stringstream bytes;
  bytes << in.rdbuf();
  const std::string page = bytes.str();
  const std::size_t begin = page.find(kBegin);
  const std::size_t end = page.find(kEnd);
  ASSERT_NE(begin, page.npos);
  ASSERT_NE(end, page.npos);
  const std::size_t from = begin + kBegin.size();
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no thread changes variables
  if (std::getenv("STELLWERK_REWRITE") != nullptr) {
    std::ofstream(STELLWERK_PERMISSIONS_PAGE)
        << page.substr(0, from) << table() << page.substr(end);
    return;
  }
  EXPECT_EQ(page.substr(from, end - from), table()) << "STELLWERK_REWRITE=1 writes it";
}

}  // namespace
}  // namespace stellwerk::core

// Goal: docs/adapters.md has a row and all keys of every adapter in the table.
#include "app/adapters.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "config/reference.h"

namespace stellwerk::app {
namespace {

const std::string kPage = STELLWERK_ADAPTERS_PAGE;

std::string stored_page() {
  std::ifstream file(kPage);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The page with the table of each adapter's keys as it is now.
std::string made_page(std::string page) {
  for (const config::AdapterSettings& each : adapter_settings()) {
    const std::string begin = fmt::format("<!-- keys: {} {} -->\n", each.section, each.adapter);
    const auto from = page.find(begin);
    const auto to = page.find("<!-- end -->", from);
    EXPECT_NE(from, std::string::npos) << begin;
    if (from == std::string::npos || to == std::string::npos) continue;
    const std::string keys =
        each.settings.fields.empty() ? "No keys.\n" : config::settings_page(each.settings);
    page.replace(from + begin.size(), to - from - begin.size(), keys);
  }
  return page;
}

TEST(Adapters, StandOnTheirPageWithAllKeys) {
  const std::string stored = stored_page();
  const std::string made = made_page(stored);
  if (std::getenv("STELLWERK_REWRITE") != nullptr) std::ofstream(kPage) << made;
  EXPECT_EQ(stored_page(), made)
      << "run this test with STELLWERK_REWRITE=1 and read the difference";
  for (const config::AdapterSettings& each : adapter_settings())
    EXPECT_NE(made.find(fmt::format("\n| `{}` | `{}` | ", each.section, each.adapter)),
              std::string::npos)
        << each.section << " " << each.adapter;
}

}  // namespace
}  // namespace stellwerk::app

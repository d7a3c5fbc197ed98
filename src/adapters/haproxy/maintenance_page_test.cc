#include "adapters/haproxy/maintenance_page.h"

#include <gtest/gtest.h>

#include "adapters/haproxy/names.h"
#include "base/files.h"
#include "base/testing/temporary_folder.h"

namespace stellwerk::adapters::haproxy {
namespace {

TEST(MaintenancePage, IsOursUnlessAFileIsNamed) {
  const base::testing::TemporaryFolder folder;
  const auto ours = install_page(folder.path(), "");
  ASSERT_TRUE(ours) << ours.error().one_line();
  const std::string path = folder.path() + "/" + kPageFile;
  EXPECT_NE(base::read_file(path, 20000)->find("Wartung"), std::string::npos);
  const std::string own = folder.path() + "/own.html";
  ASSERT_TRUE(base::replace_file(own, "<p>back at noon</p>"));
  const auto other = install_page(folder.path(), own);
  ASSERT_TRUE(other);
  EXPECT_NE(*other, *ours);  // so HAProxy is given a configuration anew
  EXPECT_EQ(*base::read_file(path, 20000), "<p>back at noon</p>");
}

TEST(MaintenancePage, IsRefusedWhenMissingOrTooLargeForOneAnswer) {
  const base::testing::TemporaryFolder folder;
  EXPECT_EQ(install_page(folder.path(), folder.path() + "/none.html").error().id, "HAP-0001");
  const std::string large = folder.path() + "/large.html";
  ASSERT_TRUE(base::replace_file(large, std::string(20000, 'x')));
  EXPECT_EQ(install_page(folder.path(), large).error().id, "HAP-0001");
}

}  // namespace
}  // namespace stellwerk::adapters::haproxy

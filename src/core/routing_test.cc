#include "core/routing.h"

#include <gtest/gtest.h>

namespace stellwerk::core {
namespace {

std::vector<Tenant> ten_tenants() {
  std::vector<Tenant> tenants;
  for (int i = 1; i <= 10; ++i)
    tenants.push_back({base::TenantId("tenant-" + std::to_string(i)), 1});
  return tenants;
}

// Goal: every release of an installation moves tenants in one order, whatever the order of the
// file.
TEST(TenantRanking, IsTheSameWhateverTheOrderOfTheFile) {
  auto tenants = ten_tenants();
  const auto ranked = rank_tenants(base::InstallationId("valero"), tenants);
  std::reverse(tenants.begin(), tenants.end());
  EXPECT_EQ(rank_tenants(base::InstallationId("valero"), tenants), ranked);
}

TEST(TenantRanking, DiffersBetweenInstallations) {
  const auto tenants = ten_tenants();
  EXPECT_NE(rank_tenants(base::InstallationId("one"), tenants),
            rank_tenants(base::InstallationId("two"), tenants));
}

// Goal: our bucket is the load balancer's; XXH32("", 0) = 0x02CC5D05 is the reference value of the
// xxHash specification.
TEST(Bucket, FollowsTheXxHashSpecification) {
  EXPECT_EQ(bucket_of(""), 0x02CC5D05U % 100);
  EXPECT_EQ(bucket_of("a"), 0x550D7456U % 100);
}

TEST(BackendName, NamesComponentAndVersion) {
  const auto version = base::SemVer::parse("1.3.0-rc.1+build.5");
  ASSERT_TRUE(version);
  EXPECT_EQ(backend_name(base::ComponentName("document-domain"), *version).str(),
            "document-domain-v1.3.0-rc.1_build.5");
}

}  // namespace
}  // namespace stellwerk::core

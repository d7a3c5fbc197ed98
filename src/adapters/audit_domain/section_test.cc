// Goal: the section takes what an installation can mean, and names every problem.
#include "adapters/audit_domain/section.h"

#include <gtest/gtest.h>

namespace stellwerk::adapters::audit_domain {
namespace {

config::Loaded<Settings> read(std::string_view yaml) {
  const auto section = config::parse_section(yaml, {.file = "/etc/stellwerk/stellwerk.yaml",
                                                    .folder = "/etc/stellwerk",
                                                    .schema = "environment"});
  EXPECT_TRUE(section.value);
  return read_settings(*section.value);
}

TEST(AuditDomainSection, ReadsEveryKey) {
  const auto loaded = read(R"(
adapter: audit-domain
url: https://erp.example:3090/
tenant: Demo Tenant
timeout: 2s
token: {file: secrets/audit.token}
ip: 10.0.0.7
)");
  ASSERT_TRUE(loaded.value) << loaded.problems.front().one_line();
  EXPECT_EQ(loaded.value->url, "https://erp.example:3090");
  EXPECT_EQ(loaded.value->tenant, "Demo Tenant");
  EXPECT_EQ(loaded.value->timeout, base::seconds(2));
  EXPECT_EQ(loaded.value->token.value_or(base::SecretReference{}).file,
            "/etc/stellwerk/secrets/audit.token");
  EXPECT_EQ(loaded.value->ip, "10.0.0.7");
  EXPECT_EQ(target_of(*loaded.value), "https://erp.example:3090#Demo Tenant");
}

TEST(AuditDomainSection, NeedsOnlyUrlAndTenant) {
  const auto loaded = read("{adapter: audit-domain, url: 'http://127.0.0.1:3090', tenant: system}");
  ASSERT_TRUE(loaded.value);
  EXPECT_FALSE(loaded.value->token);
  EXPECT_EQ(loaded.value->timeout, base::seconds(5));
  EXPECT_EQ(loaded.value->ip, "127.0.0.1");
}

TEST(AuditDomainSection, NamesEveryProblem) {
  EXPECT_EQ(read("{adapter: audit-domain}").problems.size(), 2U);
  const auto loaded = read(
      "{adapter: audit-domain, url: 'http://h/?a=b', tenant: '', timeout: 1h, ip: '', tokens: x}");
  EXPECT_FALSE(loaded.value);
  EXPECT_EQ(loaded.problems.size(), 5U);
  const auto token =
      read("{adapter: audit-domain, url: 'http://h', tenant: t, token: {file: a, env: B}}");
  ASSERT_EQ(token.problems.size(), 1U);
  EXPECT_EQ(token.problems[0].id, "CFG-0007");
}

}  // namespace
}  // namespace stellwerk::adapters::audit_domain

// Answers of time stamping services, read with OpenSSL: whatever they are, one is believed only for
// the digest that it stamps, and refusals say why in text that can be shown.
#include "audit/timestamp.h"

#include "audit/timestamp_parts.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

// What seeds/timestamp/good was made with.
constexpr std::string_view kStamped = "erp.example/stellwerk\n3\nAAAA\n";
constexpr std::string_view kTrusted = R"(-----BEGIN CERTIFICATE-----
MIIBWDCB/qADAgECAhR2pvAhrmwCR0uUcXHrF0XnQZ4WljAKBggqhkjOPQQDAjAS
MRAwDgYDVQQDDAdUZXN0IGNhMB4XDTI2MTEzMDAzNTgxM1oXDTM2MTEyNzAzNTgx
M1owEjEQMA4GA1UEAwwHVGVzdCBjYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
BAyW7RzqIfUnSPyXjH8+2nit9JX0HfffX97r04ShdPNlMX2+VxPt462m5nnne4Le
lHp31OaonBJzNuKl/dVYIV2jMjAwMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYE
FI5OlTc9g/JA1cl7Jrc4dj7HJzfVMAoGCCqGSM49BAMCA0kAMEYCIQDjCffjboTK
zNUDmyEo0TqqmlXheF2+hFcot6PYvV6xEgIhAMWVWlZ/l9kBpoDauIu85VHwT9Pr
L4G/zY3bTAdmPl4t
-----END CERTIFICATE-----
)";

void check_error(const base::Error& error) {
  FUZZ_REQUIRE(error.id == "AUD-0030" || error.id == "AUD-0031" || error.id == "AUD-0032" ||
               error.id == "AUD-0033");
  FUZZ_REQUIRE(base::printable(error.why, error.why.size() + 1) == error.why);
}

void check_response(std::string_view bytes) {
  const auto stamp = audit::verify_timestamp(bytes, {base::sha256(kStamped), {}, kTrusted});
  if (!stamp) return check_error(stamp.error());
  // Only one stamp was ever made with this authority's key.
  FUZZ_REQUIRE(stamp->serial == "51a8" && stamp->policy == "1.2.3.4.1");
  const auto other = audit::verify_timestamp(bytes, {base::sha256("x"), {}, kTrusted});
  FUZZ_REQUIRE(!other && other.error().id == "AUD-0032");
}

void check_trusted(std::string_view bytes) {
  const auto store = audit::ts::store_of(bytes, {1'750'000'000'000'000});
  FUZZ_REQUIRE(store || store.error().id == "AUD-0034");
}

}  // namespace

void take(std::string_view bytes) {
  check_response(bytes);
  check_trusted(bytes);
}

}  // namespace stellwerk::fuzz

// What services answer to health probes and HTTP checks. Input: on the first line a JSON pointer, a
// space and the canonical value expected there; then the body.
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "core/http_judgement.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {

void take(std::string_view bytes) {
  const auto [head, body] = halves_of(bytes);
  const auto space = head.find(' ');
  core::HttpExpectation expectation;
  expectation.json.push_back(
      {std::string(head.substr(0, space)),
       std::string(space == head.npos ? std::string_view() : head.substr(space + 1))});
  const core::HttpAnswer answer{.status = 200, .body = body, .took = base::milliseconds(3)};
  const core::HttpJudgement judgement = core::judge(expectation, answer);

  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  FUZZ_REQUIRE(judgement.detail.starts_with("200 in 3 ms"));
  FUZZ_REQUIRE(judgement.detail.size() < 500 && base::valid_utf8(judgement.detail));
  FUZZ_REQUIRE(std::none_of(judgement.detail.begin(), judgement.detail.end(), control));
  FUZZ_REQUIRE(judgement.good == (judgement.detail == "200 in 3 ms"));
  // Good only when the value is there and is the one expected.
  const auto document = base::parse_json(body);
  const auto expected = base::parse_json(expectation.json[0].equals);
  const auto* value = document ? base::at_pointer(*document, expectation.json[0].pointer) : nullptr;
  const bool holds = value != nullptr && expected && *value == *expected;
  FUZZ_REQUIRE(judgement.good == holds);
  FUZZ_REQUIRE(!core::judge({.status = {201}, .json = {}, .time_max = {}}, answer).good);
}

}  // namespace stellwerk::fuzz

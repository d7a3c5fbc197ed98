#include "adapters/haproxy/layout_store.h"

#include <gtest/gtest.h>

namespace stellwerk::adapters::haproxy {
namespace {

Layout layout() {
  Layout layout;
  layout.lease_lengths = {base::seconds(60)};
  ComponentLayout& documents = layout.components[base::ComponentName("document-domain")];
  documents.listen_port = 13070;
  ports::Endpoints endpoints;
  endpoints.version = {base::ComponentName("document-domain"), {1, 3, 0, {}, {}}};
  endpoints.health.url = "/health";
  endpoints.instances.push_back({.id = "document-domain-1.3.0-1",
                                 .host = "127.0.0.1",
                                 .port = 20001,
                                 .state = ports::InstanceState::Ready,
                                 .detail = {},
                                 .restarts = 0});
  documents.replace(endpoints);
  return layout;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  return text.replace(text.find(what), what.size(), with);
}

TEST(LayoutStore, ReadsWhatItWrote) {
  const std::string text = layout_text(layout());
  const auto read = parse_layout(text, "state.json");
  ASSERT_TRUE(read);
  EXPECT_EQ(layout_text(*read), text);
}

// Goal: by this record traffic is sent to ports, so no number is read as another one: 70000 is 4464
// in 16 bits.
TEST(LayoutStore, IsDamagedWhenAValueIsNoneThatWasWritten) {
  const std::string text = layout_text(layout());
  for (const auto& [what, with] :
       {std::pair{"20001", "70000"}, std::pair{"13070", "-1"}, std::pair{"60000000", "1.5"},
        std::pair{"200", "4294967496"}, std::pair{"60000000", "1e40"},
        std::pair{"\"format\": 1", "\"format\": 2"}}) {
    const auto read = parse_layout(replaced(text, what, with), "state.json");
    ASSERT_FALSE(read) << with;
    EXPECT_EQ(read.error().id, "HAP-0008");
  }
}

}  // namespace
}  // namespace stellwerk::adapters::haproxy

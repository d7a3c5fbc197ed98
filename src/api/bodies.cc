#include "api/bodies.h"

#include <string>
#include <vector>

namespace stellwerk::api {
namespace {

/// The text at `key`; empty when there is none.
std::string text_at(const base::Json& body, const char* key) {
  const auto found = body.find(key);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

base::Result<engine::PersonCommand> parse_command(std::string_view body) {
  const auto json = base::parse_json(body, {.size_bytes_max = kCommandBytesMax, .depth_max = 8});
  if (!json) return base::fail(json.error());
  engine::PersonCommand command;
  command.verb = text_at(*json, "command");
  command.reason = text_at(*json, "reason");
  command.step = text_at(*json, "step");
  if (const auto again = json->find("again"); again != json->end() && again->is_array())
    for (const base::Json& step : *again)
      if (step.is_string()) command.again.push_back(step.get<std::string>());
  if (const std::string plan = text_at(*json, "plan"); !plan.empty()) {
    auto digest = base::Digest::parse(plan);
    if (!digest) return base::fail(std::move(digest.error()));
    command.plan = *digest;
  }
  command.decision = text_at(*json, "decision");
  if (std::string text = text_at(*json, "signed_text"); !text.empty())
    command.signed_word = engine::SignedWord{
        std::move(text), text_at(*json, "signature"), text_at(*json, "sealed_reason"), {}};
  return command;
}

base::Json error_json(const base::Error& error) {
  base::Json json = {{"code", std::string(to_string(error.code))},
                     {"id", error.id},
                     {"message", error.message},
                     {"why", error.why},
                     {"state", error.state},
                     {"context", error.context},
                     {"next", base::Json::array()}};
  for (const base::NextStep& step : error.next)
    json["next"].push_back({{"command", step.command}, {"effect", step.effect}});
  return json;
}

base::Error error_from_json(const base::Json& json) {
  base::Error error = base::error(base::Code::Rejected, json.value("id", "API-0003"),
                                  json.value("message", "the engine refused"));
  error.why = json.value("why", "");
  error.state = json.value("state", "");
  error.context = json.value("context", std::vector<std::string>{});
  if (const auto next = json.find("next"); next != json.end() && next->is_array())
    for (const base::Json& step : *next)
      error.next.push_back({step.value("command", ""), step.value("effect", "")});
  return error;
}

}  // namespace stellwerk::api

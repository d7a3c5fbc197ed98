#include "api/routes.h"

#include <fmt/format.h>

#include <chrono>
#include <future>

#include "api/bodies.h"
#include "base/text.h"
#include "engine/view.h"

namespace stellwerk::api {
namespace {

constexpr std::chrono::seconds kPatience{15};
/// A pause or a rollback goes on without the file then.
constexpr std::chrono::seconds kPeoplePatience{1};
constexpr std::string_view kReleases = "/v1/releases";

int status_of(base::Code code) {
  switch (code) {
    case base::Code::InvalidArgument:
      return 400;
    case base::Code::Unauthenticated:
      return 401;
    case base::Code::Forbidden:
      return 403;
    case base::Code::NotFound:
      return 404;
    case base::Code::Conflict:
    case base::Code::Rejected:
      return 409;
    case base::Code::Overloaded:
    case base::Code::Unavailable:
    case base::Code::OutcomeUnknown:
      return 503;
    case base::Code::Corruption:
    case base::Code::Internal:
      return 500;
  }
  return 500;
}

Response refused(const base::Error& error) {
  return {status_of(error.code), base::Json{{"error", error_json(error)}}.dump()};
}

Response not_there(const std::string& path) {
  return refused(
      base::error(base::Code::NotFound, "API-0001",
                  fmt::format("there is nothing at {}", base::printable(path, 100)))
          .because("paths are /v1/releases, /v1/releases/ID and /v1/releases/ID/commands"));
}

Response ending() {
  return refused(base::error(base::Code::Unavailable, "API-0006", "the engine is ending")
                     .now("the request was not carried out")
                     .then("stellwerk release show ID", "where the release stands"));
}

Response too_slow() {
  return refused(
      base::error(base::Code::OutcomeUnknown, "API-0002", "the engine did not answer in time")
          .because("its store or router may hang")
          .now("the command may still be carried out")
          .then("stellwerk release show ID", "where the release stands"));
}

/// Runs `work` on the engine's thread; `work` fulfils the promise, now or when an append is
/// durable. An engine that ends drops it, so that its own end waits for nobody.
template <class Work>
Response on_engine(engine::Engine& engine, Work work) {
  auto promise = std::make_shared<std::promise<Response>>();
  std::future<Response> answer = promise->get_future();
  engine.mailbox().post([promise = std::move(promise), work = std::move(work)] { work(promise); });
  if (answer.wait_for(kPatience) != std::future_status::ready) return too_slow();
  try {
    return answer.get();
  } catch (const std::future_error&) {
    return ending();  // dropped, and the promise with it
  }
}

using Promise = std::shared_ptr<std::promise<Response>>;

Response answer_of(const engine::Answer& answer) {
  if (answer.refusal) return refused(*answer.refusal);
  base::Json body = {{"entries", answer.entries}};
  if (!answer.ignored_because.empty()) body["ignored_because"] = answer.ignored_because;
  return {200, body.dump()};
}

}  // namespace

Response Routes::handle(const Request& request) const {
  const std::string_view path = request.path;
  if (path == kReleases) return request.method == "GET" ? list() : not_there(request.path);
  if (!path.starts_with(std::string(kReleases) + "/")) return not_there(request.path);
  const std::string_view rest = path.substr(kReleases.size() + 1);
  const std::size_t slash = rest.find('/');
  const auto name = base::parse_name(rest.substr(0, slash));
  if (!name) return refused(name.error());
  const base::ReleaseId release(*name);
  if (slash == std::string_view::npos && request.method == "GET") return show(release);
  if (slash != std::string_view::npos && rest.substr(slash) == "/commands" &&
      request.method == "POST")
    return command(release, request);
  return not_there(request.path);
}

Response Routes::list() const {
  return on_engine(engine_, [this](const Promise& promise) {
    base::Json rows = base::Json::array();
    for (const base::ReleaseId& id : engine_.live()) {
      const engine::ReleaseRun* run = engine_.find(id);
      rows.push_back(engine::list_row(run->plan(), run->state()));
    }
    promise->set_value({200, base::Json{{"releases", rows}}.dump()});
  });
}

Response Routes::show(const base::ReleaseId& release) const {
  auto view = std::make_shared<base::Json>();
  Response response = on_engine(engine_, [this, release, view](const Promise& promise) {
    const engine::ReleaseRun* run = engine_.find(release);
    if (run == nullptr) {
      promise->set_value(
          refused(base::error(base::Code::NotFound, "API-0004",
                              fmt::format("release {} is not under way", release.str()))));
      return;
    }
    const engine::LiveFigures live{engine_.watch_of(release), run->now()};
    *view = engine::view_of(run->plan(), run->state(), live);
    promise->set_value({200, {}});
  });
  if (response.status != 200) return response;
  // Texts come from the disk: on this thread, the engine waits for none.
  engine::add_texts(*view, engine_.ports().content);
  response.body = view->dump(-1, ' ', false, base::Json::error_handler_t::replace);
  return response;
}

/// Nothing: the file cannot be read, or its disk does not answer in time.
std::optional<std::vector<core::Person>> Routes::people() const {
  using Found = std::optional<std::vector<core::Person>>;
  const auto promise = std::make_shared<std::promise<Found>>();
  std::future<Found> found = promise->get_future();
  engine_.mailbox().post([this, promise] {
    engine_.ports().lanes.submit(
        {"people", {}, base::seconds(1), {}, false},
        [promise, read = people_now_](const ports::Call&) -> ports::Completion {
          auto people = read();
          promise->set_value(people ? Found(std::move(*people)) : std::nullopt);
          return [] {};
        });
  });
  if (found.wait_for(kPeoplePatience) != std::future_status::ready) return std::nullopt;
  try {
    return found.get();
  } catch (const std::future_error&) {
    return std::nullopt;  // the engine is ending, and says so to what follows
  }
}

/// The signature says who asks, whoever brings it.
Response Routes::signed_command(const base::ReleaseId& release,
                                const engine::PersonCommand& command) const {
  engine::SignedWord word = *command.signed_word;
  word.people_now = people();
  const auto document = engine::keep_signed(word, command.verb, engine_);
  if (!document) return refused(document.error());
  return on_engine(engine_, [this, release, word, document = *document](const Promise& promise) {
    engine_.command_signed(release, word, document, [promise](const engine::Answer& answer) {
      promise->set_value(answer_of(answer));
    });
  });
}

Response Routes::command(const base::ReleaseId& release, const Request& request) const {
  auto parsed = parse_command(request.body);
  if (!parsed) return refused(parsed.error());
  if (parsed->signed_word) return signed_command(release, *parsed);
  auto input = engine::input_of(*parsed, engine_);
  if (!input) return refused(input.error());
  const engine::UserWord word{request.os_user, people()};
  return on_engine(engine_, [this, release, body = *input, word](const Promise& promise) {
    engine_.command_by_user(release, body, word, [promise](const engine::Answer& answer) {
      promise->set_value(answer_of(answer));
    });
  });
}

}  // namespace stellwerk::api

#include "engine/effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/mutation.h"
#include "core/capacity.h"
#include "engine/private_text.h"

namespace stellwerk::engine {
namespace {

constexpr base::Duration kStoreAgain = base::seconds(1);

ports::VersionRef version_ref(const core::PlannedComponent& component, bool new_version) {
  return {component.name, new_version ? component.to : component.from};
}

const core::PlannedComponent& component_of(const EffectContext& context) {
  const auto* component = context.plan->find_component(base::ComponentName(context.intent.subject));
  STELLWERK_CHECK(component != nullptr);
  return *component;
}

base::Duration stop_time(const core::WorkloadSpec& spec) {
  return spec.stop_timeout + base::seconds(15);
}

/// `router:document-domain/health`: what follows the prefix, if the URL has it.
struct ComponentUrl {
  base::ComponentName component;
  std::string path;
};
std::optional<ComponentUrl> behind(std::string_view prefix, const std::string& url) {
  if (!url.starts_with(prefix)) return std::nullopt;
  const std::string rest = url.substr(prefix.size());
  const std::size_t slash = rest.find('/');
  return ComponentUrl{base::ComponentName(rest.substr(0, slash)),
                      slash == std::string::npos ? "/" : rest.substr(slash)};
}

std::string address_of(const ports::Instance& instance) {
  return fmt::format("http://{}:{}", instance.host, instance.port);
}

/// One request, unless the check is of the new version: then each of its instances is asked.
base::Result<std::vector<core::HttpCheck>> requests_of(core::HttpCheck check,
                                                       const core::Plan& plan, EnginePorts& ports) {
  if (!check.tenant.empty()) check.headers[plan.tenant_header] = check.tenant.str();
  if (const auto routed = behind("router:", check.url)) {
    const std::uint16_t port = ports.router.listen_port(routed->component);
    if (port == 0)
      return base::fail(base::Code::NotFound, "ENG-0021",
                        fmt::format("the router serves no component {}", routed->component.str()));
    check.url = fmt::format("http://127.0.0.1:{}{}", port, routed->path);
    return std::vector{std::move(check)};
  }
  const auto direct = behind("new:", check.url);
  if (!direct) return std::vector{std::move(check)};
  const core::PlannedComponent* component = plan.find_component(direct->component);
  if (component == nullptr)
    return base::fail(base::Code::NotFound, "ENG-0021",
                      fmt::format("the release has no component {}", direct->component.str()));
  auto status = ports.workload.status(version_ref(*component, true));
  if (!status) return base::fail(std::move(status.error()));
  std::vector<core::HttpCheck> requests;
  for (const ports::Instance& instance : status->instances) {
    check.url = address_of(instance) + direct->path;
    requests.push_back(check);
  }
  if (!requests.empty()) return requests;
  return base::fail(
      base::Code::NotFound, "ENG-0021",
      fmt::format("no instance of {} {} runs", component->name.str(), component->to.to_string()));
}

/// `STELLWERK_NEW_DOCUMENT_DOMAIN`: where a command finds the new version, beside what it is given.
std::string variable_of(const base::ComponentName& component) {
  std::string name = "STELLWERK_NEW_" + component.str();
  for (char& c : name)
    c = std::isalnum(static_cast<unsigned char>(c)) != 0
            ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
            : '_';
  return name;
}

core::CommandCheck with_addresses(core::CommandCheck check, const core::Plan& plan,
                                  ports::Workload& workload) {
  for (const core::PlannedComponent& component : plan.components) {
    const auto status = workload.status(version_ref(component, true));
    if (!status || status->instances.empty()) continue;
    std::string addresses;
    for (const ports::Instance& instance : status->instances)
      addresses += (addresses.empty() ? "" : " ") + address_of(instance);
    check.command.environment.try_emplace(variable_of(component.name), std::move(addresses));
  }
  return check;
}

EffectResult result_of(ports::StepReport report) {
  EffectResult result;
  result.outcome = report.passed ? core::Outcome::Done : core::Outcome::Failed;
  result.summary = std::move(report.result);
  result.evidence = std::move(report.evidence);
  result.private_evidence = true;
  if (report.summary != result.summary) result.text = std::move(report.summary);
  return result;
}

/// What several requests of one check came to: passed when all are, and the first that is not says
/// why.
ports::StepReport together(std::vector<ports::StepReport> reports) {
  if (reports.size() == 1) return std::move(reports.front());
  const auto bad = std::find_if(reports.begin(), reports.end(),
                                [](const ports::StepReport& each) { return !each.passed; });
  ports::StepReport all = bad == reports.end() ? reports.front() : *bad;
  const std::size_t place = static_cast<std::size_t>(bad - reports.begin()) + 1;
  const std::string where = bad == reports.end()
                                ? fmt::format("{} instances: ", reports.size())
                                : fmt::format("instance {} of {}: ", place, reports.size());
  all.result = where + all.result;
  all.summary = where + all.summary;
  all.evidence.clear();
  for (const ports::StepReport& each : reports)
    all.evidence += (all.evidence.empty() ? "[" : ",") + each.evidence;
  all.evidence += "]";
  return all;
}

/// Its instances ran already when the file was exchanged, so none was started from that.
EffectResult exchanged(const ports::VersionRef& version, const base::Digest& found,
                       const base::Digest& planned) {
  return failure(base::error(base::Code::Rejected, "PRC-0006",
                             fmt::format("what {} {} is started from is not what was planned",
                                         version.component.str(), version.version.to_string()))
                     .because(fmt::format("it is {} now, the plan says {}", found.to_string(),
                                          planned.to_string()))
                     .now("its instances run without traffic"));
}

/// Says what went live, for whoever asks later; the words that said.artifact… translate.
EffectResult deployed(const ports::WorkloadStatus& status, const core::WorkloadSpec& spec,
                      const std::optional<base::Digest>& found) {
  if (found && spec.digest && *found != *spec.digest)
    return exchanged(status.version, *found, *spec.digest);
  EffectResult result;
  result.summary = fmt::format("{} of {} instances ready", status.ready(), spec.instances);
  if (found) {
    result.data["artifact"] = found->to_string();
    result.summary += fmt::format("; artifact {}, {}", found->to_string(),
                                  spec.digest ? "as planned" : "none was planned");
  } else if (spec.digest) {
    result.summary += fmt::format("; artifact {} was not compared", spec.digest->to_string());
  }
  return result;
}

/// How long its requests may take, one after the other.
base::Duration time_for(const core::HttpCheck& http, const core::Plan& plan) {
  const base::Duration one =
      (http.timeout + base::seconds(1)) * std::int64_t{http.attempts} + base::seconds(1);
  const auto direct = behind("new:", http.url);
  const auto* component = direct ? plan.find_component(direct->component) : nullptr;
  return one * std::int64_t{component == nullptr ? 1 : component->new_workload.instances};
}

/// What was done stays done while a disk that takes nothing is waited for, like that of the
/// journal. A rollback waits for no evidence.
bool waits_for_evidence(const EffectContext& context, const EffectResult& given,
                        const core::EffectReturned& returned) {
  return given.outcome == core::Outcome::Done && returned.outcome != core::Outcome::Done &&
         !context.state.rollback;
}

base::Error not_stored(const std::string& id) {
  return base::error(base::Code::Unavailable, id, "evidence cannot be stored")
      .because("the content store does not take it")
      .now("the step is done and waits for it; nothing of it is done again")
      .then("make room on the disk, or mount it for writing", "the release goes on by itself");
}

}  // namespace

EffectResult failure(const base::Error& error) {
  const auto outcome =
      error.code == base::Code::OutcomeUnknown ? core::Outcome::Unknown : core::Outcome::Failed;
  return {outcome, error.id, {}, base::Json::object(), error, error.one_line()};
}

core::WorkloadSpec workload_of(const core::PlannedComponent& component, bool new_version) {
  // What the old version is started from is compared with nothing: no way back is closed.
  core::WorkloadSpec spec = new_version ? component.new_workload : component.old_workload;
  if (new_version) spec.digest = component.artifact;
  return spec;
}

std::vector<ports::HealthTarget> health_targets(const core::Plan& plan,
                                                const std::vector<ports::WorkloadStatus>& running) {
  std::vector<ports::HealthTarget> targets;
  for (const core::Service& service : plan.services) {
    if (service.workload) continue;
    targets.push_back({service.name.str(), service.name, {}, false, service.health});
  }
  for (const ports::WorkloadStatus& status : running) {
    const core::PlannedComponent* component = plan.find_component(status.version.component);
    if (component == nullptr) continue;
    for (const ports::Instance& instance : status.instances) {
      core::HealthCheck check = component->health;
      check.url = fmt::format("http://{}:{}{}", instance.host, instance.port, check.url);
      targets.push_back({instance.id, base::ServiceName(component->name.str()),
                         status.version.version, status.version.version == component->to,
                         std::move(check)});
    }
  }
  return targets;
}

void Effects::start(EffectContext started) {
  const auto context = std::make_shared<const EffectContext>(std::move(started));
  cancelled_.erase(context->intent.key);  // of a decision that could not be written
  switch (context->intent.kind) {
    case core::EffectKind::RunStep:
      return run_step(context);
    case core::EffectKind::DeployVersion:
      return deploy(context);
    case core::EffectKind::MoveTraffic:
      return move_traffic(context);
    case core::EffectKind::ReturnTraffic:
      return return_traffic(context);
    case core::EffectKind::RestoreCapacity:
      return restore_capacity(context);
    case core::EffectKind::SettleTraffic:
      return settle_traffic(context);
    case core::EffectKind::RetireNew:
      return retire(context, false);
    case core::EffectKind::RetireOld:
      return retire(context, true);
    case core::EffectKind::SignCheckpoint:
      return sign_checkpoint(context);
    case core::EffectKind::CheckIntegrity:
      return check_integrity(context);
    case core::EffectKind::CompareKpis:
    case core::EffectKind::WriteSummary:
      return write_report(context);
    case core::EffectKind::KeepWindows:
      return keep_windows(context);
    case core::EffectKind::ArrangeCapacity:
      return arrange_capacity(context);
    case core::EffectKind::BeginDowntime:
      return begin_downtime(context);
    case core::EffectKind::EndDowntime:
      return end_downtime(context);
  }
}

void Effects::cancel(const base::EffectKey& key) {
  ports_.lanes.cancel(key);
  cancelled_.insert(key);
}

void Effects::run(const Context& context, Place place, Work work, Next next) {
  const Next last = [this, context](EffectResult result) { answer(context, std::move(result)); };
  // The completion of a job that ran when its effect was cancelled still arrives.
  if (next)
    next = [this, context, last, more = std::move(next)](EffectResult result) {
      if (!cancelled_.contains(context->intent.key)) return more(std::move(result));
      if (result.outcome == core::Outcome::Done)
        result = {core::Outcome::Unknown, "cancelled", {}, base::Json::object()};
      last(std::move(result));
    };
  else
    next = last;
  ports::JobOptions options{std::move(place.lane), context->intent.key, place.timeout,
                            context->intent.delay, place.urgent};
  ports_.lanes.submit(std::move(options),
                      [work = std::move(work), next = std::move(next)](const ports::Call& call) {
                        auto result = std::make_shared<EffectResult>(work(call));
                        return [result, next] { next(std::move(*result)); };
                      });
}

/// Evidence is durable before the entry that names it.
void Effects::answer(const Context& context, EffectResult result) {
  if (result.error) host_.trouble(*context, *result.error);
  auto returned = std::make_shared<core::EffectReturned>();
  returned->key = context->intent.key;
  returned->outcome = result.outcome;
  returned->summary = std::move(result.summary);
  returned->data = std::move(result.data);
  if (context->emergency) return answer_emergency(context, std::move(*returned));
  // The way back waits for no disk; what went wrong there is told at once (host_.trouble).
  const core::EffectKind kind = context->intent.kind;
  const bool hurries = kind == core::EffectKind::ReturnTraffic ||
                       (kind == core::EffectKind::RestoreCapacity && context->state.rollback);
  if (hurries) result.text.clear();
  if (result.evidence.empty() && result.text.empty()) {
    host_.returned(context->plan->release, std::move(*returned));
    return;
  }
  store(context, std::make_shared<const EffectResult>(std::move(result)), returned, {});
}

void Effects::store(const Context& context, const Given& given, const Answered& returned,
                    base::Duration delay) {
  ports_.lanes.submit({"content", {}, base::seconds(30), delay, false},
                      [this, context, given, returned](const ports::Call&) {
                        keep(context->intent.kind, *given, *returned);
                        return
                            [this, context, given, returned] { stored(context, given, returned); };
                      });
}

/// What could not be is stored again, unless nobody waits for it any more.
void Effects::stored(const Context& context, const Given& given, const Answered& returned) {
  const bool called_off = cancelled_.contains(context->intent.key);
  if (!called_off && waits_for_evidence(*context, *given, *returned)) {
    host_.trouble(*context, not_stored(returned->summary));
    returned->outcome = given->outcome;
    returned->summary = given->summary;
    return store(context, given, returned, kStoreAgain);
  }
  const bool once = context->intent.effect_class == core::EffectClass::Once;
  if (once && returned->outcome != given->outcome)
    returned->outcome = core::Outcome::Unknown;  // it was done, without its evidence
  host_.returned(context->plan->release, std::move(*returned));
}

/// A text that cannot be kept is lost, the answer is not; without its evidence nothing is done.
void Effects::keep(core::EffectKind kind, const EffectResult& result,
                   core::EffectReturned& returned) const {
  if (!result.text.empty())
    if (auto text = keep_text(result.text, ports_.content, ports_.entropy)) returned.text = *text;
  if (result.evidence.empty()) return;
  if (base::mutated(base::Mutation::ForgetEvidence)) {
    returned.evidence = base::sha256(result.evidence);
    return;
  }
  auto digest = result.private_evidence ? keep_text(result.evidence, ports_.content, ports_.entropy)
                                        : ports_.content.put(result.evidence);
  if (digest) {
    returned.evidence = *digest;
  } else if (returned.outcome == core::Outcome::Done) {
    // Windows are still there and can be put again; what else was done is not done.
    const bool is_windows = kind == core::EffectKind::KeepWindows;
    returned.outcome = is_windows ? core::Outcome::Unknown : core::Outcome::Failed;
    returned.summary = digest.error().id;
  }
}

void Effects::run_step(const Context& context) {
  const core::Step* step = context->plan->find_step(base::StepId(context->intent.subject));
  STELLWERK_CHECK(step != nullptr);
  base::Duration timeout = base::seconds(15);
  if (const auto* command = std::get_if<core::CommandCheck>(&step->action))
    timeout = command->timeout;
  if (const auto* http = std::get_if<core::HttpCheck>(&step->action))
    timeout = time_for(*http, *context->plan);

  run(context, {"step:" + context->intent.key.str(), timeout},
      [this, context, step](const ports::Call& call) -> EffectResult {
        ports::StepRequest request{context->plan->release, step->id, {}};
        if (const auto* http = std::get_if<core::HttpCheck>(&step->action))
          return ask(std::move(request), *http, *context->plan, call);
        if (const auto* command = std::get_if<core::CommandCheck>(&step->action))
          request.work = with_addresses(*command, *context->plan, ports_.workload);
        else
          request.work = health_step(*step, *context->plan);
        auto report = ports_.steps.run(request, call);
        if (!report) return failure(report.error());
        return result_of(std::move(*report));
      });
}

/// Every instance is asked, also after one that is not good: the evidence is of all.
EffectResult Effects::ask(ports::StepRequest request, const core::HttpCheck& check,
                          const core::Plan& plan, const ports::Call& call) const {
  auto requests = requests_of(check, plan, ports_);
  if (!requests) return failure(requests.error());
  std::vector<ports::StepReport> reports;
  for (core::HttpCheck& each : *requests) {
    request.work = std::move(each);
    auto report = ports_.steps.run(request, call);
    if (!report) return failure(report.error());
    reports.push_back(std::move(*report));
  }
  return result_of(together(std::move(reports)));
}

ports::HealthStep Effects::health_step(const core::Step& step, const core::Plan& plan) const {
  std::vector<ports::WorkloadStatus> running;
  for (const core::PlannedComponent& component : plan.components)
    if (auto status = ports_.workload.status(version_ref(component, false)))
      running.push_back(std::move(*status));
  return {health_targets(plan, running), std::get<core::HealthAction>(step.action).waived};
}

void Effects::deploy(const Context& context) {
  const core::PlannedComponent& component = component_of(*context);
  core::WorkloadSpec spec = workload_of(component, true);
  spec.instances = core::instances_in_wave(*context->plan, component, 1).new_version;
  run(
      context,
      {"workload:" + component.name.str(),
       spec.start_timeout * std::int64_t{spec.instances} + base::seconds(15)},
      [this, context, &component, spec](const ports::Call& call) -> EffectResult {
        const ports::VersionRef version = version_ref(component, true);
        // First, so that what is said of it was there before anything was started.
        const auto artifact = ports_.workload.artifact(version, spec, call);
        if (!artifact && spec.digest) return failure(artifact.error());
        auto status = ports_.workload.ensure(version, spec, component.health, call);
        if (!status) return failure(status.error());
        return deployed(*status, spec, artifact.value_or(std::nullopt));
      },
      [this, context, &component](EffectResult result) {
        serve(context, version_ref(component, true), std::move(result));
      });
}

void Effects::restore_capacity(const Context& context) {
  const core::PlannedComponent& component = component_of(*context);
  const core::WorkloadSpec spec = workload_of(component, false);
  const bool urgent = context->state.rollback.has_value();
  run(
      context,
      {"workload:" + component.name.str(),
       spec.start_timeout * std::int64_t{spec.instances} + base::seconds(15), urgent},
      [this, context, &component, spec, urgent](const ports::Call& call) -> EffectResult {
        const ports::VersionRef old = version_ref(component, false);
        if (!urgent)
          if (const auto wrong = wrong_version(old, call)) return failure(*wrong);
        auto status = ports_.workload.ensure(old, spec, component.health, call);
        if (!status) return failure(status.error());
        return {core::Outcome::Done,
                fmt::format("{} of {} instances ready", status->ready(), spec.instances),
                {},
                base::Json::object()};
      },
      [this, context, &component, urgent](EffectResult result) {
        const ports::VersionRef old = version_ref(component, false);
        const bool had_given_way = urgent && context->plan->capacity == core::Capacity::InPlace;
        if (had_given_way && result.outcome != core::Outcome::Done)
          serve_part(context, old, std::move(result));
        else
          serve(context, old, std::move(result));
      });
}

/// No route names the version any more. First its requests end, then the router forgets it, then
/// its instances stop; each where nothing else has to wait for it.
void Effects::retire(const Context& context, bool old_version) {
  const core::PlannedComponent& component = component_of(*context);
  const core::WorkloadSpec spec = workload_of(component, !old_version);
  const ports::VersionRef version = version_ref(component, !old_version);
  run(
      context, {"drain:" + component.name.str(), spec.drain},
      [this, spec, version](const ports::Call& call) -> EffectResult {
        // A router that does not answer passes on no request that could be waited for.
        const auto left = ports_.router.drain(version, ports::Drained::Version, call);
        std::string cut;
        if (left && *left > 0)
          cut = fmt::format("; {} requests had not ended after {}", *left,
                            base::to_string(spec.drain));
        return {core::Outcome::Done, std::move(cut), {}, base::Json::object()};
      },
      [this, context, version](EffectResult drained) {
        remove(context, version, std::move(drained.summary));
      });
}

void Effects::remove(const Context& context, const ports::VersionRef& version, std::string cut) {
  const core::PlannedComponent& component = component_of(*context);
  const core::WorkloadSpec spec = workload_of(component, version.version == component.to);
  run(
      context, {"router", base::seconds(20)},
      [this, version](const ports::Call& call) -> EffectResult {
        const ports::Endpoints none{version, {}, {}};
        auto gone = ports_.router.endpoints({&none, 1}, call);
        return gone ? EffectResult{} : failure(gone.error());
      },
      [this, context, &component, spec, version, cut](EffectResult removed) {
        if (removed.outcome != core::Outcome::Done) return answer(context, std::move(removed));
        run(context, {"workload:" + component.name.str(), stop_time(spec)},
            [this, spec, version, cut](const ports::Call& call) -> EffectResult {
              auto retired = ports_.workload.retire(version, spec, call);
              if (!retired) return failure(retired.error());
              return {core::Outcome::Done,
                      fmt::format("{} stopped{}", version.version.to_string(), cut),
                      {},
                      base::Json::object()};
            });
      });
}

/// The head is read beside the writer, so that it is known which entries of the release it covers.
void Effects::sign_checkpoint(const Context& context) {
  struct Read {
    ports::Head head;
    std::uint64_t stream_version = 0;
  };
  auto read = std::make_shared<Read>();
  run(
      context, {"store", base::seconds(10)},
      [this, context, read, written = committer_.written()](const ports::Call&) -> EffectResult {
        auto head = ports_.journal.head();
        if (!head) return failure(head.error());
        *read = {*head, (*written)[context->plan->release]};
        return {};
      },
      [this, context, read](EffectResult result) {
        if (result.outcome != core::Outcome::Done) return answer(context, std::move(result));
        host_.publish(read->head, [this, context, read](base::Result<Published> published) {
          if (!published) return answer(context, failure(published.error()));
          EffectResult signed_head{core::Outcome::Done,
                                   fmt::format("{} entries", published->head.size),
                                   std::move(published->note), base::Json::object()};
          signed_head.data["tree_size"] = published->head.size;
          signed_head.data["root"] = published->head.root.to_string();
          signed_head.data["stream_version"] = read->stream_version;
          answer(context, std::move(signed_head));
        });
      });
}

void Effects::check_integrity(const Context& context) {
  // Through a lane only for the delay of a repeated attempt.
  run(
      context, {"integrity", base::seconds(10)},
      [](const ports::Call&) -> EffectResult { return {}; },
      [this, context](const EffectResult&) {
        host_.check_journal(context->plan->release, [this, context](EffectResult result) {
          answer(context, std::move(result));
        });
      });
}

/// The text is taken at once: the next wave begins a new one.
void Effects::keep_windows(const Context& context) {
  EffectResult windows = host_.report(*context);
  run(context, {"content", base::seconds(10)},
      [windows = std::move(windows)](const ports::Call&) { return windows; });
}

void Effects::write_report(const Context& context) { answer(context, host_.report(*context)); }

}  // namespace stellwerk::engine

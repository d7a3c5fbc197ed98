#include "adapters/process/records.h"

namespace stellwerk::adapters::process {
namespace {

using base::Json;

constexpr int kFormat = 1;

Json command_json(const core::CommandSpec& command) {
  return Json{{"arguments", command.arguments},
              {"environment", command.environment},
              {"user", command.user},
              {"working_folder", command.working_folder}};
}

Json spec_json(const core::WorkloadSpec& spec) {
  Json value{{"command", command_json(spec.command)},
             {"drain_us", spec.drain.us},
             {"instances", spec.instances},
             {"start_timeout_us", spec.start_timeout.us},
             {"stop_timeout_us", spec.stop_timeout.us}};
  if (!spec.artifact_file.empty()) value["artifact_file"] = spec.artifact_file;
  if (spec.digest) value["digest"] = spec.digest->to_string();
  if (spec.ports) value["ports"] = {spec.ports->first, spec.ports->second};
  return value;
}

Json health_json(const core::HealthCheck& health) {
  Json conditions = Json::array();
  for (const auto& condition : health.expect.json)
    conditions.push_back({{"equals", condition.equals}, {"pointer", condition.pointer}});
  Json value{{"json", std::move(conditions)},
             {"status", health.expect.status},
             {"timeout_us", health.timeout.us},
             {"url", health.url}};
  if (health.expect.time_max) value["time_max_us"] = health.expect.time_max->us;
  return value;
}

std::optional<base::Digest> digest_at(const Json& value, const char* key) {
  if (!value.contains(key)) return std::nullopt;
  const auto digest = base::Digest::parse(value.at(key).get<std::string>());
  if (!digest) throw Json::other_error::create(0, "no digest", &value);
  return *digest;
}

core::CommandSpec command_from(const Json& value) {
  core::CommandSpec command;
  value.at("arguments").get_to(command.arguments);
  value.at("environment").get_to(command.environment);
  value.at("user").get_to(command.user);
  value.at("working_folder").get_to(command.working_folder);
  return command;
}

core::WorkloadSpec spec_from(const Json& value) {
  core::WorkloadSpec spec;
  spec.command = command_from(value.at("command"));
  value.at("drain_us").get_to(spec.drain.us);
  value.at("instances").get_to(spec.instances);
  value.at("start_timeout_us").get_to(spec.start_timeout.us);
  value.at("stop_timeout_us").get_to(spec.stop_timeout.us);
  spec.artifact_file = value.value("artifact_file", "");
  spec.digest = digest_at(value, "digest");
  if (value.contains("ports"))
    spec.ports.emplace(value.at("ports").at(0).get<std::uint16_t>(),
                       value.at("ports").at(1).get<std::uint16_t>());
  return spec;
}

core::HealthCheck health_from(const Json& value) {
  core::HealthCheck health;
  value.at("url").get_to(health.url);
  value.at("status").get_to(health.expect.status);
  value.at("timeout_us").get_to(health.timeout.us);
  for (const auto& condition : value.at("json"))
    health.expect.json.push_back(
        {condition.at("pointer").get<std::string>(), condition.at("equals").get<std::string>()});
  if (value.contains("time_max_us"))
    health.expect.time_max = base::Duration{value.at("time_max_us").get<std::int64_t>()};
  return health;
}

WorkloadRecord workload_from(const Json& value) {
  WorkloadRecord record;
  const auto version = base::SemVer::parse(value.at("version").get<std::string>());
  if (value.at("format") != kFormat || !version)
    throw Json::other_error::create(0, "unknown", &value);
  record.version = {base::ComponentName(value.at("component").get<std::string>()), *version};
  record.spec = spec_from(value.at("spec"));
  record.health = health_from(value.at("health"));
  value.at("wanted").get_to(record.wanted);
  return record;
}

InstanceRecord instance_from(const Json& value) {
  InstanceRecord record;
  const auto digest = base::Digest::parse(value.at("command").get<std::string>());
  if (value.at("format") != kFormat || !digest)
    throw Json::other_error::create(0, "unknown", &value);
  record.command = *digest;
  record.artifact = digest_at(value, "artifact");
  value.at("number").get_to(record.number);
  value.at("port").get_to(record.port);
  value.at("restarts").get_to(record.restarts);
  value.at("pid").get_to(record.process.pid);
  value.at("start_ticks").get_to(record.process.start_ticks);
  value.at("boot_id").get_to(record.process.boot_id);
  return record;
}

/// The library reports a missing key or a wrong type by throwing; here that ends. It makes 4464 of
/// the port 70000 and 1 of 1.5 without a word, so what was read must be all that stands there; and
/// what it makes of 1e40 is undefined, so there are no fractions.
template <class Read>
auto readable(Read read, const Json& value) -> std::optional<decltype(read(value))> {
  if (!base::canonical(value)) return std::nullopt;
  try {
    auto record = read(value);
    if (to_json(record) == value) return record;
    return std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

base::Digest command_digest(const core::CommandSpec& command) {
  return base::sha256(command_json(command).dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json to_json(const WorkloadRecord& record) {
  return Json{{"component", record.version.component.str()},   {"format", kFormat},
              {"health", health_json(record.health)},          {"spec", spec_json(record.spec)},
              {"version", record.version.version.to_string()}, {"wanted", record.wanted}};
}

Json to_json(const InstanceRecord& record) {
  Json value{{"boot_id", record.process.boot_id},
             {"command", record.command.to_string()},
             {"format", kFormat},
             {"number", record.number},
             {"pid", record.process.pid},
             {"port", record.port},
             {"restarts", record.restarts},
             {"start_ticks", record.process.start_ticks}};
  if (record.artifact) value["artifact"] = record.artifact->to_string();
  return value;
}

std::optional<WorkloadRecord> workload_from_json(const Json& value) {
  return readable(workload_from, value);
}

std::optional<InstanceRecord> instance_from_json(const Json& value) {
  return readable(instance_from, value);
}

}  // namespace stellwerk::adapters::process

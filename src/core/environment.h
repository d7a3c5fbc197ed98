// environment.h — the installation a release runs in, as `stellwerk.yaml` describes it (without
// adapters' settings).
//
// Thread-safety: values.          Invariants (checked by config): names are unique; weights are
// positive.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/messages.h"
#include "base/time.h"
#include "core/words.h"

namespace stellwerk::core {

/// A condition on a JSON body: the value at an RFC 6901 pointer equals this canonical JSON text
/// (`"ok"`, `true`, `3`).
struct JsonCondition {
  std::string pointer;
  std::string equals;
  friend bool operator==(const JsonCondition&, const JsonCondition&) = default;
};

/// What an HTTP answer must be to count as good.
struct HttpExpectation {
  std::vector<int> status = {200};
  std::vector<JsonCondition> json;
  std::optional<base::Duration> time_max;
  friend bool operator==(const HttpExpectation&, const HttpExpectation&) = default;
};

/// A health check. `url` is absolute for a service that runs elsewhere; for a component's own
/// instances it is a path.
struct HealthCheck {
  std::string url;
  HttpExpectation expect;
  base::Duration timeout = base::seconds(1);
  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

/// A program started without a shell. `{version}`, `{port}`, `{instance}` and `{component}` are
/// replaced in arguments and environment values.
struct CommandSpec {
  std::vector<std::string>
      arguments;  ///< [0] is the program; relative paths are relative to the file that names it
  std::map<std::string, std::string> environment;
  std::string working_folder;  ///< empty: the folder of the file that names it
  std::string user;            ///< operating-system user; empty: ours
  friend bool operator==(const CommandSpec&, const CommandSpec&) = default;
};

/// How instances of a component run.
struct WorkloadSpec {
  CommandSpec command;
  std::uint32_t instances = 2;                       ///< 1 to 64, per version
  base::Duration start_timeout = base::seconds(30);  ///< until healthy
  base::Duration drain = base::seconds(30);  ///< open requests and long connections may finish
  base::Duration stop_timeout = base::seconds(10);  ///< from SIGTERM to SIGKILL
  std::optional<std::pair<std::uint16_t, std::uint16_t>>
      ports;  ///< inclusive range; empty: any free loopback port
  /// What a version consists of, with `{version}` and `{component}`; empty: the program itself.
  std::string artifact_file = {};
  /// Its SHA-256, without which no instance is started; empty: it is not compared. In a plan it
  /// stands with the component.
  std::optional<base::Digest> digest = {};
  friend bool operator==(const WorkloadSpec&, const WorkloadSpec&) = default;
};

enum class GaugeFormat : std::uint8_t { Json, Prometheus };
/// A number read from a component's instances by HTTP; `consumer_lag` is the one the guard limits.
struct GaugeSpec {
  std::string name;  ///< `consumer_lag` or any name of [a-z0-9_]
  std::string path;  ///< on each instance; values of instances are summed
  GaugeFormat format = GaugeFormat::Json;
  std::string selector;  ///< JSON pointer, or metric name with optional {label="value"}
  base::Duration interval = base::seconds(1);
  base::Duration timeout = base::seconds(1);
  friend bool operator==(const GaugeSpec&, const GaugeSpec&) = default;
};

struct Service {
  base::ServiceName name;
  HealthCheck health;
  std::optional<WorkloadSpec>
      workload;  ///< empty: Stellwerk only watches it; it cannot be a component
  std::vector<GaugeSpec> gauges;
  std::uint16_t listen_port = 0;  ///< the router's port for it; 0: chosen and kept
  friend bool operator==(const Service&, const Service&) = default;
};

struct Tenant {
  base::TenantId id;
  std::uint32_t weight = 1;  ///< usual share of traffic, relative; 1 to 1,000,000
  friend bool operator==(const Tenant&, const Tenant&) = default;
};

/// An OpenSSH key with which a person signs.
struct PersonKey {
  std::string key;                            ///< `ssh-ed25519 AAAA… comment`
  std::optional<base::WallTime> valid_after;  ///< signatures before it do not count
  std::optional<base::WallTime> valid_before;
  std::optional<base::WallTime> revoked;  ///< signatures from then on do not count
  friend bool operator==(const PersonKey&, const PersonKey&) = default;
};

struct Person {
  base::PersonId id;
  std::string os_user;  ///< whom the operating system calls so; unique
  std::vector<Role> roles;
  std::vector<PersonKey> keys = {};
  friend bool operator==(const Person&, const Person&) = default;
};

struct Environment {
  base::InstallationId installation;
  base::Locale locale = base::Locale::De;
  std::string data_folder;  ///< absolute
  std::string tenant_header = "x-tenant-id";
  std::vector<Tenant> tenants;
  std::vector<Service> services;
  std::vector<Person> people;
  bool unsigned_approvals = false;  ///< accepted also where a release type demands signatures
  std::string allowed_signers;      ///< absolute path of an OpenSSH file; empty: none
  bool self_approval = false;       ///< who requested a release may approve it alone
  bool two_persons = false;         ///< two different people approve, whatever the type demands
  bool signed_commands = false;     ///< what people ask for counts only signed

  [[nodiscard]] const Service* find_service(const base::ServiceName& name) const;
  [[nodiscard]] const Tenant* find_tenant(const base::TenantId& id) const;
  [[nodiscard]] const Person* find_person(const base::PersonId& id) const;
  [[nodiscard]] const Person* find_os_user(std::string_view os_user) const;
  friend bool operator==(const Environment&, const Environment&) = default;
};

}  // namespace stellwerk::core

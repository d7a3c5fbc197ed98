// settings.h — what a user may set for HAProxy, and what the environment gives it.
//
// Role: both halves of this adapter (HaproxyRouter, HaproxyMetrics) are made from these two
// structs. Start here: HaproxySettings                                          Thread-safety:
// values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

namespace stellwerk::adapters::haproxy {

/// The keys of the section `adapter: haproxy` in stellwerk.yaml.
struct HaproxySettings {
  std::string program = "haproxy";  ///< a path, or a name looked up in PATH
  std::uint32_t connections_max = 4096;
  base::Duration connect_timeout = base::seconds(2);
  base::Duration queue_timeout = base::seconds(5);
  base::Duration client_timeout = base::seconds(60);
  base::Duration server_timeout = base::seconds(60);
  base::Duration keep_alive_timeout = base::seconds(10);
  base::Duration drain = base::seconds(30);    ///< what a reload leaves to open connections
  std::uint32_t request_log_bytes = 8u << 20;  ///< buffered by HAProxy while nobody reads
  std::string maintenance_page;                ///< a file; empty: a page of ours
  friend bool operator==(const HaproxySettings&, const HaproxySettings&) = default;
};

/// A component that gets a port of its own on loopback.
struct RoutedService {
  base::ComponentName component;
  std::uint16_t listen_port = 0;  ///< 0: chosen once and kept
};

/// What the environment says: where our files are, who the tenants are, which services exist.
struct HaproxyInstallation {
  std::string folder;  ///< absolute; ours alone; made when missing
  std::string tenant_header = "x-tenant-id";
  std::vector<base::TenantId> tenants;  ///< the known ones: they never fall into a bucket
  std::vector<RoutedService> services;
};

/// @errors InvalidArgument HAP-0001: a name or number that HAProxy could not be given
base::Result<void> check_settings(const HaproxySettings& settings,
                                  const HaproxyInstallation& installation);

}  // namespace stellwerk::adapters::haproxy

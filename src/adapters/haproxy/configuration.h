// configuration.h — HAProxy's configuration as a pure function of what it is to do.
//
// Role: HaproxyRouter renders, validates and installs it; a person may read it, never edit it.
// Start here: render()       Thread-safety: pure functions.       Spec: docs/routing.md;
// HAProxy 2.6 configuration manual. Invariants: same layout, same text; nothing in it depends on
// the routes or on time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adapters/haproxy/settings.h"
#include "base/ids.h"
#include "base/semver.h"
#include "core/routing.h"
#include "ports/traffic_router.h"

namespace stellwerk::adapters::haproxy {

/// One component: its port, and the versions that have servers, lowest first.
struct ComponentLayout {
  std::uint16_t listen_port = 0;
  std::vector<ports::Endpoints> versions;

  [[nodiscard]] const ports::Endpoints* find(const base::SemVer& version) const;
  void replace(const ports::Endpoints& endpoints);  ///< no instances: removes the version
};

/// All that HAProxy is to serve.
struct Layout {
  std::map<base::ComponentName, ComponentLayout> components;
  std::vector<base::Duration> lease_lengths;

  [[nodiscard]] bool has_servers(const base::ComponentName& component,
                                 const base::SemVer& version) const;
};

struct Configuration {
  std::string text;
  std::string digest;  ///< HAProxy shows it as its description: how we know what it runs
};

/// @errors Rejected HAP-0001: a name, host or path that cannot stand in a configuration
/// @param page  digest of the page of maintenance in the folder: HAProxy reads it with this text
base::Result<Configuration> render(const Layout& layout, const HaproxySettings& settings,
                                   const std::string& tenant_header, const std::string& page = {});

}  // namespace stellwerk::adapters::haproxy

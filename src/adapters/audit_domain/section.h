// section.h — the section `adapter: audit-domain` (events) of stellwerk.yaml.
#pragma once

#include <optional>
#include <string>

#include "base/secret.h"
#include "base/time.h"
#include "config/section.h"

namespace stellwerk::adapters::audit_domain {

struct Settings {
  std::string url;     ///< of the service, without its paths
  std::string tenant;  ///< whose chain the rows go to
  base::Duration timeout = base::seconds(5);
  std::optional<base::SecretReference> token;
  std::string ip = "127.0.0.1";
};

/// Every problem of a section at once; unknown keys are problems.
config::Loaded<Settings> read_settings(const config::Section& section);
/// `http://127.0.0.1:3090#tenant`: one chain, so one subscriber.
std::string target_of(const Settings& settings);
/// For the schema and the documentation.
const config::Table<Settings>& settings_table();

}  // namespace stellwerk::adapters::audit_domain

// names.h — the files and names by which HAProxy and we know the same things.
//
// HAProxy runs with the folder as its working folder, so all its names are short and fixed.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace stellwerk::adapters::haproxy {

inline constexpr const char* kConfigFile = "haproxy.cfg";
inline constexpr const char* kNextConfigFile = "haproxy.cfg.next";
inline constexpr const char* kRoutesFile = "routes.map";
inline constexpr const char* kCarriedFile = "carried.map";    ///< leases alive during a reload
inline constexpr const char* kPageFile = "maintenance.html";  ///< shown during a downtime
/// As long as a new worker believes that file at most: a busy machine may take seconds to give it
/// the leases, and a tenant must not go to and fro meanwhile.
inline constexpr base::Duration kCarriedFor = base::seconds(10);
inline constexpr const char* kStateFile = "state.json";
inline constexpr const char* kProcessFile = "process.json";
inline constexpr const char* kOutputFile = "haproxy.log";
inline constexpr const char* kWriteSocket = "admin.sock";
inline constexpr const char* kReadSocket = "read.sock";
inline constexpr const char* kMasterSocket = "master.sock";
inline constexpr const char* kRequestRing = "requests";

/// The stick-table of leases of this length: `leases-60000` (milliseconds).
std::string lease_table(base::Duration length);

/// True for text that may stand unquoted in a configuration, a map and a runtime command:
/// letters, digits and . _ - : /
bool plain_name(std::string_view text);

}  // namespace stellwerk::adapters::haproxy

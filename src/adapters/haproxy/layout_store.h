// layout_store.h — the layout on disk: ports that were chosen stay, and a restart of Stellwerk
// knows which versions HAProxy serves.
//
// Thread-safety: one writer.                                               Start here:
// load_layout()
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/haproxy/configuration.h"
#include "base/result.h"

namespace stellwerk::adapters::haproxy {

/// The stored layout, an empty one when there is none yet.
/// @errors Corruption HAP-0008: the file is not what was written; Unavailable BAS-0012
base::Result<Layout> load_layout(const std::string& path);
/// @errors Unavailable BAS-0012: nothing changed
base::Result<void> save_layout(const std::string& path, const Layout& layout);

/// The text of a stored layout, and back. @param file  its name in the error. @errors Corruption
/// HAP-0008: not what layout_text() writes
std::string layout_text(const Layout& layout);
base::Result<Layout> parse_layout(std::string_view text, const std::string& file);

/// Gives every service its port, choosing free ones on loopback for those without.
/// @errors Unavailable HAP-0006: the system has no free port
base::Result<void> assign_ports(Layout& layout, const std::vector<RoutedService>& services);

}  // namespace stellwerk::adapters::haproxy

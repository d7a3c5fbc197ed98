// maintenance_page.h — the page that HAProxy answers with during a downtime.
//
// Role: HaproxyRouter puts it into its folder; the configuration names it. Start here:
// install_page()                                                  Thread-safety: one writer.
#pragma once

#include <string>

#include "base/result.h"

namespace stellwerk::adapters::haproxy {

/// Copies `file` (empty: a page of our own, German and English) into the router's folder, unless it
/// is there already.
/// @return its digest: another page is another configuration
/// @errors InvalidArgument HAP-0001: no such file, or larger than HAProxy can answer with;
/// Unavailable BAS-0012: it cannot be written
base::Result<std::string> install_page(const std::string& folder, const std::string& file);

}  // namespace stellwerk::adapters::haproxy

// reference.h — the reference pages of both files in Markdown, made from the field tables.
//
// Role: docs/reference/release-file.md and environment-file.md are these texts; a test compares.
// Start here: release_page()                                             Thread-safety: any thread.
#pragma once

#include <string>

#include "config/description.h"

namespace stellwerk::config {

std::string release_page();
std::string environment_page();
/// The table of one object's keys and of the objects in it, for an adapter's own page.
std::string settings_page(const ObjectInfo& settings);

}  // namespace stellwerk::config

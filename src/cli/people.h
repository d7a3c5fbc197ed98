// people.h — the keys of people: from stellwerk.yaml and from an allowed_signers file beside it.
//
// Role: after config has read the file, which does not know what a key is.  Start here: add_keys()
// Thread-safety: one thread.                                  Spec: docs/approvals.md
#pragma once

#include "config/load.h"

namespace stellwerk::cli {

/// Checks every key of the people, and adds those of the allowed_signers file to whom it names.
/// The keys of witnesses and the file of certificates are looked at, too.
/// Problems: CFG-0014: no usable OpenSSH key, a principal that is nobody here, a file that cannot
/// be read; with the place in stellwerk.yaml or in that file. Then there is no value any more.
void add_keys(config::Loaded<config::EnvironmentFile>& loaded);

/// The people of that stellwerk.yaml as it is now, with their keys.
/// @errors the first problem of the file
base::Result<std::vector<core::Person>> people_now(const std::string& path);

}  // namespace stellwerk::cli

// ssh_sign.h — has ssh-keygen sign a message: the private key stays with OpenSSH and its agent.
//
// Thread-safety: one thread.        Spec: ssh-keygen(1) "-Y sign"; docs/spec/approvals.md
#pragma once

#include <string>

#include "base/result.h"
#include "cli/world.h"

namespace stellwerk::app {

/// Runs `ssh-keygen -Y sign`, found in PATH, without a shell. It may ask for the passphrase on the
/// terminal, and writes its messages to stderr.
/// @return the armored signature
/// @errors Unavailable CLI-0006: it cannot be run, or did not sign
base::Result<std::string> ssh_sign(const cli::SshSignRequest& request);

}  // namespace stellwerk::app

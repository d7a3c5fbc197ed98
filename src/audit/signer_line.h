// signer_line.h — one line of an allowed_signers file, read; and the times in it.
//
// Role: under allowed_signers and approval; nothing else needs it.   Start here: read_signer_line
// Thread-safety: any thread.                     Spec: ssh-keygen(1), ALLOWED SIGNERS
#pragma once

#include <string>
#include <string_view>

#include "audit/allowed_signers.h"
#include "base/result.h"
#include "base/time.h"

namespace stellwerk::audit {

/// @param line   neither blank nor a comment, without its end
/// @param where  its file and line, for errors; the column is set here
/// @errors InvalidArgument AUD-0024
base::Result<AllowedSigner> read_signer_line(std::string_view line, base::SourcePosition where);

/// `20260101000000Z`: in UTC, as OpenSSH 9.1 and later understand it, whatever their time zone.
std::string openssh_time(base::WallTime t);

/// Rounded down, also before 1970.
base::WallTime whole_second(base::WallTime t);

/// The error of this file, AUD-0024.
base::Failure no_signer_line(base::SourcePosition where, std::string why);

}  // namespace stellwerk::audit

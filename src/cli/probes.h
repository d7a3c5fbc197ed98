// probes.h — looking at the machine for doctor: a program's words, a port, a health URL.
//
// Thread-safety: any thread. Each blocks at most two seconds.           Start here: any of them
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/environment.h"
#include "core/http_judgement.h"

namespace stellwerk::cli {

/// What a program prints when run so (at most 64 KiB, its errors with it); empty: it is not there.
std::optional<std::string> output_of(const std::vector<std::string>& arguments);
/// The program as posix_spawnp would find it: with a `/` as it is, else in PATH or /usr/sbin.
bool can_be_started(const std::string& program);
/// Nobody listens on it on the loopback interface.
bool port_is_free(std::uint16_t port);
core::HttpJudgement ask_health(const core::HealthCheck& check);
/// `2.6.12` out of `HAProxy version 2.6.12-1+deb12u2 2024/…`; empty: none in it.
std::string version_in(const std::string& text);
/// Whether a dotted version is at least major.minor.
bool at_least(const std::string& version, int major, int minor);

}  // namespace stellwerk::cli

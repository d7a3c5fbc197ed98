#include "adapters/haproxy/section.h"

#include <array>

namespace stellwerk::adapters::haproxy {
namespace {

using config::field;

constexpr std::int64_t kMillisecond = base::milliseconds(1).us;
constexpr std::int64_t kHour = base::hours(1).us;

constexpr std::array kFields = {
    field<&HaproxySettings::program>(
        {.key = "program", .text = "The HAProxy to run: a path, or a name looked up in PATH."}),
    field<&HaproxySettings::connections_max>({.key = "connections_max",
                                              .text = "Connections served at once; more wait.",
                                              .min = 10,
                                              .max = 1000000}),
    field<&HaproxySettings::connect_timeout>(
        {.key = "connect_timeout",
         .text = "How long connecting to an instance may take.",
         .min = kMillisecond,
         .max = kHour}),
    field<&HaproxySettings::queue_timeout>(
        {.key = "queue_timeout",
         .text = "How long a request may wait for a free connection.",
         .min = kMillisecond,
         .max = kHour}),
    field<&HaproxySettings::client_timeout>(
        {.key = "client_timeout",
         .text = "How long a client may be silent while it sends or receives.",
         .min = kMillisecond,
         .max = kHour}),
    field<&HaproxySettings::server_timeout>(
        {.key = "server_timeout",
         .text = "How long an instance may take to answer; then the request fails with 504.",
         .min = kMillisecond,
         .max = kHour}),
    field<&HaproxySettings::keep_alive_timeout>(
        {.key = "keep_alive_timeout",
         .text = "How long a client's connection is kept for its next request.",
         .min = kMillisecond,
         .max = kHour}),
    field<&HaproxySettings::drain>(
        {.key = "drain",
         .text = "How long connections may go on that were open when servers changed.",
         .min = base::seconds(1).us,
         .max = base::hours(24).us}),
    field<&HaproxySettings::request_log_bytes>(
        {.key = "request_log_bytes",
         .text = "How much of the request log HAProxy keeps while nobody reads it.",
         .unit = "bytes",
         .min = 65536,
         .max = 1 << 30}),
    field<&HaproxySettings::maintenance_page>(
        {.key = "maintenance_page",
         .text = "The HTML page shown during a downtime, at most 14000 bytes, with everything it "
                 "needs in itself.",
         .default_text = "a page in German and English",
         .syntax = &config::kFile})};

constexpr config::Table<HaproxySettings> kTable{
    .name = "router haproxy",
    .text =
        "HAProxy on this machine, run by Stellwerk: routes requests by tenant and measures "
        "them.",
    .fields = kFields};

}  // namespace

config::Loaded<HaproxySettings> read_settings(const config::Section& section) {
  return config::read_section(section, kTable);
}

const config::Table<HaproxySettings>& settings_table() { return kTable; }

}  // namespace stellwerk::adapters::haproxy

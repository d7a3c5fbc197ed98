#include "adapters/audit_domain/section.h"

#include <fmt/format.h>

#include <array>

#include "config/codec.h"

namespace stellwerk::adapters::audit_domain {
namespace {

constexpr std::array kFields = {
    config::field<&Settings::url>(
        {.key = "url",
         .text = "Where audit-domain answers, without the path /audit/api/v1.",
         .required = true,
         .syntax = &config::kHttpUrl}),
    config::field<&Settings::tenant>({.key = "tenant",
                                      .text = "The tenant whose chain the events go to, exactly as "
                                              "the ERP writes it.",
                                      .required = true,
                                      .syntax = &config::kLine}),
    config::field<&Settings::timeout>({.key = "timeout",
                                       .text = "How long one request may take.",
                                       .min = 100000,
                                       .max = 30000000}),
    config::field<&Settings::token>(
        {.key = "token",
         .text = "Sent as bearer token, for a gateway in front of the service; read anew at every "
                 "delivery."}),
    config::field<&Settings::ip>(
        {.key = "ip",
         .text = "What stands in the field ip of its rows, which must not be missing.",
         .syntax = &config::kLine})};

void finish(config::Reading& reading, Settings& settings) {
  if (!reading.sound("url") || settings.url.find_first_of("?#") == std::string::npos) return;
  reading.report_at("url", config::problem("CFG-0006", "the URL of a service ends with its path",
                                           "leave out what begins with ? or #"));
}

constexpr config::Table<Settings> kTable{.name = "events audit-domain",
                                         .text = "Public events as rows of the ERP's audit-domain.",
                                         .fields = kFields,
                                         .finish = finish};

}  // namespace

config::Loaded<Settings> read_settings(const config::Section& section) {
  auto loaded = config::read_section(section, kTable);
  // The paths begin with a slash of their own.
  if (loaded.value)
    while (loaded.value->url.ends_with('/')) loaded.value->url.pop_back();
  return loaded;
}

std::string target_of(const Settings& settings) {
  return fmt::format("{}#{}", settings.url, settings.tenant);
}

const config::Table<Settings>& settings_table() { return kTable; }

}  // namespace stellwerk::adapters::audit_domain

#include "app/mirrors.h"

#include <utility>

#include "adapters/audit_domain/row_walk.h"
#include "adapters/audit_domain/section.h"
#include "adapters/http/curl_http_client.h"
#include "adapters/http/curl_loop.h"
#include "audit/erp_mirror.h"

namespace stellwerk::app {
namespace {

namespace audit_domain = adapters::audit_domain;

constexpr std::string_view kMirrorAdapter = "audit-domain";
/// They are in memory all at once, each with the entry that it carries.
constexpr std::size_t kMirrorRowsMax = 200'000;
constexpr base::Duration kMirrorPatience = base::minutes(30);

/// What all mirrors of one command share.
struct MirrorLine {
  std::unique_ptr<adapters::http::CurlLoop> curl;
  std::unique_ptr<adapters::http::CurlHttpClient> http;
  base::Scrubber scrubber;
};

class AuditDomainMirror final : public cli::Mirror {
 public:
  AuditDomainMirror(audit_domain::Settings settings, std::string installation,
                    std::shared_ptr<MirrorLine> line, const ports::Clock& clock)
      : line_(std::move(line)),
        clock_(clock),
        source_{std::move(installation), settings.ip},
        target_(audit_domain::target_of(settings)),
        api_(std::move(settings), {*line_->http, clock, line_->scrubber}) {}

  [[nodiscard]] std::string name() const override { return std::string(kMirrorAdapter); }
  [[nodiscard]] std::string target() const override { return target_; }
  [[nodiscard]] std::string user_agent() const override { return source_.user_agent(); }
  base::Result<std::vector<audit::ErpRow>> rows() override {
    return audit_domain::fetch_rows(api_, kMirrorRowsMax, {clock_.mono() + kMirrorPatience, {}});
  }

 private:
  std::shared_ptr<MirrorLine> line_;
  const ports::Clock& clock_;
  audit::MirrorSource source_;
  std::string target_;
  audit_domain::ErpApi api_;
};

base::Result<std::shared_ptr<MirrorLine>> open_line(const ports::Clock& clock) {
  auto line = std::make_shared<MirrorLine>();
  auto curl = adapters::http::CurlLoop::make(clock);
  if (!curl) return base::fail(std::move(curl.error()));
  line->curl = std::move(*curl);
  line->http = std::make_unique<adapters::http::CurlHttpClient>(*line->curl);
  return line;
}

}  // namespace

base::Result<std::vector<std::unique_ptr<cli::Mirror>>> open_mirrors(
    const config::EnvironmentFile& file, const ports::Clock& clock) {
  std::vector<std::unique_ptr<cli::Mirror>> mirrors;
  std::shared_ptr<MirrorLine> line;
  for (const config::Section& section : file.events) {
    if (section.adapter != kMirrorAdapter) continue;
    auto settings = audit_domain::read_settings(section);
    if (!settings.value) return base::fail(std::move(settings.problems.front()));
    if (!line) {
      auto opened = open_line(clock);
      if (!opened) return base::fail(std::move(opened.error()));
      line = std::move(*opened);
    }
    mirrors.push_back(std::make_unique<AuditDomainMirror>(
        std::move(*settings.value), file.environment.installation.str(), line, clock));
  }
  return mirrors;
}

}  // namespace stellwerk::app

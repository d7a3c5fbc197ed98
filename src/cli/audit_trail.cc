#include "cli/audit_trail.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/words.h"

namespace stellwerk::cli {
namespace {

using config::OrderedJson;

/// As the runbook writes it: `2025-10-15T20:00:00Z`.
std::string second_text(base::WallTime at) { return base::rfc3339(at).substr(0, 19) + "Z"; }

/// `10%`, `33.3333%`.
std::string percent_of(base::Ppm share) {
  std::string text = fmt::format("{:.4f}", static_cast<double>(share.value) / 10'000);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text + "%";
}

OrderedJson kpi_of(const base::Json& component) {
  OrderedJson kpi = OrderedJson::object();
  for (const auto& [side, word] : {std::pair("before", "Before"), std::pair("after", "After")}) {
    const base::Json& figures = component.at(side);
    kpi[std::string("errorRate") + word] =
        static_cast<double>(figures.at("error_rate_ppm").get<std::int64_t>()) / 10'000;
  }
  for (const auto& [side, word] : {std::pair("before", "Before"), std::pair("after", "After")}) {
    const base::Json& figures = component.at(side);
    if (!figures.contains("p95_us")) continue;
    const auto us = figures["p95_us"].get<std::int64_t>();
    const std::string key = std::string("p95Latency") + word;
    if (us % 1000 == 0)
      kpi[key] = us / 1000;
    else
      kpi[key] = static_cast<double>(us) / 1000;
  }
  return kpi;
}

}  // namespace

/// The first who said it; only the release manager approves a release in the runbook's words.
void AuditTrail::add_approval(const core::ApprovalGranted& approval) {
  const auto by = [&](std::string& who) {
    if (who.empty()) who = approval.person.str();
  };
  using core::ApprovalKind;
  if (approval.decision == ApprovalKind::Approve && approval.role == core::Role::ReleaseManager)
    by(approved_by_);
  if (approval.decision == ApprovalKind::EmergencyApprove) by(emergency_approved_by_);
  if (approval.decision == ApprovalKind::SignOff) by(signed_off_by_);
  if (approval.decision == ApprovalKind::AcceptCompleteness) by(completeness_accepted_by_);
}

void AuditTrail::add_wave(const core::WaveStarted& wave) {
  Wave row{wave.wave, wave.tenants, wave.share, false};
  if (row.tenants.empty() && wave.wave >= 1 && wave.wave <= plan_.waves.size())
    for (const base::TenantId& tenant : plan_.wave(wave.wave).adds)
      row.tenants.push_back(tenant.str());
  // A wave that was begun again after a resume is the same wave.
  std::erase_if(waves_, [&](const Wave& each) { return each.number == wave.wave; });
  waves_.push_back(std::move(row));
}

void AuditTrail::add(const engine::ReadEntry& entry) {
  const core::Event& event = entry.event;
  if (const auto* approved = std::get_if<core::ApprovalGranted>(&event)) {
    add_approval(*approved);
  } else if (std::holds_alternative<core::VersionDeployed>(event)) {
    deployed_at_ = entry.at.wall;
  } else if (const auto* wave = std::get_if<core::WaveStarted>(&event)) {
    add_wave(*wave);
  } else if (const auto* hold = std::get_if<core::HoldCompleted>(&event)) {
    for (Wave& each : waves_) each.complete = each.complete || each.number == hold->wave;
  } else if (std::holds_alternative<core::RolloutCompleted>(event)) {
    for (Wave& each : waves_) each.complete = true;
  } else if (const auto* metrics = std::get_if<core::MetricsRecorded>(&event)) {
    comparison_ = metrics->values;
  } else if (std::holds_alternative<core::ReleaseVerified>(event)) {
    completed_at_ = entry.at.wall;
  } else if (std::holds_alternative<core::RollbackInitiated>(event)) {
    rolled_back_ = true;
  } else if (std::holds_alternative<core::ReleaseCancelled>(event)) {
    cancelled_ = true;
  } else if (std::holds_alternative<core::ReleaseFailed>(event)) {
    failed_ = true;
  }
}

const char* AuditTrail::outcome() const {
  if (failed_) return "failed";
  if (rolled_back_) return "rolled-back";
  if (cancelled_) return "cancelled";
  return completed_at_ ? "completed" : "under-way";
}

OrderedJson AuditTrail::waves_json() const {
  OrderedJson rows = OrderedJson::array();
  for (const Wave& each : waves_) {
    const char* status = rolled_back_ ? "rolled-back" : (each.complete ? "success" : "under-way");
    rows.push_back({{"wave", each.number},
                    {"tenants", each.tenants},
                    {"traffic", percent_of(each.share)},
                    {"status", status}});
  }
  return rows;
}

void AuditTrail::write_people(OrderedJson& json) const {
  const auto write = [&](const char* name, const std::string& who) {
    if (!who.empty()) json[name] = who;
  };
  write("approvedBy", approved_by_);
  write("emergencyApprovedBy", emergency_approved_by_);
  write("signedOffBy", signed_off_by_);
  if (!emergency_approved_by_.empty()) json["signOffOutstanding"] = signed_off_by_.empty();
  write("completenessAcceptedBy", completeness_accepted_by_);
}

OrderedJson AuditTrail::json() const {
  OrderedJson json = OrderedJson::object();
  json["releaseId"] = plan_.release.str();
  if (!plan_.components.empty()) {
    json["version"] = plan_.components.front().to.to_string();
    json["domain"] = plan_.components.front().name.str();
  }
  write_people(json);
  if (deployed_at_) json["deployedAt"] = second_text(*deployed_at_);
  if (completed_at_ && !rolled_back_) json["completedAt"] = second_text(*completed_at_);
  json["waves"] = waves_json();
  const bool compared = comparison_.is_object() && comparison_.contains("components") &&
                        !comparison_["components"].empty();
  if (compared) json["kpiComparison"] = kpi_of(comparison_["components"].front());
  if (plan_.components.size() > 1) {
    json["components"] = OrderedJson::array();
    for (const core::PlannedComponent& each : plan_.components) {
      OrderedJson row{{"domain", each.name.str()}, {"version", each.to.to_string()}};
      if (compared)
        for (const base::Json& figures : comparison_["components"])
          if (figures.at("component") == each.name.str()) row["kpiComparison"] = kpi_of(figures);
      json["components"].push_back(std::move(row));
    }
  }
  if (std::string_view(outcome()) != "completed") json["outcome"] = outcome();
  return json;
}

}  // namespace stellwerk::cli

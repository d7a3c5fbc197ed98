// The words of a replay's report, and what counts as the same.
#include <algorithm>

#include "engine/replay.h"

namespace stellwerk::engine {

std::string_view to_string(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::Entry:
      return "entry";
    case DifferenceKind::Missing:
      return "missing";
    case DifferenceKind::Surplus:
      return "surplus";
    case DifferenceKind::State:
      return "state";
    case DifferenceKind::Verdict:
      return "verdict";
    case DifferenceKind::Windows:
      return "windows";
    case DifferenceKind::Impossible:
      return "impossible";
    case DifferenceKind::Comparison:
      return "comparison";
    case DifferenceKind::Input:
      return "input";
  }
  return "?";
}

std::string_view to_string(GapKind kind) {
  switch (kind) {
    case GapKind::InputNotSaid:
      return "input-not-said";
    case GapKind::InputUnknown:
      return "input-unknown";
    case GapKind::FieldsNotSaid:
      return "fields-not-said";
    case GapKind::NotReached:
      return "not-reached";
    case GapKind::WindowsOpen:
      return "windows-open";
    case GapKind::WindowsLost:
      return "windows-lost";
    case GapKind::WindowsCut:
      return "windows-cut";
    case GapKind::WindowsMissing:
      return "windows-missing";
    case GapKind::WindowsDamaged:
      return "windows-damaged";
  }
  return "?";
}

bool is_failure(GapKind kind) {
  return kind == GapKind::WindowsMissing || kind == GapKind::WindowsDamaged;
}

bool ReplayReport::same() const {
  return differences.empty() && std::none_of(gaps.begin(), gaps.end(),
                                             [](const Gap& gap) { return is_failure(gap.kind); });
}

}  // namespace stellwerk::engine

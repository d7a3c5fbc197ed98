// live_rows.h — the parts of the live view as rows that may go when room lacks (internal to
// live_*.cc).
//
// Thread-safety: pure functions.                                        Start here: RowMaker
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/live_view.h"

namespace stellwerk::cli {

/// A line, and how easily it is spared: the highest rank goes first, 0 stays.
struct Row {
  ScreenLine line;
  int rank = 0;
  bool goes_on = false;  ///< a text of the row before
};
using Rows = std::vector<Row>;

/// Ranks, from what is spared last.
namespace rank {
inline constexpr int kStays = 0;
inline constexpr int kFigures = 1;
inline constexpr int kNow = 2;
inline constexpr int kMore = 3;
inline constexpr int kScope = 4;
inline constexpr int kDetails = 5;
inline constexpr int kRequests = 6;
inline constexpr int kHeading = 8;
inline constexpr int kBlank = 9;
inline constexpr int kOlder = 10;  ///< and up: the older, the higher
}  // namespace rank

/// Makes rows of one width.
class RowMaker {
 public:
  RowMaker(const LiveScene& scene, const LiveStyle& style, std::size_t columns)
      : scene_(scene), model_(scene.model), style_(style), columns_(columns) {}

  [[nodiscard]] Rows head() const;
  [[nodiscard]] Rows state() const;
  /// In about so many lines; of few components with courses, of many one line each.
  [[nodiscard]] Rows figures(std::size_t lines) const;
  [[nodiscard]] Rows health() const;
  [[nodiscard]] Rows waiting() const;
  [[nodiscard]] Rows events(std::size_t count) const;
  [[nodiscard]] Rows dialog(Frame& frame) const;
  [[nodiscard]] Rows help() const;
  /// Only what can be done now.
  [[nodiscard]] Rows keys() const;
  [[nodiscard]] Row rule() const;
  [[nodiscard]] Row blank() const { return {{}, rank::kBlank}; }

  /// A text of the catalogue, as the terminal can show it.
  [[nodiscard]] std::string say(std::string_view key,
                                const base::MessageArguments& arguments = {}) const;
  [[nodiscard]] std::string shown(std::string_view text) const;

 private:
  static constexpr std::size_t kLabel = 11;  ///< columns

  [[nodiscard]] std::vector<std::string> in_lines(const std::string& text, std::size_t columns,
                                                  std::size_t lines) const;
  void add_text(Rows& rows, std::string_view label_key, const std::string& text,
                Colour colour) const;
  [[nodiscard]] Row labelled(std::string_view label_key, ScreenLine value, int rank) const;
  [[nodiscard]] std::string bar(std::int64_t part, std::int64_t whole, std::size_t columns) const;
  [[nodiscard]] std::string chart(const Course& course, std::int64_t full,
                                  std::size_t columns) const;
  [[nodiscard]] Row phases() const;
  [[nodiscard]] Row stage() const;
  [[nodiscard]] Row hold() const;
  [[nodiscard]] Row time() const;
  [[nodiscard]] Row traffic() const;
  [[nodiscard]] Row tenants() const;
  void add_maintenance(Rows& rows) const;
  void add_waves(ScreenLine& line, bool all) const;
  [[nodiscard]] std::string due_text(bool short_of_room, bool in_real_time) const;
  [[nodiscard]] bool fits(const ScreenLine& value) const;
  [[nodiscard]] std::string tenant_names(std::size_t room) const;
  void component(Rows& rows, const MeasuredComponent& component) const;
  [[nodiscard]] Row metric(const MeasuredComponent& component, Metric metric) const;
  void add_measured(ScreenLine& line, const MeasuredVersion& version, Metric metric,
                    std::int64_t full) const;
  [[nodiscard]] std::size_t limit_columns() const;
  [[nodiscard]] std::size_t version_columns() const;
  [[nodiscard]] std::string limit_text(Metric metric) const;
  [[nodiscard]] Rows table(std::size_t lines) const;  // live_table.cc
  [[nodiscard]] Rows keys_of(std::string_view letters) const;
  void add_command(Rows& rows, const std::string& command, int rank) const;
  [[nodiscard]] Rows event(const LiveLine& line, std::size_t age) const;
  void add_question(Rows& rows, const std::string& key) const;
  [[nodiscard]] Rows reason_editor(Frame& frame) const;
  [[nodiscard]] Rows confirmation() const;
  void add_broken(Rows& rows, std::string_view text, Colour colour) const;

  const LiveScene& scene_;
  const LiveModel& model_;
  const LiveStyle& style_;
  std::size_t columns_;
};

std::string value_text(Metric metric, std::int64_t value);
/// Now, or in the last minutes.
bool is_measured(const MeasuredComponent& component, Metric metric);
/// Now, at a limit that pauses.
bool is_beyond(const LiveModel& model, const MeasuredVersion& version, Metric metric);

/// At most `lines` rows: those of the highest rank go, among equals the last.
/// A text that loses its end is marked.
void spare(Rows& rows, std::size_t lines, const Charset& charset);

}  // namespace stellwerk::cli

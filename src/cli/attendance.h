// attendance.h — being there while a release is carried out in this process: prints its events and
// progress, answers signals, stays until its end.
//
// Role: `run`, and `release pause|resume|promote|rollback` when no engine runs.
// Start here: Attendance                                               Thread-safety: one thread.
// Invariants: never leaves while a new version may carry traffic, unless told to (detach).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/live_screen.h"
#include "cli/status_line.h"
#include "cli/world.h"
#include "engine/entries.h"

namespace stellwerk::cli {

/// How long the engine may take to answer a person.
inline constexpr base::Duration kAnswerPatience = base::seconds(15);
/// How long stellwerk.yaml is waited for; then a command is taken as when it cannot be read.
inline constexpr base::Duration kPeoplePatience = base::seconds(1);

/// With what the program ends when a release has ended so; Paused for one that has not.
Exit exit_of(core::Stage stage);
/// OutcomeUnknown CLI-0009: the engine did not answer in time.
base::Error unanswered();

class Attendance {
 public:
  /// What the messages name besides the release.
  struct Subject {
    base::ReleaseId release;
    std::string file;  ///< for `stellwerk run FILE --resume`; empty: not known
  };

  Attendance(World& world, const Console& console, EngineHost& host, Subject subject);
  ~Attendance();
  Attendance(const Attendance&) = delete;
  Attendance& operator=(const Attendance&) = delete;

  /// Hands a command to the engine and turns the loop until it is answered.
  /// @errors what the engine refused with; OutcomeUnknown CLI-0009: no answer within 15 s.
  base::Result<engine::Answer> ask(const core::InputBody& body);
  /// The same for what a person signed. @param verb  the command that brings it
  base::Result<engine::Answer> ask(const engine::SignedWord& word, std::string_view verb);
  /// Turns the loop until the release and all that was asked has ended, or a person detached.
  Exit stay();
  /// Turns the loop until everything is written and delivered, at most 10 s.
  void settle();

 private:
  /// Who stands in stellwerk.yaml now, as a lane read it: a disk may hang.
  struct People {
    bool read = false;
    std::optional<std::vector<core::Person>> now;  ///< nothing: it cannot be read
  };
  /// A command given by a key, until the engine has answered.
  struct Asked {
    std::string verb;
    base::MonoTime until;
    std::optional<core::InputBody> body;  ///< until it is sent
    std::shared_ptr<People> people;
    base::MonoTime people_until;  ///< then it is sent without
    std::optional<engine::Answer> answer;
  };

  /// What the journal has of before, as a lane read it.
  struct Past {
    std::vector<engine::ReadEntry> entries;
    std::optional<base::Error> trouble;
  };

  Exit attend();
  void print(const engine::Written& entry);
  void print_line(const EventParts& parts, const base::ReleaseId& release);
  void hint_at_pause(const engine::Written& entry);
  void report_once(const base::Error& error);
  void show_progress();
  void show_waiting(const base::Json& view);
  void welcome_others();
  std::optional<Exit> look();
  std::optional<Exit> on_signal(int signal);
  std::optional<Exit> on_typed(const std::string& line);
  base::Result<engine::Answer> wait_for(const std::optional<engine::Answer>& answer);
  std::shared_ptr<People> look_up_people();
  void ask_person();
  std::optional<Exit> roll_back_by_hand();
  std::optional<Exit> stop();
  Exit detach();
  [[nodiscard]] std::string lease_text() const;
  // attendance_live.cc
  std::optional<Exit> look_live();
  std::optional<Exit> on_action(const LiveAction& action);
  void steer(const LiveAction& action);
  void send(const std::shared_ptr<Asked>& asked);
  void tell_answers();
  void refuse(const base::Error& error);
  void read_past();
  void tell_past();

  [[nodiscard]] const engine::ReleaseRun* run() const;
  [[nodiscard]] bool others_guarded() const;
  [[nodiscard]] std::string resume_command() const;
  void note(std::string_view key, const base::MessageArguments& arguments = {});
  void note_text(const std::string& text);

  World& world_;
  const Console& console_;
  EngineHost& host_;
  Subject subject_;
  std::uint64_t began_;  ///< the journal's entries before are of another process
  StatusLine status_;
  std::unique_ptr<LiveScreen> live_;           ///< while a person watches and stay() is under way
  std::deque<EventParts> printed_;             ///< before the live view was there
  std::shared_ptr<std::optional<Past>> past_;  ///< until it is told
  std::vector<std::shared_ptr<Asked>> asked_;
  std::map<std::string, base::MonoTime> reported_;
  std::set<std::string> waiting_shown_;
  std::optional<base::MonoTime> looked_at_;
  std::optional<base::MonoTime> ended_at_;
  bool question_open_ = false;
  bool stopping_ = false;
};

}  // namespace stellwerk::cli

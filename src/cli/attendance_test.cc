// What a process that carries a release on does when it is told to stop.
#include "cli/attendance.h"

#include <gtest/gtest.h>

#include <csignal>
#include <deque>
#include <functional>
#include <map>
#include <sstream>

#include "engine/entries.h"
#include "support/desk_terminal.h"
#include "support/memory_engine.h"
#include "support/story.h"

namespace stellwerk::cli {
namespace {

class StillWorld final : public World {
 public:
  explicit StillWorld(const ports::Clock& clock) : clock_(clock) {}
  base::Result<std::unique_ptr<EngineHost>> open_engine(const config::EnvironmentFile&) override {
    return base::fail(base::Code::Internal, "JRN-0005", "not here");
  }
  base::Result<Reader> open_reader(const std::string&) override {
    return base::fail(base::Code::Internal, "JRN-0005", "not here");
  }
  std::string socket_path(const std::string&) override { return {}; }
  bool engine_runs(const std::string&) override { return true; }
  std::string os_user() override { return "devops-1"; }
  base::Now now() override { return {clock_.wall(), clock_.mono(), {clock_.wall().us}}; }
  bool sleep(base::Duration) override { return true; }
  std::string adapter_list() override { return {}; }

 private:
  const ports::Clock& clock_;
};

/// An engine in memory that goes on with a release in its first hold; signals come in turn.
class MemoryHost final : public EngineHost {
 public:
  explicit MemoryHost(bool signed_commands = false) {
    story_.plan.signed_commands = signed_commands;
    story_.run_until(core::Stage::Holding);
    EXPECT_TRUE(world_.content.put(core::encode_plan(story_.plan)));
    world_.clock.advance(story_.now.mono - world_.clock.mono());
    // A rollback goes on for as long as the test looks: there is nothing to go back to.
    for (const core::PlannedComponent& component : story_.plan.components)
      world_.workload.behave({component.name, component.from},
                             adapters::MemoryBehaviour::NeverHealthy);
    for (const auto& told : story_.told()) {
      ports::AppendRequest batch;
      batch.stream = story_.plan.release;
      batch.expected_version = written_++;
      batch.entries.push_back(
          engine::encode(story_.plan.release, told.entry, told.at, story_.state.t0)->entry);
      EXPECT_TRUE(world_.journal.append({batch}, {world_.clock.mono() + base::seconds(1), {}}));
    }
    engine_ = std::make_unique<engine::Engine>(std::move(*world_.ports(lanes_)),
                                               engine::EngineSettings{});
    const auto recovered = engine_->recover();
    EXPECT_TRUE(recovered) << (recovered ? "" : recovered.error().one_line());
  }
  engine::Engine& engine() override { return *engine_; }
  void turn_within(base::Duration) override {
    if (++turns_ > 2000)
      throw std::logic_error("it neither ended nor detached: " +
                             std::string(core::to_string(engine_->find(release())->state().stage)));
    if (before_turn) before_turn(turns_);
    engine_->step();
    world_.clock.advance(base::milliseconds(20));
  }
  int take_signal() override {
    if (turns_ < 20 * (asked_ + 1) || signals.empty()) return 0;
    ++asked_;
    const int signal = signals.front();
    signals.pop_front();
    return signal;
  }
  [[nodiscard]] PeopleNow people_now() const override {
    return [people = people] { return people; };
  }
  [[nodiscard]] const ports::Clock& clock() const { return world_.clock; }
  [[nodiscard]] int turns() const { return turns_; }
  [[nodiscard]] const base::ReleaseId& release() const { return story_.plan.release; }

  std::deque<int> signals;
  std::function<void(int)> before_turn;  ///< with its number

 private:
  core::testing::Story story_;

 public:
  /// In stellwerk.yaml now.
  base::Result<std::vector<core::Person>> people = story_.plan.people;

 private:
  stellwerk::testing::MemoryEngine world_;
  stellwerk::testing::PatientLanes lanes_;
  std::unique_ptr<engine::Engine> engine_;
  std::uint64_t written_ = 0;
  int turns_ = 0;
  int asked_ = 0;
};

struct Left {
  Exit exit = Exit::Done;
  core::Stage stage = core::Stage::Unborn;
  std::size_t signals_left = 0;  ///< it had gone before they came
  std::string err;
};

Left stay(std::deque<int> signals, std::ostream* output = nullptr) {
  MemoryHost host;
  host.signals = std::move(signals);
  StillWorld world(host.clock());
  std::ostringstream out;
  std::ostringstream err;
  Console console{.out = output == nullptr ? out : *output, .err = err, .locale = base::Locale::En};
  console.live = true;
  Attendance attendance(world, console, host, {host.release(), "release.yaml"});
  Left left;
  left.exit = attendance.stay();
  left.stage = host.engine().find(host.release())->state().stage;
  left.signals_left = host.signals.size();
  left.err = err.str();
  return left;
}

// Goal: a termination does what the plan says, also while a person is being asked: who sends it (a
// service manager, a shutdown) cannot answer a question. Only Ctrl-C again leaves at once.
TEST(Attendance, RollsBackOnATerminationWhileTheQuestionIsOpen) {
  const Left left = stay({SIGINT, SIGTERM, SIGINT});
  EXPECT_NE(left.err.find("(r) roll back, (s) stay, (d) detach?"), std::string::npos) << left.err;
  EXPECT_NE(left.err.find("Signal: the release is being rolled back."), std::string::npos);
  EXPECT_EQ(left.stage, core::Stage::RollingBack);
  EXPECT_EQ(left.signals_left, 0U);
}

TEST(Attendance, IsNotLeftByASecondTermination) {
  const Left left = stay({SIGTERM, SIGTERM, SIGINT});
  EXPECT_EQ(left.stage, core::Stage::RollingBack);
  EXPECT_EQ(left.signals_left, 0U);
}

TEST(Attendance, DetachesWhenCtrlCIsPressedAgain) {
  const Left left = stay({SIGINT, SIGINT, SIGINT});
  EXPECT_EQ(left.exit, Exit::Paused);
  EXPECT_EQ(left.signals_left, 1U);
  EXPECT_EQ(left.stage, core::Stage::Holding);
  EXPECT_NE(left.err.find("Detached: "), std::string::npos) << left.err;
}

TEST(Attendance, GoesOnWhenItsOutputIsLost) {
  std::ostringstream broken;
  broken.setstate(std::ios::badbit);
  const Left left = stay({SIGTERM, SIGINT}, &broken);
  EXPECT_EQ(left.stage, core::Stage::RollingBack);
}

// ---- with the live view

struct LiveLeft {
  Exit exit = Exit::Done;
  core::Stage stage = core::Stage::Unborn;
  bool paused = false;
  int turns = 0;
  std::string out;
  std::string err;
};

/// @param typed  before which turn what is typed
LiveLeft stay_live(stellwerk::testing::Desk& desk, const std::map<int, std::string>& typed,
                   MemoryHost& host) {
  host.before_turn = [&](int turn) {
    if (const auto keys = typed.find(turn); keys != typed.end()) desk.typed += keys->second;
  };
  StillWorld world(host.clock());
  std::ostringstream out;
  std::ostringstream err;
  Console console{.out = out, .err = err, .locale = base::Locale::En};
  console.live = true;
  console.open_terminal = [&desk] {
    return std::make_unique<stellwerk::testing::DeskTerminal>(desk);
  };
  Attendance attendance(world, console, host, {host.release(), "release.yaml"});
  LiveLeft left;
  left.exit = attendance.stay();
  const core::State& state = host.engine().find(host.release())->state();
  left.stage = state.stage;
  left.paused = state.paused.has_value();
  left.turns = host.turns();
  left.out = out.str();
  left.err = err.str();
  return left;
}

LiveLeft stay_live(stellwerk::testing::Desk& desk, const std::map<int, std::string>& typed,
                   std::deque<int> signals = {}) {
  MemoryHost host;
  host.signals = std::move(signals);
  return stay_live(desk, typed, host);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Goal: keys do what the commands do; their answers and the end are shown, on the terminal only.
// The lease of this release ran out before, so it is paused; nothing goes on by itself before 2 s.
TEST(AttendanceLive, TellsWhatKeysCameToAndRollsBack) {
  stellwerk::testing::Desk desk;
  const LiveLeft left = stay_live(
      desk, {{5, "plooking\ny"}, {30, "my"}, {60, "bslow\ny"}, {200, "\x03"}, {220, "\x03"}});
  EXPECT_EQ(left.stage, core::Stage::RollingBack);
  EXPECT_EQ(left.exit, Exit::Paused);  // the second Ctrl-C detaches
  EXPECT_TRUE(contains(desk.written, "pause: nothing to do, it is paused already"));
  EXPECT_TRUE(contains(desk.written, "error[ENG-0012]"));
  EXPECT_TRUE(contains(desk.written, "roll back: recorded"));
  EXPECT_TRUE(contains(desk.written, "(r) roll back, (s) stay, (d) detach?"));
  const std::string after = desk.written.substr(desk.written.rfind(kLeaveScreen));
  for (const char* line :
       {"scheduler.release.paused", "notification.rollback.initiated", "Detached: release "})
    EXPECT_TRUE(contains(after, line)) << line << after;
  EXPECT_FALSE(desk.taken);
  EXPECT_EQ(left.out + left.err, "");
}

// Goal: nothing is signed at a key; where commands must be, keys only make users safer.
TEST(AttendanceLive, OnlyPausesAndRollsBackWhereCommandsAreSigned) {
  stellwerk::testing::Desk desk;
  desk.size = {200, 50};
  MemoryHost host(true);
  const LiveLeft left =
      stay_live(desk, {{5, "ry"}, {60, "bslow\ny"}, {200, "\x03"}, {220, "\x03"}}, host);
  EXPECT_TRUE(contains(desk.written, "error[ENG-0039]")) << desk.written;
  EXPECT_EQ(left.stage, core::Stage::RollingBack);
}

// Goal: whoever is at the terminal counts while stellwerk.yaml has them.
TEST(AttendanceLive, TakesNoKeyOfSomebodyWhoWasTakenOut) {
  stellwerk::testing::Desk desk;
  desk.size = {200, 50};
  MemoryHost host;
  host.people->clear();
  const LiveLeft left = stay_live(desk, {{5, "bslow\ny"}, {60, "\x03"}, {80, "\x03"}}, host);
  EXPECT_TRUE(contains(desk.written, "error[ENG-0011]")) << desk.written;
  EXPECT_EQ(left.stage, core::Stage::Holding);
}

// Goal: a file that is being edited keeps nobody from going back.
TEST(AttendanceLive, RollsBackWhileTheFileCannotBeRead) {
  stellwerk::testing::Desk desk;
  desk.size = {200, 50};
  MemoryHost host;
  host.people = base::fail(base::Code::NotFound, "BAS-0011", "it is gone");
  const LiveLeft left =
      stay_live(desk, {{5, "ry"}, {60, "bslow\ny"}, {200, "\x03"}, {220, "\x03"}}, host);
  EXPECT_TRUE(contains(desk.written, "error[ENG-0038]")) << desk.written;
  EXPECT_EQ(left.stage, core::Stage::RollingBack);
}

// Goal: what another process wrote is seen, not printed again; a lane reads it, since the engine's
// own connection to the journal is in use.
TEST(AttendanceLive, ShowsWhatHappenedBefore) {
  stellwerk::testing::Desk desk;
  desk.size = {200, 50};
  (void)stay_live(desk, {{40, "q"}, {60, "d"}});
  const std::size_t left = desk.written.rfind(kLeaveScreen);
  ASSERT_NE(left, std::string::npos);
  EXPECT_TRUE(contains(desk.written.substr(0, left), "release.wave1"));
  EXPECT_FALSE(contains(desk.written.substr(left), "release.wave1"));
}

// Goal: a terminal that takes nothing does not keep the release from going back.
TEST(AttendanceLive, GoesOnWhenTheTerminalTakesNothing) {
  stellwerk::testing::Desk desk;
  desk.room = 50;
  const LiveLeft left = stay_live(desk, {}, {SIGTERM, SIGINT});
  EXPECT_EQ(left.stage, core::Stage::RollingBack);
  EXPECT_FALSE(desk.taken);
}

TEST(AttendanceLive, LeavesWhenTheQuestionIsAnsweredSo) {
  stellwerk::testing::Desk desk;
  const LiveLeft left = stay_live(desk, {{5, "q"}, {20, "s"}, {40, "q"}, {60, "d"}});
  EXPECT_EQ(left.exit, Exit::Paused);
  EXPECT_EQ(left.stage, core::Stage::Holding);
  EXPECT_TRUE(contains(desk.written, "After detaching the lease runs out"));
}

TEST(AttendanceLive, RollsBackFromTheQuestionForTheReasonThatIsGiven) {
  stellwerk::testing::Desk desk;
  const LiveLeft left =
      stay_live(desk, {{5, "q"}, {20, "rtoo slow\n"}, {40, "y"}, {200, "\x03"}, {220, "\x03"}});
  EXPECT_EQ(left.stage, core::Stage::RollingBack);
  EXPECT_TRUE(contains(desk.written, "Reason: too slow"));
}

// Goal: a letter only ever asks, however often and fast it is pressed, and whatever is under way;
// only the question's answer, or Ctrl-C at it, detaches.
TEST(AttendanceLive, IsNotLeftByALetterAlone) {
  stellwerk::testing::Desk twice;
  EXPECT_GE(stay_live(twice, {{5, "qq"}, {60, "d"}}).turns, 60);
  EXPECT_TRUE(contains(twice.written, "(r) roll back, (s) stay, (d) detach?"));
  stellwerk::testing::Desk stopping;
  const LiveLeft left = stay_live(stopping, {{60, "q"}, {90, "q"}, {120, "d"}}, {SIGTERM});
  EXPECT_GE(left.turns, 120);
  EXPECT_EQ(left.stage, core::Stage::RollingBack);
  stellwerk::testing::Desk both;
  EXPECT_LT(stay_live(both, {{5, "\x03\x03"}, {60, "d"}}).turns, 20);
}

}  // namespace
}  // namespace stellwerk::cli

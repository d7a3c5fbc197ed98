// quiet_world.h — a world without engine and journal, for commands that only read and write files.
// For tests only.
//
// Thread-safety: one thread.                                           Start here: QuietWorld
#pragma once

#include <string>
#include <utility>

#include "cli/world.h"

namespace stellwerk::cli::testing {

class QuietWorld : public World {
 public:
  base::Result<std::unique_ptr<EngineHost>> open_engine(const config::EnvironmentFile&) override {
    return base::fail(base::Code::Conflict, "JRN-0005", "another stellwerk holds the data folder");
  }
  base::Result<Reader> open_reader(const std::string&) override {
    return base::fail(base::Code::NotFound, "JRN-0007", "there is no journal");
  }
  std::string socket_path(const std::string& folder) override { return folder + "/none.sock"; }
  bool engine_runs(const std::string&) override { return false; }
  std::string os_user() override { return user; }
  base::Now now() override { return {{1'760'000'000'000'000}, {5'000'000}, {}}; }
  bool sleep(base::Duration) override { return false; }
  std::string adapter_list() override { return "router: memory"; }

  std::string user = "lena";
};

}  // namespace stellwerk::cli::testing

// capacity_watch.h — whether old versions still have an instance that is ready.
//
// Role: the engine tells it every probe of an old version's instance; a rollback restores what is
// gone before it moves traffic.                                     Start here: CapacityWatch
// Thread-safety: the engine's thread.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/ids.h"

namespace stellwerk::engine {

class CapacityWatch {
 public:
  struct Instance {
    base::ComponentName component;
    std::string name;
  };
  /// Takes a probe. @return whether none of the component's instances is ready now; empty as long
  /// as none ever was: that is a start, not a loss
  std::optional<bool> gone_after(const Instance& instance, bool ready);

 private:
  struct Component {
    std::map<std::string, bool> ready;  ///< the last probe of each instance
    bool ever_ready = false;
  };
  std::map<base::ComponentName, Component> components_;
};

}  // namespace stellwerk::engine

#include "engine/capacity_watch.h"

#include <algorithm>

namespace stellwerk::engine {

std::optional<bool> CapacityWatch::gone_after(const Instance& instance, bool ready) {
  Component& component = components_[instance.component];
  component.ready[instance.name] = ready;
  component.ever_ready = component.ever_ready || ready;
  if (!component.ever_ready) return std::nullopt;
  return std::none_of(component.ready.begin(), component.ready.end(),
                      [](const auto& each) { return each.second; });
}

}  // namespace stellwerk::engine

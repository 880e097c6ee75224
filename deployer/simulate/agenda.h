#pragma once

#include <map>
#include <optional>

#include "deployer/engine/engine.h"

namespace trunkline::deployer {

// Something that is to happen in a simulated rollout.
struct Item {
  enum class What { answer, drained, alarm, word, start, take_over, adopt, fault_seen, thaw, lease_check };
  base::Millis at{0};
  What what = What::alarm;
  int life = 0;  // of the deployer process that it is for
  int tick = 0;
  int epoch = 0;
  std::optional<Action> action = std::nullopt;
  std::optional<Event> event = std::nullopt;
};

// All that is to happen, by when; of the same time in the order in which it came.
class Agenda {
 public:
  void put(Item item) { items_.emplace(item.at, std::move(item)); }
  bool empty() const { return items_.empty(); }
  Item take() { return std::move(items_.extract(items_.begin()).mapped()); }

  // Acts under way: those that have not had their effect are shown to `see`; none is answered.
  template <typename See>
  void drop_answers(See see) {
    std::erase_if(items_, [&see](const auto& entry) {
      if (entry.second.what == Item::What::answer) see(entry.second);
      return entry.second.what == Item::What::answer || entry.second.what == Item::What::drained;
    });
  }

 private:
  std::multimap<base::Millis, Item> items_;
};

}  // namespace trunkline::deployer

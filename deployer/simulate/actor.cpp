#include "deployer/simulate/actor.h"

namespace trunkline::deployer {
using base::Millis;

void Actor::start() {
  auto found = records_.read();
  if (!found) world_.violations.push_back({5, "a record cannot be read again"});
  state_ = found ? *std::move(found) : initial_state(plan_);
  alive_ = true;
  ++life_;
  epoch_ = ++world_.epoch;
  started_ = world_.now;
  already_ = records_.last();
  frozen_until_ = Millis{0};
  watching = false;
  tick = 0;
  taken_ = records_.size();
  if (records_.size() > 0) world_.taken_up(state_);
}

void Actor::die() {
  alive_ = false;
  ++life_;
  watching = torn_ = false;
}

std::optional<std::string> Actor::record(const Event& event) {
  if (world_.active(FaultKind::disk_full)) return "the disk is full: it stops where it is";
  if (std::exchange(torn_, false)) return "killed while a record was written";
  if (epoch_ != world_.epoch && sabotage_ != Sabotage::ignore_epoch) return "another deployer took over: it stops";
  records_.append({time(), world_.wall(), event});
  return std::nullopt;
}

std::vector<Action> Actor::decide(const Event& event) {
  ++taken_;
  const bool own_clock = sabotage_ == Sabotage::own_clock && random_.chance(10);
  const Phase before = state_.phase;
  Advance turn = advance(plan_, std::move(state_), event, own_clock ? time() + Millis{1} : time());
  state_ = std::move(turn.state);
  const bool turned = before != Phase::rolling_back && state_.phase == Phase::rolling_back;
  if (turned && sabotage_ == Sabotage::fetch_on_way_back) {
    turn.actions.insert(turn.actions.begin(), action::Fetch{state_.ticket});
  }
  return std::move(turn.actions);
}

}  // namespace trunkline::deployer

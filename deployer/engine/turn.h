#pragma once

#include <string>
#include <utility>
#include <vector>

#include "deployer/engine/engine.h"

namespace trunkline::deployer {

// One call of advance(): the state being changed and the actions being collected.
class Turn {
 public:
  Turn(const Plan& plan, State state, base::Millis now) : plan_(plan), s_(std::move(state)) { s_.now = now; }
  Advance take(const Event& event);

 private:
  // ---- what people ask for
  void on(const event::Began&) { enter_step(); }
  void on(const event::Resumed&);
  void on(const event::PauseRequested& e);
  void on(const event::ResumeRequested&);
  void on(const event::PromoteRequested& e);
  void on(const event::AbortRequested& e);
  void on(const event::Abandoned& e);
  void on(const event::Adopted& e);

  // ---- what became of acts
  void on(const event::Done& e);
  void on(const event::Failed& e);
  void failed(int index, const std::string& what);
  bool none_starts() const;
  void quarantine(int index, const std::string& what);
  void on(const event::Renewed& e);
  void on(const event::RenewalFailed& e);
  void on(const event::Measured& e);
  void on(const event::Ticked&);

  // ---- time under guard
  void tick_bake();
  void leave_out_time();
  void end_ask(const step::Ask& ask);
  void end_bake_if_over();
  void judge(const BakeEnd& end);
  NewSide new_side() const;
  void begin_bake(const step::Bake& step, base::Millis left);

  // ---- leases
  bool renew_leases();
  void lost_lease(const std::string& why) { hold("the lease of the new side's share ran out: " + why); }
  bool is_dial(int index) const { return index >= 0 && static_cast<size_t>(index) < s_.dials.size(); }

  // ---- steps
  bool is_known(int index) const;
  bool is_current(int ticket) const { return running(s_) && ticket == s_.ticket; }
  std::string name_of_failed(int index) const;
  void unpause();
  void next_step();
  void enter_step();
  void act();
  Observed& touch(int index);
  void act_on(const step::Fetch&) { actions_.emplace_back(action::Fetch{s_.ticket}); }
  void act_on(const step::Task& s) { actions_.emplace_back(action::Task{s_.ticket, s.task}); }
  void act_on(const step::Hook& s) { actions_.emplace_back(action::Hook{s_.ticket, s.point}); }
  void act_on(const step::Bake&) {}
  void act_on(const step::Ask&) {}
  void act_on(const step::Start& s);
  void act_on(const step::Probe& s);
  void act_on(const step::Admit&);
  void act_on(const step::Drain&);
  void act_on(const step::Stop&);
  void act_on(const step::Expose& s);
  void act_on(const step::Promote&);
  void note_exposure();
  void note_done(const event::Done& e);
  void note_drained(Observed& observed, const event::Done& e);

  // ---- the ends
  void hold(const std::string& reason);
  void cancel();
  void roll_back(const std::string& reason);
  void begin_way_back(const std::vector<Step>& steps);
  void finish();
  void end(Outcome outcome, std::string reason);

  const Plan& plan_;
  State s_;
  std::vector<Action> actions_;
};

}  // namespace trunkline::deployer

#include "deployer/engine/turn.h"

#include <algorithm>
#include <fmt/format.h>

#include "deployer/engine/leases.h"
#include "deployer/engine/policy.h"
#include "deployer/engine/ramp.h"

namespace trunkline::deployer {
using base::Millis;

namespace {

constexpr Millis kRenewRetry{1000};

}  // namespace

Advance Turn::take(const Event& event) {
  std::visit([this](const auto& e) { on(e); }, event);
  return {std::move(s_), std::move(actions_)};
}

void Turn::on(const event::Resumed&) {
  if (s_.phase == Phase::done) return;
  s_.paused = false;
  if (s_.phase == Phase::held) s_.phase = s_.held_in;
  s_.bake_left = s_.bake ? s_.bake->left : s_.bake_left;
  s_.bake.reset();
  if (s_.phase == Phase::rolling_back) {
    for (Observed& place : s_.places) place.quarantined = false;
    return roll_back(s_.reason);  // from what is there now
  }
  s_.reason.clear();
  if (s_.step >= s_.steps.size()) return finish();
  if (expose_again(s_)) return enter_step();
  if (bake_of(s_) != nullptr || ask_of(s_) != nullptr || s_.pending.empty()) return enter_step();
  act();
}

void Turn::on(const event::PauseRequested& e) {
  if (s_.phase != Phase::forward || s_.paused) return;
  s_.paused = true;
  s_.reason = fmt::format("paused by {}", e.who);
}

void Turn::on(const event::ResumeRequested&) {
  if (s_.paused) unpause();
}

void Turn::on(const event::PromoteRequested& e) {
  if (s_.phase != Phase::forward) return;
  if (s_.paused) unpause();
  const bool waits = ask_of(s_) != nullptr || (e.full && bake_of(s_) != nullptr);
  if (e.full) drop_ramp(s_);
  if (waits) next_step();
}

void Turn::on(const event::AbortRequested& e) {
  const bool forward = s_.phase == Phase::forward || (s_.phase == Phase::held && s_.held_in == Phase::forward);
  if (forward) return roll_back(fmt::format("aborted by {}", e.who));
  if (s_.phase == Phase::held) on(event::Resumed{});  // the way back was held: try it again
}

void Turn::on(const event::Abandoned& e) {
  if (s_.phase == Phase::done) return;
  end(Outcome::failed, fmt::format("taken down by {}", e.who));
}

void Turn::on(const event::Adopted& e) {
  for (int i = 0; i < plan_.fleet; ++i) {
    Observed& place = s_.places[static_cast<size_t>(plan_.place(i, plan_.new_pool()))];
    place.runs = Side::fresh;
    place.serving = true;
  }
  end(Outcome::completed, fmt::format("adopted by {}", e.who));
}

void Turn::on(const event::Done& e) {
  if (!is_current(e.ticket) || std::erase(s_.pending, e.instance) == 0) return;
  note_done(e);
  if (s_.pending.empty()) next_step();
}

void Turn::on(const event::Failed& e) {
  if (!is_current(e.ticket) || s_.step >= s_.steps.size() || !is_known(e.instance)) return;
  failed(e.instance, fmt::format("could not {}: {}", name_of_failed(e.instance), e.why));
}

void Turn::failed(int index, const std::string& what) {
  switch (on_failure(s_.steps[s_.step], s_.phase)) {
    case OnFailure::hold:
      return hold(what);
    case OnFailure::roll_back:
      return plan_.auto_rollback ? roll_back(what) : hold(what);
    case OnFailure::quarantine:
      return quarantine(index, what);
    case OnFailure::go_on:
      return next_step();
  }
}

// Another place did not start either, and none did: it is not the host, and to take more away would not help.
bool Turn::none_starts() const {
  if (!std::holds_alternative<step::Start>(s_.steps[s_.step])) return false;
  bool another = false, some = false;
  for (const Observed& place : s_.places) {
    another = another || place.quarantined;
    some = some || (place.touched && place.runs == Side::stable);
  }
  return another && !some;
}

// One place of many is left to a person; with the last one there is nobody who could be brought back.
void Turn::quarantine(int index, const std::string& what) {
  if (index < 0 || plan_.fleet == 1 || none_starts()) return hold(what);
  s_.places[static_cast<size_t>(index)].quarantined = true;
  const auto steps = compile_rollback(plan_, s_.places, s_.exposed);
  if (!steps) return hold(what);
  begin_way_back(*steps);
}

void Turn::on(const event::Renewed& e) {
  if (!is_dial(e.dial)) return;
  DialState& dial = s_.dials[static_cast<size_t>(e.dial)];
  if (!std::exchange(dial.renewing, false)) return;
  lease_from(dial, plan_.lease, dial.asked_at);
}

void Turn::on(const event::RenewalFailed& e) {
  if (!is_dial(e.dial)) return;
  DialState& dial = s_.dials[static_cast<size_t>(e.dial)];
  dial.renewing = false;
  dial.renew_at = s_.now + kRenewRetry;
  if (lost(s_, static_cast<size_t>(e.dial))) lost_lease(e.why);
}

void Turn::on(const event::Measured& e) {
  if (!is_current(e.ticket) || !s_.bake) return;
  if (s_.paused) leave_out_time();
  pass_time(*s_.bake, s_.now);
  const auto end = deployer::take(*s_.bake, plan_.analysis, e.metric, e.measurement, s_.now);
  if (end) return judge(*end);
  end_bake_if_over();
}

void Turn::on(const event::Ticked&) {
  if (!running(s_)) return;
  if (!renew_leases()) return;
  if (s_.bake) return tick_bake();
  const bool acting = !s_.pending.empty() && s_.now >= s_.act_deadline;
  if (acting)
    failed(-1, fmt::format("could not {} within {}", to_string(s_.steps[s_.step], plan_.places),
                           base::format_duration(plan_.progress_deadline)));
}

void Turn::tick_bake() {
  if (s_.paused) {
    leave_out_time();
  } else {
    pass_time(*s_.bake, s_.now);
  }
  if (const step::Ask* ask = ask_of(s_); ask != nullptr && !s_.paused && s_.now >= s_.ask_end) return end_ask(*ask);
  // One that is due with the bake's end is still taken: the end waits for it.
  for (const int metric : take_due(*s_.bake, s_.now)) actions_.emplace_back(action::Measure{s_.ticket, metric});
  end_bake_if_over();
}

void Turn::leave_out_time() {
  s_.ask_end += s_.now - s_.bake->counted;
  deployer::leave_out_time(*s_.bake, s_.now);
}

void Turn::end_ask(const step::Ask& ask) {
  const std::string why = "nobody gave their word within " + base::format_duration(ask.timeout);
  switch (ask.on_timeout) {
    case OnTimeout::hold:
      return hold(why);
    case OnTimeout::roll_back:
      return plan_.auto_rollback ? roll_back(why) : hold(why);
    case OnTimeout::promote:
      return next_step();
  }
}

void Turn::end_bake_if_over() {
  const step::Bake* step = bake_of(s_);
  if (step == nullptr || s_.paused) return;
  const auto end = over(*s_.bake, plan_.analysis, *step, s_.now);
  if (!end) return;
  if (end->verdict != Verdict::pass) return judge(*end);
  next_step();
}

void Turn::judge(const BakeEnd& end) {
  const bool bad = end.verdict == Verdict::fail || end.verdict == Verdict::error;
  if (bad && plan_.auto_rollback) return roll_back(end.why);
  hold(end.why);
}

NewSide Turn::new_side() const {
  const bool beside = plan_.by_share && plan_.from;
  const bool some = std::any_of(s_.dials.begin(), s_.dials.end(),
                                [](const DialState& dial) { return dial.share > 0 || dial.promoted; });
  return beside && !some ? NewSide::unseen : NewSide::seen;
}

void Turn::begin_bake(const step::Bake& step, Millis left) {
  ++s_.ticket;
  s_.bake = open_bake(plan_.analysis, step, new_side(), left, s_.now);
  s_.bake_left = left;
  action::OpenBake open{s_.ticket, {}, {}};
  for (size_t i = 0; i < s_.places.size(); ++i) {
    if (!s_.places[i].serving || !s_.places[i].runs) continue;
    (s_.places[i].runs == Side::fresh ? open.fresh : open.stable).push_back(static_cast<int>(i));
  }
  actions_.emplace_back(std::move(open));
}

// False if one was lost.
bool Turn::renew_leases() {
  for (size_t i = 0; i < s_.dials.size(); ++i) {
    if (!lost(s_, i)) continue;
    lost_lease("it was not renewed in time");
    return false;
  }
  for (const int dial : take_renewals(s_)) {
    const DialState& now = s_.dials[static_cast<size_t>(dial)];
    actions_.emplace_back(action::Renew{dial, now.share, now.preview});
  }
  return true;
}

void Turn::hold(const std::string& reason) {
  if (s_.bake) s_.bake_left = s_.bake->left;
  s_.held_in = s_.phase;
  s_.phase = Phase::held;
  s_.reason = reason;
  cancel();
  actions_.emplace_back(action::Hold{reason});
}

// Renewals under way are never heard of again.
void Turn::cancel() {
  for (DialState& dial : s_.dials) dial.renewing = false;
  actions_.emplace_back(action::Cancel{});
}

void Turn::roll_back(const std::string& reason) {
  s_.phase = Phase::rolling_back;
  s_.paused = false;
  s_.reason = reason;
  const auto steps = compile_rollback(plan_, s_.places, s_.exposed);
  if (!steps) return hold(reason);
  begin_way_back(*steps);
}

void Turn::begin_way_back(const std::vector<Step>& steps) {
  s_.steps = steps;
  s_.step = 0;
  s_.bake_left = Millis{0};
  cancel();
  enter_step();
}

void Turn::finish() {
  if (s_.phase == Phase::forward) return end(Outcome::completed, s_.reason);
  Batch left;
  for (size_t i = 0; i < s_.places.size(); ++i) {
    if (s_.places[i].quarantined) left.push_back(static_cast<int>(i));
  }
  if (!left.empty()) {
    return hold(fmt::format("{}; everything else is taken back, but not {}", s_.reason,
                            to_string(step::Stop{left}, plan_.places).substr(5)));
  }
  end(plan_.from ? Outcome::rolled_back : Outcome::failed, s_.reason);
}

void Turn::end(Outcome outcome, std::string reason) {
  if (outcome == Outcome::failed && s_.phase != Phase::rolling_back) actions_.emplace_back(action::Cancel{});
  s_.phase = Phase::done;
  s_.pending.clear();
  s_.bake.reset();
  s_.outcome = outcome;
  s_.reason = std::move(reason);
  actions_.emplace_back(action::Finish{outcome, s_.reason});
}

}  // namespace trunkline::deployer

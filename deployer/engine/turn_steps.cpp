#include <algorithm>
#include <fmt/format.h>

#include "base/core/overloaded.h"
#include "deployer/engine/leases.h"
#include "deployer/engine/turn.h"

// What a turn does with the steps: enters them, acts on them, notes what came of it.

namespace trunkline::deployer {
using base::Millis;
using base::Overloaded;

// A place or a dial, or the step itself.
bool Turn::is_known(int index) const {
  const size_t known = on_dials(s_.steps[s_.step]) ? s_.dials.size() : s_.places.size();
  return index < 0 || static_cast<size_t>(index) < known;
}

std::string Turn::name_of_failed(int index) const {
  const std::string step = to_string(s_.steps[s_.step], plan_.places);
  if (index < 0 || on_dials(s_.steps[s_.step])) return step;
  return fmt::format("{} ({})", step, plan_.places[static_cast<size_t>(index)]);
}

void Turn::unpause() {
  if (s_.bake) leave_out_time();
  s_.paused = false;
  s_.reason.clear();
  if (s_.pending.empty() && !s_.bake) return enter_step();
  if (s_.bake) end_bake_if_over();
}

void Turn::next_step() {
  s_.bake.reset();
  s_.bake_left = Millis{0};
  s_.pending.clear();
  ++s_.step;
  ++s_.ticket;  // what is still heard of the step before says nothing of the next one
  if (s_.paused && s_.phase == Phase::forward) return;
  enter_step();
}

void Turn::enter_step() {
  if (s_.step >= s_.steps.size()) return finish();
  s_.bake.reset();
  s_.pending.clear();
  const Step& step = s_.steps[s_.step];
  if (const auto* bake = std::get_if<step::Bake>(&step)) {
    const bool goes_on = s_.bake_left > Millis{0};
    return begin_bake(*bake, goes_on
                                 ? std::min(bake->length, std::max(s_.bake_left, shortest_bake(plan_.analysis, *bake)))
                                 : bake->length);
  }
  if (const auto* ask = std::get_if<step::Ask>(&step)) {
    // Judged like a bake that is over when somebody says so.
    begin_bake({Millis{0}, {}, 0, OnInsufficient::extend, ask->timeout}, Millis{0});
    s_.ask_end = s_.now + ask->timeout;
    actions_.emplace_back(action::Asked{});
    return;
  }
  std::visit(Overloaded{
                 [&](const step::Expose& s) { s_.pending = s.dials; },
                 [&](const step::Promote& s) { s_.pending = s.dials; },
                 [&](const auto& s) {
                   if constexpr (requires { s.batch; }) {
                     s_.pending = s.batch;
                   } else {
                     s_.pending = {-1};
                   }
                 },
             },
             step);
  if (s_.pending.empty()) return next_step();
  act();
}

// The acts of the current step for everyone still pending, with a new ticket.
void Turn::act() {
  ++s_.ticket;
  s_.act_deadline = s_.now + plan_.progress_deadline;
  std::visit([this](const auto& step) { act_on(step); }, s_.steps[s_.step]);
}

Observed& Turn::touch(int index) {
  Observed& place = s_.places[static_cast<size_t>(index)];
  place.touched = true;
  return place;
}

void Turn::act_on(const step::Start& s) {
  for (const int index : s_.pending) {
    touch(index).runs.reset();  // until it is known to run
    actions_.emplace_back(action::Start{s_.ticket, index, s.side});
  }
}

void Turn::act_on(const step::Probe& s) {
  for (const int index : s_.pending) actions_.emplace_back(action::Probe{s_.ticket, index, s.side, s.once});
}

// From the moment we ask for it users may come, whatever the answer.
void Turn::act_on(const step::Admit&) {
  for (const int index : s_.pending) {
    Observed& place = touch(index);
    place.serving = true;
    place.unsure = true;
    if (place.runs == Side::fresh && !plan_.by_share) note_exposure();
    actions_.emplace_back(action::Admit{s_.ticket, index});
  }
}

void Turn::act_on(const step::Drain&) {
  for (const int index : s_.pending) {
    touch(index).unsure = true;
    actions_.emplace_back(action::Drain{s_.ticket, index, s_.phase == Phase::rolling_back});
  }
}

void Turn::act_on(const step::Stop&) {
  for (const int index : s_.pending) {
    touch(index).runs.reset();  // whether it still does is not known
    actions_.emplace_back(action::Stop{s_.ticket, index});
  }
}

void Turn::act_on(const step::Expose& s) {
  for (const int index : s_.pending) {
    DialState& dial = s_.dials[static_cast<size_t>(index)];
    dial.asked_at = s_.now;
    dial.renewing = false;
    if (s.share > 0 || s.preview) {
      dial.share = std::max(dial.share, s.share);
      dial.preview = dial.preview || s.preview;
      lease_from(dial, plan_.lease, s_.now);
    }
    if (s.share > 0) note_exposure();
    if (s.share > 0 || s.preview) s_.exposed = true;
    actions_.emplace_back(action::Expose{s_.ticket, index, s.share, s.preview});
  }
}

void Turn::act_on(const step::Promote&) {
  for (const int index : s_.pending) {
    s_.exposed = true;
    actions_.emplace_back(action::Promote{s_.ticket, index});
  }
}

void Turn::note_exposure() {
  if (!s_.first_exposed) s_.first_exposed = s_.now;
}

void Turn::note_done(const event::Done& e) {
  const auto place = [&]() -> Observed& { return s_.places[static_cast<size_t>(e.instance)]; };
  const auto dial = [&]() -> DialState& { return s_.dials[static_cast<size_t>(e.instance)]; };
  std::visit(Overloaded{
                 [&](const step::Start& s) { place().runs = s.side; },
                 [&](const step::Admit&) {
                   place().requests = e.requests;
                   place().unsure = false;
                 },
                 [&](const step::Drain&) { note_drained(place(), e); },
                 [&](const step::Expose& s) {
                   dial().share = s.share;
                   dial().preview = s.preview;
                   if (s_.phase == Phase::rolling_back) dial().promoted = false;
                 },
                 [&](const step::Promote&) {
                   dial().promoted = true;
                   dial().share = 0;
                   dial().preview = false;
                 },
                 [](const auto&) {},
             },
             s_.steps[s_.step]);
}

void Turn::note_drained(Observed& observed, const event::Done& e) {
  // A counter that fell was begun anew by a restart of the load balancer.
  const int64_t before = e.requests < observed.requests ? 0 : observed.requests;
  if (observed.runs == Side::fresh && observed.serving) s_.served_by_new += e.requests - before;
  s_.cut += e.cut;
  observed.serving = false;
  observed.unsure = false;
}

}  // namespace trunkline::deployer

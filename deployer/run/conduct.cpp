#include "deployer/run/conduct.h"

#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "base/cli/tool.h"
#include "base/core/signals.h"
#include "deployer/dial/dial.h"
#include "deployer/look/exit_codes.h"
#include "deployer/look/reporter.h"
#include "deployer/record/keep.h"
#include "deployer/record/notes.h"
#include "deployer/record/request.h"
#include "deployer/run/conductor.h"
#include "deployer/run/dial_watch.h"
#include "deployer/run/drift.h"
#include "deployer/run/start_again.h"
#include "deployer/support/interruption.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

// As the journal says that they are: a balancer that was started anew since has forgotten who is out, one that was
// silent may not know who is in. One that is silent now is told when it is back.
Result<> set_doors(Dial& dial, const Begun& begun) {
  const Interruption interruption;
  const std::vector<Server> servers = servers_of(begun.rollout);
  TRY(dial.read(servers));
  std::vector<Server> admitted;
  for (size_t i = 0; i < servers.size(); ++i) {
    const Observed& place = begun.state.places[i];
    if (place.serving && !place.unsure) admitted.push_back(servers[i]);
    if (place.serving) continue;
    const auto done =
        place.runs ? dial.drain(servers[i], 0, interruption.token()).map([](const Drained&) {}) : dial.shut(servers[i]);
    if (!done && done.error().kind != Kind::unavailable) return fail(done.error());
  }
  dial.expect(admitted);
  (void)dial.reassert();  // tried again by the watch
  return {};
}

// The keys of its entries at the balancers.
std::vector<std::string> keys_of(const Begun& begun) {
  std::vector<std::string> keys;
  for (size_t i = 0; i < begun.plan.dials.size(); ++i) {
    keys.push_back(backends_of(begun.rollout, static_cast<int>(i)).key);
  }
  return keys;
}

// Why a rollout did not come to its end, and what is next.
tl::unexpected<base::Error> stopped(const base::Error& error, const Plan& plan, const State& state) {
  const std::string fate = fate_of_users(plan, state);
  const std::string stays = fate.empty() ? "" : "; " + fate;
  if (error.kind == Kind::cancelled) {
    return fail(error.kind, fmt::format("stopped here, as it is{1}. Next: deployer resume {0}, or deployer abort {0}",
                                        plan.service, stays));
  }
  return fail(error.kind, fmt::format("{}; everything stays as it is{}. Next: deployer resume {}", to_string(error),
                                      stays, plan.service));
}

}  // namespace

Result<int> conduct(const ServiceFolder& folder, const ServiceLock& lock, Begun begun, Journal journal,
                    const Event& first, const std::optional<Event>& then, const MoveOptions& options) {
  const bool resumed = !std::holds_alternative<event::Began>(first);
  TRY_ASSIGN(const Launch fresh, folder.load_launch(begun.plan.to));
  std::optional<Launch> stable;
  if (begun.plan.from && ledger::is_managed(*begun.plan.from)) {
    TRY_ASSIGN(stable, folder.load_launch(*begun.plan.from));
  }
  const ProcessDriver driver(folder, "/proc/self/exe");
  const auto dial = make_dial(begun.rollout, lock.fence());
  const base::Millis already = begun.journal.events.empty() ? base::Millis{0} : begun.journal.events.back().at;
  const RolloutClock clock(base::system_clock(), already);
  const Reserve reserve(folder.reserve());
  const auto share = make_share_dial(begun.rollout, lock.fence());
  std::vector<std::string> started;
  if (resumed) {
    if (share != nullptr && !options.overwrite) {
      const bool abort = std::holds_alternative<event::AbortRequested>(first);
      TRY_ASSIGN(const auto changed, changed_meanwhile(*share, begun, abort));
      note_all(folder, changed, begun.plan.id, already);
      if (!changed.empty()) return hold_for_drift(folder, changed, options);
    }
    TRY_ASSIGN(started, start_again(folder, begun, fresh, stable ? &*stable : nullptr, lock.fence()));
    TRY(set_doors(*dial, begun));
  }
  Mailbox mailbox;
  if (then) mailbox.put(*then);
  Reporter reporter(begun.plan, on_stdout(options.json));
  Performer performer({begun.rollout, begun.plan, begun.journal.header.artifact, fresh, stable ? &*stable : nullptr,
                       driver, *dial, share.get(), folder, lock.fence(), mailbox, [&clock] { return clock.now(); }});
  DialWatch watch(*dial, share.get(), keys_of(begun));
  // What is shown is written down, too.
  const auto take_notes = [&](base::Millis now) {
    std::vector<std::string> notes = watch.take_notes();
    note_all(folder, notes, begun.plan.id, now);
    return notes;
  };
  reporter.began(resumed);
  note_all(folder, started, begun.plan.id, clock.now(), "started");
  reporter.noted(started, clock.now());
  Conductor conductor({begun.plan, journal, reserve, performer, mailbox, reporter, clock, lock.fence(),
                       [] { return base::wait_for_termination(base::Millis{0}).has_value(); },
                       [&] { return take_request(folder, begun.plan.id); }, take_notes},
                      begun.state);
  auto state = conductor.run(first);
  watch.end();
  const base::Millis end = clock.now();
  reporter.noted(take_notes(end), end);
  if (!state) return stopped(state.error(), begun.plan, conductor.state());
  reporter.ended(*state);
  if (state->phase == Phase::held) return exit_code_of(*state);
  TRY_ASSIGN(const auto ended, load_begun(folder));
  TRY(settle(folder, *ended));
  // The release is what it is, also where old files cannot be removed.
  const auto swept = remove_old_releases(folder, static_cast<size_t>(begun.rollout.keep_releases));
  if (!swept) base::cli::print_error("deployer", swept.error());
  return exit_code_of(*state);
}

}  // namespace trunkline::deployer

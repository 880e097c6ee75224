#include "deployer/run/release.h"

#include <algorithm>
#include <fmt/format.h>
#include <stop_token>

#include "base/cli/terminal.h"
#include "base/cli/tool.h"
#include "base/core/signals.h"
#include "deployer/dial/dial.h"
#include "deployer/dial/haproxy_socket.h"
#include "deployer/look/capacity.h"
#include "deployer/look/exit_codes.h"
#include "deployer/record/begun.h"
#include "deployer/record/keep.h"
#include "deployer/record/kept_journals.h"
#include "deployer/record/left.h"
#include "deployer/record/notes.h"
#include "deployer/record/request.h"
#include "deployer/record/rollout_id.h"
#include "deployer/record/service_lock.h"
#include "deployer/run/conductor.h"
#include "deployer/run/dial_watch.h"
#include "deployer/run/start_again.h"
#include "deployer/support/interruption.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::fail;
using base::Kind;
using base::Result;

namespace {

// For a deployer that was killed when all was done but this.
Result<> settle_last(const ServiceFolder& folder) {
  TRY_ASSIGN(const ServiceLock lock, ServiceLock::take(folder, "settle"));
  TRY_ASSIGN(const auto begun, load_begun(folder));
  return begun && begun->finished() ? settle(folder, *begun) : Result<>{};
}

// One word instead of a rollout.
void say(std::string_view type, const std::string& service, const std::string& text, const MoveOptions& options) {
  if (options.json)
    return base::cli::print_json(base::JsonObject{{"type", type}, {"service", service}, {"text", text}});
  base::cli::print(text + ".\n");
}

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

// Of a rollout, at this time of its own; `release` is "" before it began.
void write_down(const ServiceFolder& folder, const std::vector<std::string>& notes, const std::string& release,
                base::Millis now, const std::string& kind = "balancer") {
  for (const std::string& text : notes) {
    // None is worth stopping for.
    (void)append_note(folder, {base::system_clock().wall(), "deployer", text.starts_with(kDrift) ? "drift" : kind, text,
                               release, now});
  }
}

// What somebody changed meanwhile is told, and left as it is.
int hold_for_drift(const ServiceFolder& folder, const std::vector<std::string>& found, const MoveOptions& options) {
  for (const std::string& drift : found) say("drift", folder.service(), drift, options);
  say("held", folder.service(), "Nothing was touched. Next: set it back, or say --overwrite", options);
  return kExitHeld;
}

// What somebody changed since the last rollout, before a new one begins.
Result<std::vector<std::string>> changed_before(const Begun& before, const Begun& begun) {
  const auto share = make_share_dial(begun.rollout);
  if (share == nullptr || !begun.plan.from || before.journal.events.empty()) return std::vector<std::string>{};
  TRY_ASSIGN(const DialViews views, look_at_dials(*share, begun));
  return find_drift(begun, left_at_dials(begun), views, before.journal.events.back().wall);
}

// What somebody changed while no deployer was at work on this one. What comes later the dial sees by itself.
Result<std::vector<std::string>> changed_meanwhile(ShareDial& share, const Begun& begun, bool abort) {
  if (begun.journal.events.empty()) return std::vector<std::string>{};
  TRY_ASSIGN(const DialViews views, look_at_dials(share, begun));
  auto left = left_at_dials(begun);
  for (size_t i = 0; i < left.size(); ++i) {
    for (const Exposure& value : left[i]) {
      if (all_show(value, views[i])) share.expect(value);
    }
    // Who sent all users back by hand did what an abort does.
    const Exposure nobody = exposure_of(begun.rollout, begun.plan, static_cast<int>(i), 0, false);
    if (abort) left[i].insert(left[i].begin(), nobody);
  }
  return find_drift(begun, left, views, begun.journal.events.back().wall);
}

// Everything between a journal that stands and a rollout that ended; the lock is held.
// `then` is a person's word that is taken right behind the first event.
Result<int> conduct(const ServiceFolder& folder, const ServiceLock& lock, Begun begun, Journal journal,
                    const Event& first, const std::optional<Event>& then, const MoveOptions& options) {
  const bool resumed = !std::holds_alternative<event::Began>(first);
  TRY_ASSIGN(const Launch fresh, folder.load_launch(begun.plan.to));
  std::optional<Launch> stable;
  if (begun.plan.from) {
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
      write_down(folder, changed, begun.plan.id, already);
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
    write_down(folder, notes, begun.plan.id, now);
    return notes;
  };
  reporter.began(resumed);
  write_down(folder, started, begun.plan.id, clock.now(), "started");
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

// The way back must be there before anything is touched: how the stable revision is started, and its files.
Result<> check_way_back(const ServiceFolder& folder, const std::optional<ledger::Revision>& stable) {
  if (!stable) return {};
  TRY_ASSIGN(const Launch launch, folder.load_launch(*stable));
  std::vector<fs::path> needed = {folder.release(*stable)};
  if (!launch.files.empty()) needed.push_back(folder.config(*stable));
  for (const fs::path& path : needed) {
    if (fs::exists(path)) continue;
    return fail(Kind::not_found, fmt::format("the files of {}, to which this release would go back, are gone from {}",
                                             stable->version, path.string()));
  }
  return {};
}

// What runs but is not in the file any more would be nobody's: it could neither be replaced nor taken down.
Result<> check_nobody_left_out(const ServiceFolder& folder, const Rollout& rollout) {
  const ProcessDriver driver(folder, "/proc/self/exe");
  const std::vector<Instance> places = places_of(rollout);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder.root() / "instances", ignored)) {
    const std::string id = entry.path().filename().string();
    const bool listed =
        std::any_of(places.begin(), places.end(), [&](const Instance& place) { return place.id == id; });
    if (listed) continue;
    TRY_ASSIGN(const InstanceView view, driver.observe(id));
    if (view.status == InstanceStatus::stopped) continue;
    return fail(Kind::invalid,
                fmt::format("targets.instances: {} runs, but is not in the list; name it, or take the "
                            "service down first",
                            id),
                {rollout.file, 0, 0});
  }
  return {};
}

// Both copies must fit: a machine out of memory ends whichever process it likes.
Result<> check_capacity(const ServiceFolder& folder, const Rollout& rollout, const Before& stable,
                        const ledger::Revision& to) {
  TRY_ASSIGN(const Plan plan, compile(rollout, "", stable, to));
  const auto capacity = capacity_for(plan, ProcessDriver(folder, "/proc/self/exe"));
  if (!capacity || capacity->is_there()) return {};
  return fail(Kind::conflict,
              fmt::format("the new instances beside the old ones would take some {} MB of memory, but only {} MB are "
                          "available here",
                          capacity->needed / 1'000'000, capacity->available / 1'000'000));
}

// No rollout goes on, but what a machine that went down no longer runs does.
Result<int> resume_finished(const ServiceFolder& folder, const Begun& finished, const MoveOptions& options) {
  TRY_ASSIGN(const ServiceLock lock, ServiceLock::take(folder, "resume"));
  TRY_ASSIGN(const auto lines, start_all_again(folder, finished, lock.fence()));
  for (const std::string& line : lines) say("started_again", folder.service(), line, options);
  if (lines.empty()) {
    say("nothing_unfinished", folder.service(), folder.service() + " has no unfinished rollout", options);
  }
  return 0;
}

Result<int> refuse_unfinished(const Begun& begun, const MoveOptions& options) {
  say("unfinished", begun.plan.service,
      fmt::format("{0} is not finished with {1} ({2}). Nothing was touched. Next: `deployer resume {0}` or "
                  "`deployer abort {0}`",
                  begun.plan.service, begun.plan.to.version, to_string(begun.state.phase)),
      options);
  return kExitHeld;
}

}  // namespace

Result<int> run_release(const Prepared& prepared, const MoveOptions& options) {
  // What is wrong with the request is found before anything is made, and so is a balancer that is gone.
  TRY(compile(prepared.rollout, "", {}, prepared.launch.revision));
  TRY(make_dial(prepared.rollout)->read(servers_of(prepared.rollout)));
  const ServiceFolder folder(options.state, prepared.rollout.service);
  TRY(folder.make());
  TRY_ASSIGN(const ServiceLock lock, ServiceLock::take(folder, "run " + prepared.rollout.file));
  TRY_ASSIGN(const auto before, load_begun(folder));
  if (before && !before->finished()) return refuse_unfinished(*before, options);
  if (before) TRY(settle(folder, *before));
  TRY_ASSIGN(const auto stable, folder.load_stable());
  TRY(check_way_back(folder, stable.revision));
  TRY(check_nobody_left_out(folder, prepared.rollout));
  TRY(check_capacity(folder, prepared.rollout, stable, prepared.launch.revision));
  const base::WallTime now = base::system_clock().wall();
  const Header header{new_rollout_id(now),
                      prepared.rollout.service,
                      fs::absolute(prepared.rollout.file).string(),  // whoever resumes may stand elsewhere
                      prepared.text,
                      prepared.artifact,
                      stable,
                      prepared.launch.revision,
                      now,
                      who_am_i()};
  TRY_ASSIGN(const Plan plan, compile(prepared.rollout, header.id, header.before, header.to));
  const Begun begun{{header, {}, 0}, prepared.rollout, plan, initial_state(plan)};
  if (before && !options.overwrite) {
    TRY_ASSIGN(const auto changed, changed_before(*before, begun));
    write_down(folder, changed, "", base::Millis{0});
    if (!changed.empty()) return hold_for_drift(folder, changed, options);
  }
  TRY(Reserve(folder.reserve()).fill());  // before anything is touched: the way back needs room
  TRY(folder.save_config(header.to, prepared.config));
  TRY(folder.save_launch(prepared.launch));
  if (before) TRY(keep_journal(folder, before->plan.id));
  TRY_ASSIGN(Journal journal, Journal::create(folder.journal(), header));
  return conduct(folder, lock, begun, std::move(journal), event::Began{}, std::nullopt, options);
}

namespace {

// Whether a person's word is for the way back, for which there is a reserve.
bool goes_back(const State& state, const Event& event) {
  return std::holds_alternative<event::AbortRequested>(event) || state.phase == Phase::rolling_back ||
         (state.phase == Phase::held && state.held_in == Phase::rolling_back);
}

// Who answers is not gone. The last one stays.
Result<> leave_out(Begun& begun, const std::vector<std::string>& without) {
  if (without.empty()) return {};
  std::vector<std::string> none;
  auto& endpoints = begun.rollout.traffic ? begun.rollout.traffic->endpoints : none;
  for (const std::string& word : without) {
    const std::string socket = word.starts_with("unix:") ? word.substr(5) : word;
    const auto found = std::find(endpoints.begin(), endpoints.end(), socket);
    if (found == endpoints.end() || endpoints.size() == 1) {
      return fail(Kind::usage, fmt::format("--without: {} is not one of several balancers of this rollout{}", socket,
                                           endpoints.empty() ? "" : fmt::format(": {}", fmt::join(endpoints, ", "))));
    }
    if (ask_haproxy(socket, "show info")) {
      return fail(Kind::conflict, fmt::format("--without: HAProxy answers at {}, so it may send users where they were "
                                              "before; stop it first, or leave the option out",
                                              socket));
    }
    endpoints.erase(found);
  }
  int& quorum = begun.rollout.traffic->quorum;
  quorum = std::min(quorum, static_cast<int>(endpoints.size()));
  return {};
}

}  // namespace

Result<int> move_on(const std::string& service, const Event& event, const MoveOptions& options) {
  const ServiceFolder folder(options.state, service);
  TRY_ASSIGN(auto seen, load_begun(folder));
  if (!seen || seen->finished()) {
    TRY(settle_last(folder));
    if (seen && std::holds_alternative<event::Resumed>(event)) return resume_finished(folder, *seen, options);
    say("nothing_unfinished", service, fmt::format("{} has no unfinished rollout", service), options);
    return 0;
  }
  const bool resume = std::holds_alternative<event::Resumed>(event);
  if (goes_back(seen->state, event)) Reserve(folder.reserve()).give_up_if_full();
  const Event word = resume ? event::ResumeRequested{who_am_i()} : event;
  // Who resumes what is at work and not paused is told who is at work.
  const bool may_hand_over = options.without.empty() && (!resume || seen->state.paused);
  TRY_ASSIGN(const bool taken, may_hand_over ? hand_over(folder, seen->plan.id, word) : false);
  if (taken) {
    say("handed_over", service, "The deployer at work does it", options);
    return 0;
  }
  if (std::holds_alternative<event::PauseRequested>(event)) {
    say("nobody_at_work", service, fmt::format("No deployer is at work on {}; nothing goes on by itself", service),
        options);
    return 0;
  }
  TRY_ASSIGN(const ServiceLock lock, ServiceLock::take(folder, resume ? "resume" : "go on"));
  TRY_ASSIGN(seen, load_begun(folder));  // again, now that nobody else writes
  if (seen->finished()) {
    TRY(settle(folder, *seen));
    return exit_code_of(seen->state);
  }
  TRY(leave_out(*seen, options.without));
  TRY_ASSIGN(Journal journal, Journal::reopen(folder.journal(), seen->journal));
  const bool promote = std::holds_alternative<event::PromoteRequested>(event);
  return conduct(folder, lock, std::move(*seen), std::move(journal),
                 promote || resume ? event::Resumed{who_am_i()} : event, promote ? std::optional(event) : std::nullopt,
                 options);
}

}  // namespace trunkline::deployer

#include "deployer/run/move_on.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "deployer/dial/haproxy_socket.h"
#include "deployer/look/exit_codes.h"
#include "deployer/record/begun.h"
#include "deployer/record/request.h"
#include "deployer/record/service_lock.h"
#include "deployer/run/conduct.h"
#include "deployer/run/say.h"
#include "deployer/run/start_again.h"
#include "deployer/support/reserve.h"

namespace trunkline::deployer {
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
    if (found == endpoints.begin()) begun.rollout.traffic->state_file.clear();  // it is of the first one's servers
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

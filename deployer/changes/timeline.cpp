#include "deployer/changes/timeline.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "base/cli/terminal.h"
#include "base/core/overloaded.h"
#include "deployer/dial/dial.h"

namespace trunkline::deployer {
namespace {

const std::string kItself = "deployer";

std::string way_of(const std::optional<ledger::Revision>& from, const ledger::Revision& to,
                   const std::string& strategy) {
  return fmt::format("{} -> {}, {}", from ? from->version : "nothing", to.version, strategy);
}

std::string words_of(std::string outcome) {
  std::replace(outcome.begin(), outcome.end(), '_', ' ');
  return outcome;
}

// The changes of one rollout, by replaying its journal.
class Chapter {
 public:
  Chapter(const Begun& begun, std::vector<Change>& changes)
      : begun_(begun), changes_(changes), state_(initial_state(begun.plan)) {}

  void tell() {
    for (const Recorded& recorded : begun_.journal.events) take(recorded);
  }

 private:
  void take(const Recorded& recorded) {
    at_ = recorded.wall;
    std::visit([this](const auto& event) { said(event); }, recorded.event);
    const State before = state_;
    state_ = advance(begun_.plan, std::move(state_), recorded.event, recorded.at).state;
    if (const auto* done = std::get_if<event::Done>(&recorded.event)) did(before, *done);
    turned(before, recorded.event);
  }

  // ---- the words of people

  void said(const event::Began&) {
    const Header& header = begun_.journal.header;
    add("release", header.who, way_of(header.before.revision, header.to, begun_.plan.strategy));
  }
  void said(const event::Resumed& e) { add("resume", e.who, "taken up again"); }
  void said(const event::PauseRequested& e) { add("pause", e.who, ""); }
  void said(const event::ResumeRequested& e) { add("resume", e.who, "the pause is over"); }
  void said(const event::PromoteRequested& e) { add("promote", e.who, e.full ? "to all users at once" : ""); }
  void said(const event::AbortRequested& e) { add("abort", e.who, ""); }
  void said(const event::Adopted& e) {
    add("adopt", e.who, fmt::format("{} runs, and its state was lost", begun_.plan.to.version));
  }
  template <typename Other>
  void said(const Other&) {}

  // ---- what it did

  std::string key(int dial) const { return backends_of(begun_.rollout, dial).key; }

  // Each dial and each instance by itself: users meet the change from there on.
  void did(const State& before, const event::Done& done) {
    if (done.ticket != before.ticket || before.step >= before.steps.size()) return;
    std::visit(base::Overloaded{
                   [&](const step::Expose& s) {
                     add("share", kItself,
                         fmt::format("{}: {} of users on the new side{}", key(done.instance), share_text(s.share),
                                     s.preview ? ", and who asks for it" : ""));
                   },
                   [&](const step::Promote&) {
                     add("promoted", kItself,
                         fmt::format("{}: {} is the stable side", key(done.instance), begun_.plan.to.version));
                   },
                   [&](const step::Admit&) { admitted(before, done.instance); },
                   [](const auto&) {},
               },
               before.steps[before.step]);
  }

  // By share nobody meets an instance by its being admitted.
  void admitted(const State& before, int place) {
    if (begun_.plan.by_share && begun_.plan.from) return;
    const auto runs = before.places[static_cast<size_t>(place)].runs;
    if (!runs) return;
    const std::string& version =
        *runs == Side::fresh || !begun_.plan.from ? begun_.plan.to.version : begun_.plan.from->version;
    add("admitted", kItself, fmt::format("{} with {}", begun_.plan.places[static_cast<size_t>(place)], version));
  }

  void turned(const State& before, const Event& event) {
    if (before.phase == state_.phase) return;
    const bool asked = std::holds_alternative<event::AbortRequested>(event);
    if (state_.phase == Phase::held) add("held", kItself, state_.reason);
    if (state_.phase == Phase::rolling_back && !asked && before.phase == Phase::forward) {
      add("taken back", kItself, state_.reason);
    }
    if (state_.outcome) add(words_of(std::string(to_string(*state_.outcome))), kItself, state_.reason);
  }

  void add(std::string what, std::string who, std::string detail) {
    changes_.push_back({at_, std::move(what), std::move(who), std::move(detail), begun_.plan.id});
  }

  const Begun& begun_;
  std::vector<Change>& changes_;
  State state_;
  base::WallTime at_{};
};

// By time; what happened at the same time stays as it was told.
std::vector<Change> in_order(std::vector<Change> changes, std::optional<base::WallTime> since) {
  std::multimap<base::WallTime, Change> by_time;
  for (Change& change : changes) {
    if (!since || change.at >= *since) by_time.emplace(change.at, std::move(change));
  }
  std::vector<Change> ordered;
  for (auto& [at, change] : by_time) ordered.push_back(std::move(change));
  return ordered;
}

}  // namespace

std::vector<Change> timeline(const std::vector<Begun>& rollouts, const std::vector<ledger::Release>& history,
                             const std::vector<Note>& notes, std::optional<base::WallTime> since) {
  std::vector<Change> changes;
  std::set<std::string> told;
  for (const Begun& begun : rollouts) {
    if (told.insert(begun.plan.id).second) Chapter(begun, changes).tell();
  }
  for (const ledger::Release& release : history) {
    if (told.contains(release.id)) continue;
    changes.push_back(
        {release.started_at, "release", release.who, way_of(release.from, release.to, release.strategy), release.id});
    changes.push_back({release.ended_at, words_of(release.outcome), kItself, release.reason, release.id});
  }
  for (const Note& note : notes) changes.push_back({note.at, note.kind, note.who, note.text, note.release});
  return in_order(std::move(changes), since);
}

base::Json to_json(const Change& change) {
  base::JsonObject json{{"at", base::to_iso8601(change.at)}, {"what", change.what}};
  if (!change.who.empty()) json["who"] = change.who;
  if (!change.detail.empty()) json["detail"] = change.detail;
  if (!change.release.empty()) json["release"] = change.release;
  return json;
}

std::string to_text(const std::vector<Change>& changes) {
  std::vector<std::vector<std::string>> rows = {{"TIME (UTC)", "WHAT", "WHO", "DETAIL"}};
  for (const Change& change : changes) {
    std::string time = base::to_iso8601(change.at).substr(0, 19);
    time[10] = ' ';
    rows.push_back(
        {time, change.what, change.who.empty() ? "-" : change.who, change.detail.substr(0, change.detail.find('\n'))});
  }
  return base::cli::format_table(rows);
}

}  // namespace trunkline::deployer

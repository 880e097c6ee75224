#include "deployer/record/begun.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

Result<std::optional<Begun>> load_begun(const ServiceFolder& folder) {
  auto journal = read_journal(folder.journal());
  if (!journal && journal.error().kind == Kind::not_found) return std::nullopt;
  if (!journal) return fail(journal.error());
  return begun_of(*std::move(journal));
}

Result<Begun> begun_of(JournalContent journal) {
  const Header& header = journal.header;
  TRY_ASSIGN(Rollout rollout, parse_rollout(header.text, header.file));
  TRY_ASSIGN(Plan plan, compile(rollout, header.id, header.before, header.to));
  State state = replay(plan, journal.events);
  return Begun{std::move(journal), std::move(rollout), std::move(plan), std::move(state)};
}

ledger::Release release_of(const Begun& begun) {
  const Header& header = begun.journal.header;
  ledger::Release release;
  release.id = header.id;
  release.service = begun.plan.service;
  release.environment = begun.plan.environment;
  release.from = header.before.revision;
  release.to = header.to;
  release.strategy = begun.plan.strategy;
  release.started_at = header.started_at;
  for (const Recorded& recorded : begun.journal.events) {
    release.ended_at = recorded.wall;
    const bool exposed = begun.state.first_exposed && recorded.at >= *begun.state.first_exposed;
    if (exposed && !release.first_exposed_at) release.first_exposed_at = recorded.wall;
  }
  release.outcome = begun.state.outcome ? to_string(*begun.state.outcome) : "";
  release.reason = begun.state.reason;
  release.who = header.who;
  return release;
}

Result<> settle(const ServiceFolder& folder, const Begun& begun) {
  const auto releases = ledger::read_history(folder.history());
  if (releases && !releases->empty() && releases->back().id == begun.plan.id) return {};
  if (begun.state.outcome == Outcome::completed) TRY(folder.save_stable({begun.plan.to, begun.plan.new_pool()}));
  return ledger::append_release(folder.history(), release_of(begun));
}

}  // namespace trunkline::deployer

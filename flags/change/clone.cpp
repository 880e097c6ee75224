#include <fmt/format.h>

#include "flags/change/flag_repository.h"

// The work tree of a repository and the upstream on which its changes are made.
namespace trunkline::flags {

using base::Kind;
using base::RemoteBranch;
using base::Result;

Result<std::optional<RemoteBranch>> FlagRepository::upstream() const {
  if (repository_.work_tree().empty()) return std::nullopt;
  return repository_.upstream(place_.branch);
}

Result<FlagBranch> FlagRepository::target(const std::optional<RemoteBranch>& upstream) {
  if (upstream) return FlagBranch::named(&repository_, *upstream);
  if (!cache_) return FlagBranch::in(&repository_, place_.branch);
  return FlagBranch::of(&repository_, {place_.repository, place_.branch, "refs/heads/" + place_.branch});
}

Result<> FlagRepository::check_clone(const RemoteBranch& upstream, const std::string& tip) {
  TRY_ASSIGN(const bool clean, is_clean());
  if (!clean) {
    return base::fail(Kind::conflict, "has changes that are not committed; commit them or put them away first",
                      {place_.path, 0, 0});
  }
  if (tip.empty()) return {};
  // What the upstream holds may not be here yet.
  if (base::local_path(upstream.url)) TRY(repository_.fetch(upstream));
  const auto here = repository_.tip(place_.branch);
  if (here) {
    TRY_ASSIGN(const base::Distance distance, repository_.distance(*here, tip));
    if (distance.ahead > 0) {
      return base::fail(
          Kind::conflict,
          fmt::format("branch {} has {} commit{} that {} lacks; push or pull first, or use --no-push", place_.branch,
                      distance.ahead, distance.ahead == 1 ? "" : "s", base::without_user(upstream.url)));
    }
  }
  return repository_.check_fast_forward(place_.branch, tip);
}

Result<> FlagRepository::follow(const RemoteBranch& upstream, const std::string& commit) {
  auto done = base::local_path(upstream.url) ? repository_.fetch(upstream) : Result<std::string>(commit);
  const auto moved = done ? repository_.fast_forward(place_.branch, *done) : base::fail(done.error());
  if (moved) return {};
  return base::fail(moved.error().kind, fmt::format("commit {} is on {}, but this clone does not follow: {}", commit,
                                                    base::without_user(upstream.url), moved.error().message));
}

Result<std::optional<CloneState>> FlagRepository::clone_state() const {
  TRY_ASSIGN(const auto upstream, this->upstream());
  if (!upstream) return std::nullopt;
  CloneState state{*upstream, std::nullopt};
  const auto here = repository_.tip(place_.branch);
  const auto there = repository_.last_seen(*upstream);
  if (here && there) {
    TRY_ASSIGN(state.distance, repository_.distance(*here, *there));
  }
  return state;
}

Result<bool> FlagRepository::is_clean() const {
  if (repository_.work_tree().empty()) return true;
  TRY_ASSIGN(const bool dirty, repository_.is_dirty(place_.path));
  return !dirty;
}

}  // namespace trunkline::flags

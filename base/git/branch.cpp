#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "base/git/handle.h"

// What moves branches, and follows those of other repositories.
namespace trunkline::base {

namespace {

// Waits for its turn.
Result<Descriptor> lock_file(const std::string& path) {
  Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)};
  if (!file) return fail(system_error("open " + path, errno));
  while (flock(file.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return fail(system_error("lock " + path, errno));
  }
  return file;
}

}  // namespace

Result<Descriptor> lock_work_tree(git_repository* repository) {
  return lock_file(std::string(git_repository_commondir(repository)) + "trunkline.lock");
}

Result<Descriptor> Repository::take_turn() const {
  return lock_file(std::string(git_repository_commondir(state_->get())) + "trunkline-turn.lock");
}

bool is_checked_out(git_repository* repository, const std::string& branch) {
  if (git_repository_is_bare(repository) == 1) return false;
  git_reference* raw = nullptr;
  git_reference_lookup(&raw, repository, "HEAD");
  const GitReference head(raw);
  const char* target = head ? git_reference_symbolic_target(head.get()) : nullptr;
  return target != nullptr && target == branch_ref(branch);
}

Result<> move_branch(git_repository* repository, const std::string& branch, const std::string& expected,
                     const std::string& commit) {
  TRY_ASSIGN(const git_oid id, parse_id(commit));
  git_oid current{};
  if (!expected.empty()) {
    TRY_ASSIGN(current, parse_id(expected));
  }
  git_reference* raw = nullptr;
  const int code =
      git_reference_create_matching(&raw, repository, branch_ref(branch).c_str(), &id, expected.empty() ? 0 : 1,
                                    expected.empty() ? nullptr : &current, "trunkline: commit");
  git_reference_free(raw);
  if (code == 0) return {};
  // A deleted branch is a moved one too.
  if (code == GIT_ENOTFOUND || code == GIT_EMODIFIED || code == GIT_EEXISTS) {
    return fail(Kind::conflict, fmt::format("branch {} has moved", branch));
  }
  return fail(git_failure(code, fmt::format("move branch {}", branch)));
}

namespace {

// With GIT_CHECKOUT_DRY_RUN it only says whether it could.
Result<> check_out_safely(git_repository* repository, const std::string& id, unsigned strategy) {
  TRY_ASSIGN(const GitCommit commit, find_commit(repository, id));
  git_checkout_options options = GIT_CHECKOUT_OPTIONS_INIT;
  options.checkout_strategy = GIT_CHECKOUT_SAFE | strategy;
  const int code = git_checkout_tree(repository, reinterpret_cast<git_object*>(commit.get()), &options);
  if (code == 0) return {};
  const Error error = git_failure(code, fmt::format("check out {}", id));
  if (code != GIT_ECONFLICT) return fail(error);
  return fail(Kind::conflict, fmt::format("files of {} that are not committed are in the way of what comes; commit "
                                          "them or put them away first",
                                          git_repository_workdir(repository)));
}

}  // namespace

Result<std::optional<RemoteBranch>> Repository::upstream(const std::string& branch) const {
  constexpr std::string_view kHeads = "refs/heads/";
  const std::string remote = setting(state_->get(), fmt::format("branch.{}.remote", branch));
  const std::string merge = setting(state_->get(), fmt::format("branch.{}.merge", branch));
  if (remote.empty() || remote == "." || !merge.starts_with(kHeads)) return std::nullopt;
  const std::string named = setting(state_->get(), fmt::format("remote.{}.url", remote));
  // Git takes a remote without settings for a URL.
  RemoteBranch upstream{named.empty() ? remote : named, merge.substr(kHeads.size()), {}};
  if (const auto path = local_path(upstream.url)) upstream.url = (work_tree() / *path).lexically_normal().string();
  upstream.ref = named.empty() ? fmt::format("refs/trunkline/upstream/{}", branch)
                               : fmt::format("refs/remotes/{}/{}", remote, upstream.branch);
  return upstream;
}

Result<std::string> Repository::last_seen(const RemoteBranch& upstream) const {
  git_oid id{};
  const int code = git_reference_name_to_id(&id, state_->get(), upstream.ref.c_str());
  if (code != 0) return fail(git_failure(code, fmt::format("read {}", upstream.ref)));
  return to_text(id);
}

Result<> Repository::check_fast_forward(const std::string& branch, const std::string& commit) const {
  if (const auto now = tip(branch)) {
    TRY_ASSIGN(const Distance distance, this->distance(*now, commit));
    if (distance.ahead > 0) {
      return fail(Kind::conflict, fmt::format("branch {} has {} commit{} of its own", branch, distance.ahead,
                                              distance.ahead == 1 ? "" : "s"));
    }
  }
  if (!is_checked_out(state_->get(), branch)) return {};
  return check_out_safely(state_->get(), commit, GIT_CHECKOUT_DRY_RUN);
}

Result<> Repository::fast_forward(const std::string& branch, const std::string& commit) {
  const bool checked_out = is_checked_out(state_->get(), branch);
  Descriptor lock;
  if (checked_out) {
    TRY_ASSIGN(lock, lock_work_tree(state_->get()));
  }
  const auto now = tip(branch);
  if (now && *now == commit) return {};
  TRY(check_fast_forward(branch, commit));
  if (checked_out) TRY(check_out_safely(state_->get(), commit, 0));
  return move_branch(state_->get(), branch, now ? *now : "", commit);
}

}  // namespace trunkline::base

#include "pipelines/trunk/version.h"

#include <fmt/chrono.h>

namespace trunkline::pipelines {

std::string to_string(const Version& version) {
  return fmt::format("{:%Y.%m.%d}-{}-g{}{}", version.date, version.count, version.commit.substr(0, 7),
                     version.dirty ? "-dirty" : "");
}

base::Result<Version> version_of(const base::Repository& repository) {
  auto head = repository.head();
  if (!head && head.error().kind == base::Kind::not_found) {
    return base::fail(base::Kind::not_found, "HEAD: this repository has no commit yet");
  }
  TRY_ASSIGN(const std::string commit, std::move(head));
  if (repository.is_shallow()) {
    return base::fail(base::Kind::not_found,
                      "this is a shallow clone: its commits cannot be counted; get them all with `git fetch "
                      "--unshallow` (actions/checkout: fetch-depth: 0)");
  }
  TRY_ASSIGN(const base::CommitInfo info, repository.commit_info(commit));
  TRY_ASSIGN(const int count, repository.first_parent_count(commit));
  Version version{std::chrono::floor<std::chrono::days>(info.committed_at), count, commit, false};
  if (!repository.work_tree().empty()) {
    TRY_ASSIGN(version.dirty, repository.is_dirty());
  }
  return version;
}

}  // namespace trunkline::pipelines

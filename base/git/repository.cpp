#include "base/git/repository.h"

#include <fmt/format.h>

#include "base/git/handle.h"

namespace trunkline::base {
namespace fs = std::filesystem;
namespace {

CommitInfo info_of(git_commit* commit) {
  const git_signature* author = git_commit_author(commit);
  CommitInfo info;
  info.id = to_text(*git_commit_id(commit));
  info.author = {author->name, author->email};
  info.committed_at = WallTime{std::chrono::seconds{git_commit_time(commit)}};
  info.message = git_commit_message(commit);
  for (unsigned i = 0; i < git_commit_parentcount(commit); ++i) {
    info.parents.push_back(to_text(*git_commit_parent_id(commit, i)));
  }
  return info;
}

// The first parent, or null at the root and where a shallow clone ends.
GitCommit first_parent(git_commit* commit) {
  git_commit* parent = nullptr;
  if (git_commit_parentcount(commit) > 0) git_commit_parent(&parent, commit, 0);
  return GitCommit(parent);
}

Result<GitTreeEntry> find_entry(git_commit* commit, const std::string& path) {
  TRY_ASSIGN(const GitTree tree, own<GitTree>("read tree", [&](auto** out) { return git_commit_tree(out, commit); }));
  return own<GitTreeEntry>(fmt::format("read {}", path),
                           [&](auto** out) { return git_tree_entry_bypath(out, tree.get(), path.c_str()); });
}

// The id of what stands at `path`; empty if nothing does.
std::string entry_id(git_commit* commit, const std::string& path) {
  const auto entry = commit == nullptr ? fail(Kind::not_found, "") : find_entry(commit, path);
  return entry ? to_text(*git_tree_entry_id(entry->get())) : "";
}

Result<std::string> target_of(git_repository* repository, const std::string& name, const std::string& what) {
  git_oid id{};
  if (const int code = git_reference_name_to_id(&id, repository, name.c_str()); code != 0) {
    return fail(git_failure(code, what));
  }
  return to_text(id);
}

}  // namespace

Repository::Repository(std::unique_ptr<State> state) : state_(std::move(state)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;
Repository::~Repository() = default;

Result<Repository> Repository::open(const fs::path& path) {
  start_libgit2();
  int code = 0;
  auto repository = own<GitRepository>(fmt::format("open {}", path.string()), [&](auto** out) {
    return code = git_repository_open_ext(out, path.c_str(), 0, nullptr);
  });
  if (code == GIT_EOWNER) {
    return fail(Kind::denied, fmt::format("{0} belongs to another user; `git config --global --add safe.directory "
                                          "$(realpath {0})` lets you use it",
                                          path.string()));
  }
  if (!repository) return fail(std::move(repository.error()));
  return Repository(std::make_unique<State>(State{*std::move(repository)}));
}

Result<Repository> Repository::open_or_init_bare(const fs::path& folder) {
  start_libgit2();
  TRY_ASSIGN(auto repository, own<GitRepository>(fmt::format("make repository {}", folder.string()), [&](auto** out) {
               if (git_repository_open_bare(out, folder.c_str()) == 0) return 0;
               return git_repository_init(out, folder.c_str(), 1);
             }));
  return Repository(std::make_unique<State>(State{std::move(repository)}));
}

Result<Repository> Repository::open_or_init(const fs::path& folder, bool bare, const std::string& branch) {
  start_libgit2();
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  options.flags = GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_NO_REINIT;
  if (bare) options.flags |= GIT_REPOSITORY_INIT_BARE;
  options.initial_head = branch.c_str();
  TRY_ASSIGN(auto repository, own<GitRepository>(fmt::format("make repository {}", folder.string()), [&](auto** out) {
               const int code = git_repository_open_ext(out, folder.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
               return code == GIT_ENOTFOUND ? git_repository_init_ext(out, folder.c_str(), &options) : code;
             }));
  return Repository(std::make_unique<State>(State{std::move(repository)}));
}

fs::path Repository::work_tree() const {
  const char* folder = git_repository_workdir(state_->get());
  return folder == nullptr ? fs::path{} : fs::path{folder};
}

bool Repository::is_shallow() const {
  return git_repository_is_shallow(state_->get()) == 1;
}

Result<std::string> Repository::head() const {
  return target_of(state_->get(), "HEAD", "read HEAD");
}

Result<std::string> Repository::tip(const std::string& branch) const {
  return target_of(state_->get(), branch_ref(branch), fmt::format("read branch {}", branch));
}

Result<std::string> Repository::find_commit_id(const std::string& digits) const {
  git_oid prefix{};
  const bool hex = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hex || digits.size() < 4 || digits.size() > GIT_OID_HEXSZ ||
      git_oid_fromstrn(&prefix, digits.data(), digits.size()) != 0) {
    return fail(Kind::usage, fmt::format("expected a commit id or its first digits, got \"{}\"", digits));
  }
  git_commit* raw = nullptr;
  const int code = git_commit_lookup_prefix(&raw, state_->get(), &prefix, digits.size());
  const GitCommit found(raw);
  if (code == GIT_EAMBIGUOUS) return fail(Kind::usage, fmt::format("several commits begin with {}", digits));
  if (code == GIT_ENOTFOUND) return fail(Kind::not_found, fmt::format("no commit {}", digits));
  if (code != 0) return fail(git_failure(code, fmt::format("read commit {}", digits)));
  return to_text(*git_commit_id(found.get()));
}

Result<Distance> Repository::distance(const std::string& commit, const std::string& other) const {
  TRY_ASSIGN(const git_oid ours, parse_id(commit));
  TRY_ASSIGN(const git_oid theirs, parse_id(other));
  Distance distance;
  const int code = git_graph_ahead_behind(&distance.ahead, &distance.behind, state_->get(), &ours, &theirs);
  if (code != 0) return fail(git_failure(code, fmt::format("compare {} with {}", commit, other)));
  return distance;
}

Result<CommitInfo> Repository::commit_info(const std::string& commit) const {
  TRY_ASSIGN(const GitCommit found, find_commit(state_->get(), commit));
  return info_of(found.get());
}

Result<std::string> Repository::read_blob(const std::string& commit, const std::string& path, size_t max_bytes) const {
  TRY_ASSIGN(const GitCommit found, find_commit(state_->get(), commit));
  TRY_ASSIGN(const GitTreeEntry entry, find_entry(found.get(), path));
  if (git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB) {
    return fail(Kind::invalid, "is not a file in the repository", Where{path, 0, 0});
  }
  TRY_ASSIGN(const GitBlob blob, own<GitBlob>(fmt::format("read {}", path), [&](auto** out) {
               return git_blob_lookup(out, state_->get(), git_tree_entry_id(entry.get()));
             }));
  const auto size = static_cast<size_t>(git_blob_rawsize(blob.get()));
  if (size > max_bytes) {
    return fail(Kind::invalid, fmt::format("is larger than the {} bytes that are read", max_bytes), Where{path, 0, 0});
  }
  return std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())), size);
}

Result<int> Repository::first_parent_count(const std::string& commit) const {
  TRY_ASSIGN(GitCommit current, find_commit(state_->get(), commit));
  int count = 0;
  for (; current; current = first_parent(current.get())) ++count;
  return count;
}

Result<std::vector<CommitInfo>> Repository::log(const std::string& commit, const std::string& path, size_t max) const {
  TRY_ASSIGN(GitCommit current, find_commit(state_->get(), commit));
  std::vector<CommitInfo> found;
  std::string here = entry_id(current.get(), path);
  while (current && found.size() < max) {
    GitCommit parent = first_parent(current.get());
    std::string before = entry_id(parent.get(), path);
    if (before != here) found.push_back(info_of(current.get()));
    current = std::move(parent);
    here = std::move(before);
  }
  return found;
}

Result<bool> Repository::is_dirty(const std::string& path) const {
  unsigned status = 0;
  const int code = git_status_file(&status, state_->get(), path.c_str());
  if (code == GIT_ENOTFOUND) return false;
  if (code != 0) return fail(git_failure(code, fmt::format("read the status of {}", path)));
  return status != GIT_STATUS_CURRENT;
}

Result<bool> Repository::is_dirty() const {
  git_status_options options = GIT_STATUS_OPTIONS_INIT;
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
  TRY_ASSIGN(const GitStatusList list, own<GitStatusList>("read the work tree's status", [&](auto** out) {
               return git_status_list_new(out, state_->get(), &options);
             }));
  return git_status_list_entrycount(list.get()) > 0;
}

}  // namespace trunkline::base

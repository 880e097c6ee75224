#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>

#include "base/git/handle.h"

// What changes a repository of this machine.
namespace trunkline::base {
namespace {

std::string setting_or_variable(git_repository* repository, const char* variable, const char* key) {
  if (const char* value = std::getenv(variable); value != nullptr && *value != '\0') return value;
  return setting(repository, key);
}

Result<git_oid> write_tree(git_repository* repository, git_commit* parent, const FileCommit& commit) {
  git_oid blob{};
  if (const int code = git_blob_create_from_buffer(&blob, repository, commit.text.data(), commit.text.size())) {
    return fail(git_failure(code, "write blob"));
  }
  GitTree base;
  git_filemode_t mode = GIT_FILEMODE_BLOB;
  if (parent != nullptr) {
    TRY_ASSIGN(base, own<GitTree>("read tree", [&](auto** out) { return git_commit_tree(out, parent); }));
    git_tree_entry* entry = nullptr;
    if (git_tree_entry_bypath(&entry, base.get(), commit.path.c_str()) == 0) mode = git_tree_entry_filemode(entry);
    git_tree_entry_free(entry);
  } else {
    git_oid empty{};
    git_treebuilder* builder = nullptr;
    int code = git_treebuilder_new(&builder, repository, nullptr);
    if (code == 0) code = git_treebuilder_write(&empty, builder);
    git_treebuilder_free(builder);
    if (code != 0) return fail(git_failure(code, "write tree"));
    TRY_ASSIGN(base, own<GitTree>("read tree", [&](auto** out) { return git_tree_lookup(out, repository, &empty); }));
  }
  const git_tree_update update{GIT_TREE_UPDATE_UPSERT, blob, mode, commit.path.c_str()};
  git_oid tree{};
  if (const int code = git_tree_create_updated(&tree, repository, base.get(), 1, &update); code != 0) {
    return fail(git_failure(code, fmt::format("write tree with {}", commit.path)));
  }
  return tree;
}

Result<> check_out(git_repository* repository, const std::string& id, std::string path) {
  TRY_ASSIGN(const GitCommit commit, find_commit(repository, id));
  char* paths[] = {path.data()};
  git_checkout_options options = GIT_CHECKOUT_OPTIONS_INIT;
  options.checkout_strategy = GIT_CHECKOUT_FORCE | GIT_CHECKOUT_DISABLE_PATHSPEC_MATCH;
  options.paths = {paths, 1};
  const int code = git_checkout_tree(repository, reinterpret_cast<git_object*>(commit.get()), &options);
  if (code == 0) return {};
  Error error = git_failure(code, fmt::format("commit {} is made, but not checked out to {}", id, path));
  error.kind = Kind::io;  // whatever it was: nobody is to make the commit again
  return fail(std::move(error));
}

// Asked for before anything moves, so that the branch does not leave its work tree behind.
Result<> require_free_index(git_repository* repository) {
  const std::filesystem::path lock = std::filesystem::path(git_repository_path(repository)) / "index.lock";
  std::error_code code;
  if (!std::filesystem::exists(lock, code)) return {};
  return fail(Kind::locked, fmt::format("the index is locked ({} is there)", lock.string()));
}

// A branch that another work tree of the repository stands on would move under it.
Result<> require_free_branch(git_repository* repository, const std::string& branch) {
  git_reference* raw = nullptr;
  git_reference_lookup(&raw, repository, branch_ref(branch).c_str());
  const GitReference reference(raw);
  if (!reference || git_branch_is_checked_out(reference.get()) != 1) return {};
  return fail(Kind::usage,
              fmt::format("branch {} is checked out in another work tree of this repository; name that one", branch));
}

}  // namespace

Result<Author> Repository::default_author() const {
  Author author{setting_or_variable(state_->get(), "GIT_AUTHOR_NAME", "user.name"),
                setting_or_variable(state_->get(), "GIT_AUTHOR_EMAIL", "user.email")};
  if (!author.name.empty() && !author.email.empty()) return author;
  return fail(Kind::usage,
              "git does not know who you are; run git config --global user.name \"Your Name\" and git config --global "
              "user.email you@example.org, or set GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL");
}

Result<std::string> Repository::write_commit(const FileCommit& commit) {
  GitCommit parent;
  if (!commit.parent.empty()) {
    TRY_ASSIGN(parent, find_commit(state_->get(), commit.parent));
  }
  TRY_ASSIGN(const git_oid tree_id, write_tree(state_->get(), parent.get(), commit));
  TRY_ASSIGN(const GitTree tree,
             own<GitTree>("read tree", [&](auto** out) { return git_tree_lookup(out, state_->get(), &tree_id); }));
  // In UTC: asking for the local offset is not safe between threads.
  const auto now = system_clock().wall().time_since_epoch() / std::chrono::seconds{1};
  TRY_ASSIGN(const GitSignature author, own<GitSignature>("name the author", [&](auto** out) {
               return git_signature_new(out, commit.author.name.c_str(), commit.author.email.c_str(), now, 0);
             }));
  const git_commit* parents[] = {parent.get()};
  git_oid id{};
  const int code =
      git_commit_create(&id, state_->get(), nullptr, author.get(), author.get(), "UTF-8", commit.message.c_str(),
                        tree.get(), parent ? 1 : 0, const_cast<const git_commit**>(parents));
  if (code != 0) return fail(git_failure(code, "write commit"));
  return to_text(id);
}

Result<std::string> Repository::commit_file(const std::string& branch, const FileCommit& commit) {
  git_repository* repository = state_->get();
  const bool checked_out = is_checked_out(repository, branch);
  Descriptor lock;
  if (checked_out) {
    TRY_ASSIGN(lock, lock_work_tree(repository));
    TRY(require_free_index(repository));
    // Against a moved branch the file cannot be judged, and the caller wants to know of the move first.
    const auto now = tip(branch);
    if ((now ? *now : "") != commit.parent) return fail(Kind::conflict, fmt::format("branch {} has moved", branch));
    TRY_ASSIGN(const bool dirty, is_dirty(commit.path));
    if (dirty) {
      return fail(Kind::conflict, "has changes that are not committed; commit them or put them away first",
                  {commit.path, 0, 0});
    }
  }
  if (!checked_out) TRY(require_free_branch(repository, branch));
  TRY_ASSIGN(std::string id, write_commit(commit));
  TRY(move_branch(repository, branch, commit.parent, id));
  if (checked_out) TRY(check_out(repository, id, commit.path));
  return id;
}

}  // namespace trunkline::base

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <set>

#include "base/core/files.h"
#include "base/git/handle.h"

// What stands in a work tree, and since when.
namespace trunkline::base {
namespace fs = std::filesystem;
namespace {

// Not through a link, of the file or of a folder above it. `top` has no links in it.
bool is_file(const fs::path& top, const std::string& path) {
  std::error_code code;
  return fs::is_regular_file(top / path, code) && fs::canonical(top / path, code) == top / path;
}

// Git may check files out with other line ends than it keeps.
std::string with_plain_ends(std::string text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') plain += text[i];
  }
  return plain;
}

Result<> add_untracked(git_repository* repository, std::set<std::string>& files) {
  git_status_options options = GIT_STATUS_OPTIONS_INIT;
  options.show = GIT_STATUS_SHOW_WORKDIR_ONLY;
  options.flags =
      GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS | GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
  TRY_ASSIGN(const GitStatusList list, own<GitStatusList>("read the work tree's status", [&](auto** out) {
               return git_status_list_new(out, repository, &options);
             }));
  for (size_t i = 0; i < git_status_list_entrycount(list.get()); ++i) {
    const git_status_entry* entry = git_status_byindex(list.get(), i);
    if (entry->status == GIT_STATUS_WT_NEW) files.insert(entry->index_to_workdir->new_file.path);
  }
  return {};
}

// What differs between two texts, as runs of lines.
struct Hunk {
  int begin = 0;  // of the new lines
  int end = 0;    // behind them
  int added = 0;  // how many more lines there are
};

int note_hunk(const git_diff_delta*, const git_diff_hunk* hunk, void* payload) {
  // Of a hunk that only takes lines away git names the line before.
  const int begin = hunk->new_lines == 0 ? hunk->new_start + 1 : hunk->new_start;
  static_cast<std::vector<Hunk>*>(payload)->push_back(
      {begin, begin + hunk->new_lines, hunk->new_lines - hunk->old_lines});
  return 0;
}

// The line of the old text that stands at `line` of the new one; 0 if it is new.
int old_line(const std::vector<Hunk>& hunks, int line) {
  int shift = 0;
  for (const Hunk& hunk : hunks) {
    if (line < hunk.begin) break;
    if (line < hunk.end) return 0;
    shift += hunk.added;
  }
  return line - shift;
}

// The lines of the file as HEAD has it; 0 for those that it lacks.
Result<std::vector<int>> committed_lines(std::string before, std::string after, std::vector<int> lines) {
  before = with_plain_ends(std::move(before));
  after = with_plain_ends(std::move(after));
  std::vector<Hunk> hunks;
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.context_lines = 0;
  const int code = git_diff_buffers(before.data(), before.size(), nullptr, after.data(), after.size(), nullptr,
                                    &options, nullptr, nullptr, note_hunk, nullptr, &hunks);
  if (code != 0) return fail(git_failure(code, "compare a file with its commit"));
  for (int& line : lines) line = old_line(hunks, line);
  return lines;
}

std::optional<CommitInfo> commit_of(const Repository& repository, const git_blame_hunk* hunk) {
  if (hunk == nullptr || git_oid_is_zero(&hunk->final_commit_id) != 0) return std::nullopt;
  auto info = repository.commit_info(to_text(hunk->final_commit_id));
  return info ? std::optional(*std::move(info)) : std::nullopt;
}

}  // namespace

Result<std::vector<std::string>> Repository::work_files() const {
  if (work_tree().empty()) return fail(Kind::usage, "expected a work tree, not a bare repository");
  TRY_ASSIGN(const GitIndex index,
             own<GitIndex>("read the index", [&](auto** out) { return git_repository_index(out, state_->get()); }));
  std::set<std::string> files;
  for (size_t i = 0; i < git_index_entrycount(index.get()); ++i) {
    const git_index_entry* entry = git_index_get_byindex(index.get(), i);
    if ((entry->mode & 0170000) == 0100000) files.insert(entry->path);
  }
  TRY(add_untracked(state_->get(), files));
  std::error_code code;
  const fs::path top = fs::canonical(work_tree(), code);
  std::vector<std::string> there;
  std::copy_if(files.begin(), files.end(), std::back_inserter(there),
               [&](const std::string& path) { return is_file(top, path); });
  return there;
}

Result<std::vector<std::optional<CommitInfo>>> Repository::blame(const std::string& path,
                                                                 const std::vector<int>& lines) const {
  std::vector<std::optional<CommitInfo>> commits(lines.size());
  const auto tip = head();
  const auto before = tip ? read_blob(*tip, path) : fail(tip.error());
  if (!before && before.error().kind == Kind::not_found) return commits;  // never committed
  if (!before) return fail(before.error());
  TRY_ASSIGN(const std::string after, read_file(work_tree() / path));
  TRY_ASSIGN(const std::vector<int> old, committed_lines(*before, after, lines));
  git_blame_options options = GIT_BLAME_OPTIONS_INIT;
  for (const int line : old) {
    const auto number = static_cast<size_t>(line);
    if (line == 0) continue;
    options.min_line = options.min_line == 0 ? number : std::min<size_t>(options.min_line, number);
    options.max_line = std::max<size_t>(options.max_line, number);
  }
  if (options.max_line == 0) return commits;
  TRY_ASSIGN(const GitBlame blame, own<GitBlame>(fmt::format("blame {}", path), [&](auto** out) {
               return git_blame_file(out, state_->get(), path.c_str(), &options);
             }));
  for (size_t i = 0; i < old.size(); ++i) {
    if (old[i] != 0) commits[i] = commit_of(*this, git_blame_get_hunk_byline(blame.get(), static_cast<size_t>(old[i])));
  }
  return commits;
}

}  // namespace trunkline::base

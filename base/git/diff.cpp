#include "base/git/diff.h"

#include "base/git/handle.h"

namespace trunkline::base {
namespace {

using GitPatch = GitOwner<git_patch, git_patch_free>;

class GitBuffer {
 public:
  GitBuffer() = default;
  GitBuffer(const GitBuffer&) = delete;
  GitBuffer& operator=(const GitBuffer&) = delete;
  ~GitBuffer() { git_buf_dispose(&raw_); }
  git_buf* get() { return &raw_; }
  std::string text() const { return {raw_.ptr, raw_.size}; }

 private:
  git_buf raw_ = GIT_BUF_INIT;
};

const void* buffer_of(std::string_view text) {
  return text.empty() ? nullptr : text.data();
}

}  // namespace

Result<std::string> unified_diff(const std::string& path, std::string_view before, std::string_view after) {
  if (before == after) return "";
  start_libgit2();
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.flags = GIT_DIFF_FORCE_TEXT;
  TRY_ASSIGN(const GitPatch patch, own<GitPatch>("compare two texts", [&](auto** out) {
               return git_patch_from_buffers(out, buffer_of(before), before.size(), path.c_str(), buffer_of(after),
                                             after.size(), path.c_str(), &options);
             }));
  GitBuffer buffer;
  if (const int code = git_patch_to_buf(buffer.get(), patch.get()); code != 0) {
    return fail(git_failure(code, "print a difference"));
  }
  // Before it stand the names and ids that only git reads.
  const std::string text = buffer.text();
  const size_t start = text.find("--- ");
  return start == std::string::npos ? text : text.substr(start);
}

}  // namespace trunkline::base

#include "flags/references/code_repository.h"

#include "base/core/files.h"
#include "base/core/text.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {
namespace {

using base::Result;

constexpr size_t kLargest = 4 * 1024 * 1024;
constexpr size_t kLongestText = 200;

bool is_binary(std::string_view text) {
  return text.substr(0, 8000).find('\0') != std::string_view::npos;
}

// It names keys, but is no code.
bool is_flag_file(std::string_view text, std::string_view path) {
  if (!path.ends_with(".json") && !path.ends_with(".yaml") && !path.ends_with(".yml")) return false;
  const auto set = parse_flag_set(text, path);
  return set && !set->flags().empty();
}

// `folder` as seen from the top, with a slash at its end; empty for the top itself.
std::string below_top(const std::filesystem::path& folder, const std::filesystem::path& top) {
  std::error_code code;
  const auto relative = std::filesystem::relative(folder, top, code).generic_string();
  return code || relative == "." || relative.starts_with("..") ? "" : relative + "/";
}

std::string line_text(std::string_view text, const KeyUse& use) {
  const size_t begin = use.begin - static_cast<size_t>(use.column - 1);
  const std::string_view line = base::trim(text.substr(begin, text.find('\n', use.begin) - begin));
  // What is no UTF-8 is no text for a terminal or JSON.
  const std::string_view cut = line.substr(0, kLongestText);
  return std::string(cut.substr(0, base::find_invalid_utf8(cut)));
}

}  // namespace

Result<CodeRepository> CodeRepository::open(const std::filesystem::path& folder) {
  TRY_ASSIGN(base::Repository repository, base::Repository::open(folder));
  if (repository.work_tree().empty()) {
    return base::fail(base::Kind::usage, folder.string() + ": expected a work tree, not a bare repository");
  }
  std::string below = below_top(folder, repository.work_tree());
  return CodeRepository(std::move(repository), std::move(below));
}

Result<std::vector<CodeFile>> CodeRepository::files_with(const KeySet& keys, const std::function<void()>& seen) {
  TRY_ASSIGN(const std::vector<std::string> paths, repository_.work_files());
  std::vector<CodeFile> files;
  for (const std::string& path : paths) {
    if (!path.starts_with(folder_)) continue;
    auto text = base::read_file(repository_.work_tree() / path, kLargest);
    seen();
    if (!text || is_binary(*text)) {
      ++passed_over_;
      continue;
    }
    auto uses = find_keys(*text, language_of(path), keys);
    if (!uses.empty() && !is_flag_file(*text, path)) files.push_back({path, *std::move(text), std::move(uses)});
  }
  return files;
}

Result<std::vector<Reference>> CodeRepository::references(const std::vector<CodeFile>& files) const {
  std::vector<Reference> references;
  for (const CodeFile& file : files) {
    std::vector<int> lines;
    for (const KeyUse& use : file.uses) lines.push_back(use.line);
    auto commits = repository_.blame(file.path, lines);
    const bool cut_off = !commits && repository_.is_shallow();
    if (!commits && !cut_off) return base::fail(std::move(commits.error()));
    for (size_t i = 0; i < file.uses.size(); ++i) {
      const KeyUse& use = file.uses[i];
      Reference reference{use.key, file.path, use.line, use.column, line_text(file.text, use), std::nullopt, !cut_off};
      if (!cut_off) reference.last_change = std::move((*commits)[i]);
      references.push_back(std::move(reference));
    }
  }
  return references;
}

}  // namespace trunkline::flags

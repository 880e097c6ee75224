#include "flags/references/code_repository.h"

#include "base/core/files.h"
#include "base/core/text.h"

namespace trunkline::flags {
namespace {

using base::Result;

constexpr size_t kLargest = 4 * 1024 * 1024;
constexpr size_t kLongestText = 200;

bool is_binary(std::string_view text) {
  return text.substr(0, 8000).find('\0') != std::string_view::npos;
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
  return CodeRepository(std::move(repository));
}

Result<std::vector<CodeFile>> CodeRepository::files_with(const KeySet& keys, const std::function<void()>& seen) {
  TRY_ASSIGN(const std::vector<std::string> paths, repository_.work_files());
  std::vector<CodeFile> files;
  for (const std::string& path : paths) {
    auto text = base::read_file(repository_.work_tree() / path, kLargest);
    seen();
    if (!text || is_binary(*text)) {
      ++passed_over_;
      continue;
    }
    auto uses = find_keys(*text, language_of(path), keys);
    if (!uses.empty()) files.push_back({path, *std::move(text), std::move(uses)});
  }
  return files;
}

Result<std::vector<Reference>> CodeRepository::references(const std::vector<CodeFile>& files) const {
  std::vector<Reference> references;
  for (const CodeFile& file : files) {
    std::vector<int> lines;
    for (const KeyUse& use : file.uses) lines.push_back(use.line);
    TRY_ASSIGN(auto commits, repository_.blame(file.path, lines));
    for (size_t i = 0; i < file.uses.size(); ++i) {
      const KeyUse& use = file.uses[i];
      references.push_back(
          {use.key, file.path, use.line, use.column, line_text(file.text, use), std::move(commits[i])});
    }
  }
  return references;
}

}  // namespace trunkline::flags

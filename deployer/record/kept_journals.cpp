#include "deployer/record/kept_journals.h"

#include <algorithm>

#include "base/core/files.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;

namespace {

fs::path folder_of(const ServiceFolder& folder) {
  return folder.root() / "journals";
}

}  // namespace

base::Result<> keep_journal(const ServiceFolder& folder, const std::string& id) {
  TRY(base::make_folders(folder_of(folder)));
  const fs::path kept = folder_of(folder) / id;
  std::error_code code;
  if (fs::exists(kept, code)) return {};
  fs::create_hard_link(folder.journal(), kept, code);
  // Not every file system has a second name for a file.
  if (code) fs::copy_file(folder.journal(), kept, code);
  if (code) return base::fail(base::system_error("keep " + kept.string(), code.value()));
  std::vector<fs::path> all = kept_journals(folder);
  for (size_t i = 0; i + kKeptJournals < all.size(); ++i) fs::remove(all[i], code);
  return {};
}

// Ids begin with their time.
std::vector<fs::path> kept_journals(const ServiceFolder& folder) {
  std::vector<fs::path> all;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_of(folder), ignored)) all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace trunkline::deployer

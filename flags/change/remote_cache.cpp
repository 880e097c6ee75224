#include "flags/change/remote_cache.h"

#include <cstdlib>
#include <fmt/format.h>
#include <unistd.h>

#include "base/core/digest.h"
#include "base/git/repository.h"

namespace trunkline::flags {
namespace {

namespace fs = std::filesystem;
using base::Result;

// Empty where the environment names none.
fs::path place_of_caches() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return fs::path(cache) / "trunkline/flags";
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? fs::path(home) / ".cache/trunkline/flags" : fs::path{};
}

// Made beside its place and moved there, so that nobody sees half of one; whoever is second takes the first one's.
Result<> make(const fs::path& folder) {
  const fs::path draft = folder.string() + fmt::format(".{}", getpid());
  std::error_code code;
  fs::remove_all(draft, code);
  TRY(base::make_folders(folder.parent_path()));
  TRY(base::Repository::open_or_init_bare(draft));
  fs::rename(draft, folder, code);
  if (code) fs::remove_all(draft, code);
  return {};
}

}  // namespace

Result<RemoteCache> RemoteCache::open(const std::string& url) {
  const fs::path place = place_of_caches();
  if (!place.empty()) {
    // A URL may hold a password: only its digest is on the disk.
    const std::string digest = base::sha256(url);
    fs::path folder = place / (digest.substr(digest.find(':') + 1, 32) + ".git");
    if (fs::exists(folder) || make(folder)) return RemoteCache(std::move(folder), std::nullopt);
  }
  TRY_ASSIGN(base::TempFolder passing, base::TempFolder::make("flagctl"));
  fs::path folder = passing.path() / "repository.git";
  TRY(base::Repository::open_or_init_bare(folder));
  return RemoteCache(std::move(folder), std::move(passing));
}

}  // namespace trunkline::flags

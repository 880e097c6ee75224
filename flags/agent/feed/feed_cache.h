#pragma once

#include <filesystem>
#include <string>

#include "base/core/clock.h"
#include "flags/agent/store/snapshot.h"

// A source's last good set on disk (docs/formats/agent-cache.md), so that an agent can start without the source.
namespace trunkline::flags {

struct CachedSnapshot {
  Snapshot snapshot;
  base::WallTime saved_at;
};

// The file for a source in the agent's cache folder.
std::filesystem::path cache_file(const std::filesystem::path& folder, const std::string& source);

// Kind::not_found if there is none for this source, Kind::invalid if it cannot be read.
base::Result<CachedSnapshot> load_cache(const std::filesystem::path& folder, const std::string& source);
base::Result<> save_cache(const std::filesystem::path& folder, const std::string& source, const Snapshot& snapshot,
                          base::WallTime now);

}  // namespace trunkline::flags

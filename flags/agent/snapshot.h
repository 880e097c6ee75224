#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "flags/definition/flag_set.h"
#include "flags/source/source.h"

namespace trunkline::flags {

// A flag set as the agent serves it. Never changes; shared between threads as const.
struct Snapshot {
  FlagSet set;
  std::string document;  // JSON
  std::string etag;      // strong, with its quotes
  std::string revision;  // the commit it comes from; empty for a file
};

// Kind::invalid, with the place, for a text that is no flag set.
base::Result<Snapshot> make_snapshot(const SourceText& source);

// The last good set on disk (docs/formats/agent-cache.md), so that an agent can start without its source.
struct CachedSnapshot {
  Snapshot snapshot;
  base::WallTime saved_at;
};

// Kind::not_found if there is none for this source, Kind::invalid if it cannot be read.
base::Result<CachedSnapshot> load_cache(const std::filesystem::path& folder, const std::string& source);
base::Result<> save_cache(const std::filesystem::path& folder, const std::string& source, const Snapshot& snapshot,
                          base::WallTime now);

}  // namespace trunkline::flags

#include "flags/agent/feed/feed_cache.h"

#include <fmt/format.h>

#include "base/core/digest.h"
#include "base/core/files.h"

namespace trunkline::flags {
namespace {

constexpr int kVersion = 1;
constexpr size_t kMostBytes = 128 * 1024 * 1024;

}  // namespace

std::filesystem::path cache_file(const std::filesystem::path& folder, const std::string& source) {
  return folder / fmt::format("flagset-{}.json", base::sha256(source).substr(7, 12));
}

base::Result<CachedSnapshot> load_cache(const std::filesystem::path& folder, const std::string& source) {
  const std::filesystem::path file = cache_file(folder, source);
  TRY_ASSIGN(const std::string text, base::read_file(file, kMostBytes));
  TRY_ASSIGN(const base::Json json, base::parse_json(text, file.string(), {.max_bytes = kMostBytes}));
  const base::Where where{file.string(), 0, 0};
  const base::Json* version = base::find(json, "version");
  if (version == nullptr || *version != kVersion) {
    return base::fail(base::Kind::invalid, "expected a flag cache of version 1", where);
  }
  if (base::string_or(json, "source") != source) {
    return base::fail(base::Kind::not_found, "holds the flags of another source", where);
  }
  TRY_ASSIGN(const base::WallTime saved_at, base::parse_iso8601(base::string_or(json, "saved_at")));
  TRY_ASSIGN(Snapshot snapshot, make_snapshot({base::string_or(json, "document"), file.string() + ": document.json",
                                               base::string_or(json, "revision")}));
  return CachedSnapshot{std::move(snapshot), saved_at};
}

base::Result<> save_cache(const std::filesystem::path& folder, const std::string& source, const Snapshot& snapshot,
                          base::WallTime now) {
  TRY(base::make_folders(folder));
  base::JsonObject json{{"version", kVersion}, {"source", source}, {"saved_at", base::to_iso8601(now)}};
  if (!snapshot.revision.empty()) json["revision"] = snapshot.revision;
  json["document"] = snapshot.document;
  return base::write_file_atomically(cache_file(folder, source), base::to_text(json) + "\n", 0600);
}

}  // namespace trunkline::flags

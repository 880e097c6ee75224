#include "flags/agent/snapshot.h"

#include "base/core/digest.h"
#include "base/core/files.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {
namespace {

constexpr int kCacheVersion = 1;

std::filesystem::path cache_file(const std::filesystem::path& folder) {
  return folder / "flagset.json";
}

}  // namespace

base::Result<Snapshot> make_snapshot(const SourceText& source) {
  TRY_ASSIGN(FlagDocument document, parse_flag_document(source.text, source.name));
  std::string etag = "\"" + base::sha256(document.json).substr(7, 32) + "\"";
  return Snapshot{std::move(document.set), std::move(document.json), std::move(etag), source.revision};
}

base::Result<CachedSnapshot> load_cache(const std::filesystem::path& folder, const std::string& source) {
  const std::filesystem::path file = cache_file(folder);
  TRY_ASSIGN(const std::string text, base::read_file(file));
  TRY_ASSIGN(const base::Json json, base::parse_json(text, file.string(), {.max_bytes = 128 * 1024 * 1024}));
  const base::Where where{file.string(), 0, 0};
  const base::Json* version = base::find(json, "version");
  if (version == nullptr || *version != kCacheVersion) {
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
  base::JsonObject json{{"version", kCacheVersion}, {"source", source}, {"saved_at", base::to_iso8601(now)}};
  if (!snapshot.revision.empty()) json["revision"] = snapshot.revision;
  json["document"] = snapshot.document;
  return base::write_file_atomically(cache_file(folder), base::to_text(json) + "\n", 0600);
}

}  // namespace trunkline::flags

#include "flags/agent/health.h"

#include <fmt/format.h>

namespace trunkline::flags {
namespace {

base::JsonObject to_json(const FeedHealth& health) {
  base::JsonObject json{
      {"source", health.source}, {"up", health.up}, {"age_seconds", std::chrono::duration<double>(health.age).count()}};
  if (!health.revision.empty()) json["revision"] = health.revision;
  if (health.has_flags) json["flags"] = health.flags;
  if (health.error) json["error"] = base::to_string(*health.error);
  return json;
}

}  // namespace

base::JsonObject Health::status(const std::function<bool(std::string_view)>& sees) const {
  base::JsonObject json{{"ready", ready().has_value()}};
  const std::shared_ptr<const Edition> edition = store_.edition();
  if (edition) {
    const Snapshot& snapshot = edition->whole()->snapshot();
    if (!snapshot.revision.empty()) json["revision"] = snapshot.revision;
    json["etag"] = snapshot.etag;
  }
  json["flags"] = edition ? edition->whole()->set().flags().size() : 0;
  json["problems"] = edition ? edition->whole()->set().problems().size() : 0;
  if (const auto problem = store_.problem()) json["error"] = base::to_string(*problem);
  base::JsonArray sources;
  for (const auto& feed : feeds_) sources.push_back(to_json(feed->health()));
  json["sources"] = std::move(sources);
  base::JsonArray overrides;
  for (const Override& one : overrides_.list()) {
    if (sees(one.key)) overrides.push_back(flags::to_json(one));
  }
  json["overrides"] = std::move(overrides);
  json["overrides_kept"] = overrides_.is_kept();
  return json;
}

base::Result<base::JsonObject> Health::ready() const {
  base::JsonArray down;
  for (const auto& feed : feeds_) {
    const FeedHealth health = feed->health();
    if (!health.has_flags) {
      return base::fail(base::Kind::unavailable,
                        fmt::format("no flags yet from {}: {}", health.source,
                                    health.error ? base::to_string(*health.error) : "it was not asked yet"));
    }
    if (!health.up) down.push_back(to_json(health));
  }
  base::JsonObject detail;
  if (const auto problem = store_.problem()) detail["error"] = base::to_string(*problem);
  if (!down.empty()) detail["sources_down"] = std::move(down);
  base::JsonArray overrides;
  for (const Override& one : overrides_.list()) {
    overrides.push_back(flags::to_json(Override{one.key, one.variant, one.until, "", ""}));
  }
  if (!overrides.empty()) detail["overrides"] = std::move(overrides);
  return detail;
}

}  // namespace trunkline::flags

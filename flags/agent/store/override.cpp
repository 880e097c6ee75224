#include "flags/agent/store/override.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "flags/agent/store/merge.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonArray;
using base::JsonObject;

bool is_disabled(const Json& flag) {
  return base::string_or(flag, "state") == "DISABLED";
}

const JsonObject* variants_of(const Json& flag) {
  const Json* variants = base::find(flag, "variants");
  return variants == nullptr ? nullptr : variants->if_object();
}

bool can_apply(const Json& flag, const Override& wanted) {
  const JsonObject* variants = variants_of(flag);
  return variants != nullptr && variants->contains(wanted.variant) && !is_disabled(flag);
}

void wrap_rule(JsonObject& flag, const Override& wanted, bool drop_rule) {
  const int64_t until = std::chrono::ceil<std::chrono::seconds>(wanted.until).time_since_epoch().count();
  const Json* before = flag.if_contains("targeting");
  const bool has_rule = !drop_rule && before != nullptr && before->is_object() && !before->get_object().empty();
  Json rule = has_rule ? *before : Json(nullptr);
  flag["targeting"] =
      JsonObject{{"if", JsonArray{JsonObject{{"<", JsonArray{JsonObject{{"var", "$flagd.timestamp"}}, until}}},
                                  Json(wanted.variant), std::move(rule)}}};
}

void tell_in_metadata(JsonObject& flag, const Override& wanted) {
  Json& metadata = flag["metadata"];
  if (!metadata.is_object()) metadata = JsonObject{};
  metadata.get_object()["overriddenUntil"] = base::to_iso8601(wanted.until);
  if (!wanted.by.empty()) metadata.get_object()["overriddenBy"] = wanted.by;
}

}  // namespace

Json to_json(const Override& wanted) {
  JsonObject json{{"flag", wanted.key}, {"variant", wanted.variant}, {"until", base::to_iso8601(wanted.until)}};
  if (!wanted.by.empty()) json["by"] = wanted.by;
  if (!wanted.reason.empty()) json["reason"] = wanted.reason;
  return json;
}

base::Result<Override> override_from_json(const Json& json) {
  Override read{.key = base::string_or(json, "flag"),
                .variant = base::string_or(json, "variant"),
                .until = {},
                .by = base::string_or(json, "by"),
                .reason = base::string_or(json, "reason")};
  if (read.key.empty() || read.variant.empty()) {
    return base::fail(base::Kind::invalid, "expected an override with \"flag\", \"variant\" and \"until\"");
  }
  TRY_ASSIGN(read.until, base::parse_iso8601(base::string_or(json, "until")));
  return read;
}

base::Result<> check_override(const Json& document, const Override& wanted) {
  base::Result<> answer = base::fail(base::Kind::not_found, fmt::format("there is no flag \"{}\"", wanted.key));
  for_each_flag(document, [&](std::string_view key, const Json& flag) {
    if (key != wanted.key || answer) return;
    const JsonObject* variants = variants_of(flag);
    if (can_apply(flag, wanted)) {
      answer = {};
    } else if (is_disabled(flag)) {
      answer =
          base::fail(base::Kind::conflict, fmt::format("the flag \"{}\" is DISABLED: turn it on first", wanted.key));
    } else if (variants != nullptr) {
      std::vector<std::string_view> names;
      for (const auto& member : *variants) names.emplace_back(member.key());
      answer = base::fail(base::Kind::not_found, fmt::format("the flag \"{}\" has no variant \"{}\", but {}",
                                                             wanted.key, wanted.variant, fmt::join(names, ", ")));
    }
  });
  return answer;
}

void apply_override(Json& document, const Override& wanted, bool drop_rule) {
  for_each_flag(document, [&](std::string_view key, Json& flag) {
    if (key != wanted.key || !can_apply(flag, wanted)) return;
    wrap_rule(flag.get_object(), wanted, drop_rule);
    tell_in_metadata(flag.get_object(), wanted);
  });
}

}  // namespace trunkline::flags

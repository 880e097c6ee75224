#include "flags/change/flag_file.h"

#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {

using base::Json;
using base::JsonArray;
using base::JsonObject;
using base::Result;

namespace {

Json without_key(Json item) {
  item.as_object().stable_erase("key");
  return item;
}

}  // namespace

Result<Json> read_flag_document(std::string_view text, std::string_view name) {
  TRY_ASSIGN(const FlagDocument document, parse_flag_document(text, name));
  return base::parse_json(document.json, name);
}

std::optional<Json> find_definition(const Json& document, std::string_view key) {
  const auto path = find_flag_path(document, key);
  if (!path) return std::nullopt;
  const Json& flags = document.at("flags");
  return flags.is_array() ? without_key(flags.get_array().at(std::stoul(path->back()))) : flags.at(key);
}

Json with_definition(Json document, const std::string& key, const std::optional<Json>& definition) {
  const auto path = find_flag_path(document, key);
  std::optional<Json> item;
  if (definition) item = as_item(document, key, *definition);
  Json& flags = document.as_object()["flags"];
  auto* items = flags.if_array();
  if (items == nullptr) {
    if (!item) flags.as_object().stable_erase(key);
    if (item) flags.as_object()[key] = *std::move(item);
  } else if (!path) {
    if (item) items->push_back(*std::move(item));
  } else if (auto* const place = items->begin() + std::stol(path->back()); item) {
    *place = *std::move(item);
  } else {
    items->erase(place);
  }
  return document;
}

Json as_item(const Json& document, const std::string& key, const Json& definition) {
  if (!document.at("flags").is_array() || !definition.is_object()) return definition;
  JsonObject item{{"key", boost::json::string(key)}};
  for (const auto& member : definition.get_object()) item.insert(member);
  return item;
}

std::vector<std::string> flag_keys(const Json& document) {
  std::vector<std::string> keys;
  const Json* flags = base::find(document, "flags");
  if (flags == nullptr) return keys;
  if (const auto* items = flags->if_array()) {
    for (const Json& item : *items) keys.push_back(base::string_or(item, "key"));
  } else if (const auto* object = flags->if_object()) {
    for (const auto& member : *object) keys.emplace_back(member.key());
  }
  return keys;
}

}  // namespace trunkline::flags

#include "deployer/plan/schema.h"

#include <charconv>

#include "deployer/plan/keys.h"

namespace trunkline::deployer {
namespace {

using base::Json;
using base::JsonArray;
using base::JsonObject;

Json text(std::string_view text) {
  return boost::json::string(text);
}

template <typename Words>
JsonArray words(const Words& all) {
  JsonArray array;
  for (const std::string_view word : all) array.push_back(text(word));
  return array;
}

JsonArray types(std::initializer_list<std::string_view> all) {
  return words(all);
}

JsonObject mapping(const Table& table);

// A number or a truth value is a text, too.
JsonObject any_text() {
  return {{"type", types({"string", "number", "boolean"})}};
}

JsonObject text_like(std::string_view pattern) {
  return {{"type", "string"}, {"pattern", text(pattern)}};
}

JsonObject with(JsonObject schema, std::string_view name, Json value) {
  schema[name] = std::move(value);
  return schema;
}

JsonObject list_of(JsonObject item, int least) {
  JsonObject schema{{"type", "array"}, {"items", std::move(item)}};
  if (least > 0) schema["minItems"] = least;
  return schema;
}

JsonObject either(JsonObject one, JsonObject other) {
  return {{"anyOf", JsonArray{std::move(one), std::move(other)}}};
}

JsonObject count(double least) {
  return {{"type", "integer"}, {"minimum", static_cast<int64_t>(least)}};
}

// A plain 0 needs no unit.
JsonObject duration(double least) {
  constexpr std::string_view kPattern = "^(0|([0-9]+(ms|s|m|h|d))+)$";
  if (least > 0) return {{"type", "string"}, {"pattern", text(kPattern)}};
  return {{"type", types({"string", "integer"})}, {"pattern", text(kPattern)}, {"minimum", 0}, {"maximum", 0}};
}

JsonObject mappings_by_name(const Table& table) {
  return {{"type", "object"}, {"additionalProperties", mapping(table)}};
}

JsonObject schema_of(const Value& value) {
  switch (value.kind) {
    case Value::text:
      return value.pattern.empty() ? with(any_text(), "minLength", 1) : text_like(value.pattern);
    case Value::id:
      return with(any_text(), "pattern", "^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$");
    case Value::address:
      return text_like("^.+:[0-9]{1,5}$");
    case Value::condition:
      return text_like("^\\s*result\\s*(<|<=|>|>=|==|!=)\\s*-?[0-9.]+([eE][-+]?[0-9]+)?\\s*$");
    case Value::word:
      return {{"enum", words(value.words)}};
    case Value::count:
      return count(value.least);
    case Value::number:
      return {{"type", "number"}, {"minimum", value.least}};
    case Value::fraction:
      return {{"type", "number"}, {"exclusiveMinimum", 0}, {"exclusiveMaximum", 1}};
    case Value::duration:
      return duration(value.least);
    case Value::amount:
      return {{"type", types({"integer", "string"})},
              {"minimum", static_cast<int64_t>(value.least)},
              {"pattern", "^[0-9]+%?$"}};
    case Value::share:
      return {{"type", types({"number", "string"})},
              {"minimum", 0},
              {"maximum", 100},
              {"pattern", "^[0-9]+(\\.[0-9]+)?%?$"}};
    case Value::flag:
      return {{"type", "boolean"}};
    case Value::texts:
      return list_of(value.pattern.empty() ? any_text() : text_like(value.pattern), 0);
    case Value::command:
      return list_of(any_text(), 1);
    case Value::commands:
      return list_of(list_of(any_text(), 1), 0);
    case Value::text_map:
      return {{"type", "object"}, {"additionalProperties", any_text()}};
    case Value::mapping:
      return mapping(*value.table);
    case Value::mappings:
      return list_of(mapping(*value.table), 0);
    case Value::some_mappings:
      return list_of(mapping(*value.table), 1);
    case Value::named_mappings:
      return mappings_by_name(*value.table);
    case Value::count_or_mappings:
      return either(count(value.least), list_of(mapping(*value.table), 1));
    case Value::word_or_mapping:
      return either({{"enum", words(value.words)}}, mapping(*value.table));
  }
  return {};
}

Json fallback_of(const Key& key) {
  if (key.value.kind == Value::flag) return key.fallback == "true";
  double number = 0;
  const char* end = key.fallback.data() + key.fallback.size();
  if (std::from_chars(key.fallback.data(), end, number).ptr != end) return text(key.fallback);
  if (number == static_cast<double>(static_cast<int64_t>(number))) return static_cast<int64_t>(number);
  return number;
}

JsonObject mapping(const Table& table) {
  JsonObject properties;
  JsonArray required, forms;
  for (const Key& key : table.keys) {
    JsonObject property{{"description", text(key.summary)}};
    for (auto& [name, part] : schema_of(key.value)) property[name] = part;
    if (!key.fallback.empty()) property["default"] = fallback_of(key);
    properties[key.name] = std::move(property);
    if (key.required) required.push_back(text(key.name));
  }
  for (const std::string_view form : table.one_of) forms.push_back(JsonObject{{"required", JsonArray{text(form)}}});
  JsonObject schema{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  if (!forms.empty()) schema["oneOf"] = std::move(forms);
  return schema;
}

}  // namespace

Json rollout_schema() {
  JsonObject schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "A rollout file of Trunkline"}};
  for (auto& [name, part] : mapping(kRolloutKeys)) schema[name] = part;
  return schema;
}

}  // namespace trunkline::deployer

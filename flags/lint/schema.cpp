#include "flags/lint/schema.h"

#include "flags/definition/operators.h"
#include "flags/lint/format.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonArray;
using base::JsonObject;

Json text(std::string_view text) {
  return boost::json::string(text);
}

Json refer(std::string_view definition) {
  return JsonObject{{"$ref", text("#/definitions/" + std::string(definition))}};
}

Json words(std::initializer_list<std::string_view> all) {
  JsonArray array;
  for (const std::string_view word : all) array.push_back(text(word));
  return array;
}

JsonObject type_schema(MemberType type) {
  switch (type) {
    case MemberType::text:
      return {{"type", "string"}};
    case MemberType::state:
      return {{"enum", words({"ENABLED", "DISABLED"})}};
    case MemberType::flags:
      return {{"oneOf",
               JsonArray{
                   JsonObject{{"type", "object"}, {"additionalProperties", refer("flag")}},
                   JsonObject{{"type", "array"},
                              {"items", JsonObject{{"allOf", JsonArray{refer("flag"),
                                                                       JsonObject{{"required", words({"key"})}}}}}}}}}};
    case MemberType::variants: {
      JsonArray kinds;
      for (const std::string_view type_name : {"boolean", "string", "number", "object"}) {
        kinds.push_back(JsonObject{{"additionalProperties", JsonObject{{"type", text(type_name)}}}});
      }
      return {{"type", "object"}, {"minProperties", 1}, {"anyOf", std::move(kinds)}};
    }
    case MemberType::variant_name:
      return {{"type", words({"string", "null"})}};
    case MemberType::rule:
      return {{"anyOf", JsonArray{refer("rule"), JsonObject{{"type", "null"}}}}};
    case MemberType::rules:
      return {{"type", "object"}, {"additionalProperties", refer("argument")}};
    case MemberType::metadata:
      return {{"allOf", JsonArray{refer("metadata")}}};
    case MemberType::kind: {
      JsonArray kinds;
      for (const std::string_view kind : flag_kinds()) kinds.push_back(text(kind));
      return {{"enum", std::move(kinds)}};
    }
    case MemberType::date:
      return {{"type", "string"}, {"format", "date"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}};
  }
  return {};
}

JsonObject object_schema(std::span<const Member> members, bool all_required) {
  JsonObject properties;
  JsonArray required;
  for (const Member& member : members) {
    JsonObject schema = type_schema(member.type);
    schema["description"] = text(member.summary);
    properties[member.name] = std::move(schema);
    if (member.required && all_required) required.push_back(text(member.name));
  }
  JsonObject schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

JsonObject operator_schema(const Operator& known) {
  JsonObject many{{"type", "array"}, {"items", refer("argument")}, {"minItems", known.least}};
  if (known.most != kAnyNumber) many["maxItems"] = known.most;
  JsonArray forms{std::move(many)};
  if (known.least <= 1) {
    // One argument may stand without its brackets.
    forms.push_back(
        JsonObject{{"allOf", JsonArray{refer("argument"), JsonObject{{"not", JsonObject{{"type", "array"}}}}}}});
  }
  return {{"description", text(known.summary)}, {"anyOf", std::move(forms)}};
}

// An object with exactly one member, the operator; or {}.
JsonObject rule_schema() {
  JsonObject properties;
  for (const Operator& known : operators()) properties[known.name] = operator_schema(known);
  properties["$ref"] = JsonObject{{"type", "string"}, {"description", "the name of one of $evaluators"}};
  return {
      {"type", "object"}, {"maxProperties", 1}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

}  // namespace

Json flag_file_schema() {
  JsonObject metadata = object_schema(lifecycle_members(), false);
  metadata["additionalProperties"] = JsonObject{{"type", words({"string", "number", "boolean"})}};
  JsonObject schema = object_schema(set_members(), true);
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["title"] = "Feature flags, as flagd defines them and Trunkline reads them";
  schema["definitions"] = JsonObject{
      {"flag", object_schema(flag_members(), true)},
      {"metadata", std::move(metadata)},
      {"rule", rule_schema()},
      {"argument",
       JsonObject{{"anyOf", JsonArray{refer("rule"), JsonObject{{"type", "array"}, {"items", refer("argument")}},
                                      JsonObject{{"type", words({"string", "number", "boolean", "null"})}}}}}}};
  return schema;
}

}  // namespace trunkline::flags

#include "flags/agent/grpc/struct_json.h"

#include <cmath>

#include "flags/evaluation/evaluation.h"

namespace trunkline::flags {
namespace {

using base::Json;
using google::protobuf::Struct;
using google::protobuf::Value;

Json number_to_json(double number) {
  if (!std::isfinite(number)) return nullptr;
  if (const auto integer = exact_integer(number)) return *integer;
  return number;
}

// As deep as protobuf lets a message be, which is 100.
Json value_to_json(const Value& value) {
  switch (value.kind_case()) {
    case Value::kBoolValue:
      return value.bool_value();
    case Value::kNumberValue:
      return number_to_json(value.number_value());
    case Value::kStringValue:
      return Json(std::string_view(value.string_value()));
    case Value::kStructValue:
      return to_json(value.struct_value());
    case Value::kListValue: {
      base::JsonArray array;
      array.reserve(static_cast<size_t>(value.list_value().values_size()));
      for (const Value& item : value.list_value().values()) array.push_back(value_to_json(item));
      return array;
    }
    case Value::kNullValue:
    case Value::KIND_NOT_SET:
      return nullptr;
  }
  return nullptr;
}

Value to_value(const Json& json) {
  Value value;
  switch (json.kind()) {
    case boost::json::kind::null:
      value.set_null_value(google::protobuf::NULL_VALUE);
      break;
    case boost::json::kind::bool_:
      value.set_bool_value(json.get_bool());
      break;
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
      value.set_number_value(json.to_number<double>());
      break;
    case boost::json::kind::string:
      value.set_string_value(std::string(json.get_string()));
      break;
    case boost::json::kind::array:
      value.mutable_list_value();  // also an empty one is a list
      for (const Json& item : json.get_array()) *value.mutable_list_value()->add_values() = to_value(item);
      break;
    case boost::json::kind::object:
      *value.mutable_struct_value() = to_struct(json.get_object());
      break;
  }
  return value;
}

}  // namespace

base::JsonObject to_json(const Struct& object) {
  base::JsonObject json;
  for (const auto& [key, value] : object.fields()) json[key] = value_to_json(value);
  return json;
}

Struct to_struct(const base::JsonObject& object) {
  Struct made;
  for (const auto& member : object) (*made.mutable_fields())[std::string(member.key())] = to_value(member.value());
  return made;
}

}  // namespace trunkline::flags

#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace trunkline::base {

// The one JSON type of the project: integers of 64 bits stay exact, object members keep their order.
using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

// Limits on what parse_json accepts.
struct JsonLimits {
  size_t max_bytes = 16 * 1024 * 1024;
  int max_depth = 200;
};

// Reads one strict RFC 8259 text. Refused as Kind::invalid, with the place in `name`: broken syntax or UTF-8, a key
// twice in one object, a number that is not finite, and more than `limits` allow.
Result<Json> parse_json(std::string_view text, std::string_view name = "", JsonLimits limits = {});

// One line, no spaces. Doubles are printed so that they read back the same.
std::string to_text(const Json& value);

// Indented by two spaces, ending in a newline; empty arrays and objects on one line.
std::string to_pretty_text(const Json& value);

// The member `key` if `value` is an object that has it, else null. The pointer lives as long as `value`.
const Json* find(const Json& value, std::string_view key);

// The string member `key`, or `fallback` if it is absent or no string.
std::string string_or(const Json& value, std::string_view key, std::string_view fallback = "");

}  // namespace trunkline::base

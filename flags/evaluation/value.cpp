#include "flags/evaluation/value.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/core/overloaded.h"
#include "base/core/text.h"
#include "flags/definition/rule.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::Overloaded;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double text_to_number(std::string_view text) {
  text = base::trim(text);
  if (text.empty()) return 0;
  double sign = 1;
  std::string_view digits = text;
  if (digits.front() == '-' || digits.front() == '+') {
    sign = digits.front() == '-' ? -1 : 1;
    digits.remove_prefix(1);
  }
  if (digits == "Infinity") return sign * std::numeric_limits<double>::infinity();
  if (digits.empty() || ((digits.front() < '0' || digits.front() > '9') && digits.front() != '.')) return kNaN;
  const char* end = digits.data() + digits.size();
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    uint64_t number = 0;
    const auto read = std::from_chars(digits.data() + 2, end, number, 16);
    return digits.size() == text.size() && read.ec == std::errc{} && read.ptr == end ? static_cast<double>(number)
                                                                                     : kNaN;
  }
  double number = 0;
  const auto read = std::from_chars(digits.data(), end, number);
  if (read.ptr != end) return kNaN;
  // Out of range: JavaScript rounds to 0 or Infinity, and so does strtod.
  if (read.ec != std::errc{}) number = std::strtod(std::string(digits).c_str(), nullptr);
  return sign * number;
}

bool is_null(const Value& value) {
  return std::holds_alternative<std::monostate>(value);
}

const std::string_view* text_of(const Value& value) {
  return std::get_if<std::string_view>(&value);
}

const Json* collection_of(const Value& value) {
  const auto* pointer = std::get_if<const Json*>(&value);
  return pointer == nullptr ? nullptr : *pointer;
}

}  // namespace

Value to_value(const Json& json) {
  switch (json.kind()) {
    case boost::json::kind::null:
      return std::monostate{};
    case boost::json::kind::bool_:
      return json.get_bool();
    case boost::json::kind::int64:
      return json.get_int64();
    case boost::json::kind::uint64:
      return json.get_uint64();
    case boost::json::kind::double_:
      return json.get_double();
    case boost::json::kind::string:
      return std::string_view(json.get_string());
    case boost::json::kind::array:
    case boost::json::kind::object:
      return &json;
  }
  return std::monostate{};
}

Json to_json(const Value& value) {
  return std::visit(Overloaded{[](std::monostate) { return Json(nullptr); },
                               [](std::string_view text) { return Json(boost::json::string(text)); },
                               [](const Json* json) { return *json; }, [](auto plain) { return Json(plain); }},
                    value);
}

bool is_true(const Value& value) {
  return std::visit(Overloaded{[](std::monostate) { return false; }, [](bool truth) { return truth; },
                               [](int64_t number) { return number != 0; }, [](uint64_t number) { return number != 0; },
                               [](double number) { return number != 0 && !std::isnan(number); },
                               [](std::string_view text) { return !text.empty(); },
                               [](const Json* json) { return !json->is_array() || !json->get_array().empty(); }},
                    value);
}

bool is_number(const Value& value) {
  return std::holds_alternative<int64_t>(value) || std::holds_alternative<uint64_t>(value) ||
         std::holds_alternative<double>(value);
}

double to_number(const Value& value) {
  return std::visit(
      Overloaded{[](std::monostate) { return 0.0; }, [](bool truth) { return truth ? 1.0 : 0.0; },
                 [](int64_t number) { return static_cast<double>(number); },
                 [](uint64_t number) { return static_cast<double>(number); }, [](double number) { return number; },
                 [](std::string_view text) { return text_to_number(text); },
                 [](const Json* json) { return text_to_number(to_string(Value(json))); }},
      value);
}

std::string to_string(const Value& value) {
  if (is_null(value)) return "null";
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* text = text_of(value)) return std::string(*text);
  const Json* json = collection_of(value);
  if (json == nullptr) return number_text(to_json(value));
  if (json->is_object()) return "[object Object]";
  std::string joined;
  for (bool first = true; const Json& item : json->get_array()) {
    if (!std::exchange(first, false)) joined += ',';
    if (!item.is_null()) joined += to_string(to_value(item));
  }
  return joined;
}

bool strictly_equal(const Value& a, const Value& b) {
  if (is_number(a) && is_number(b)) return to_number(a) == to_number(b);
  return a == b;
}

bool loosely_equal(const Value& a, const Value& b) {
  if (is_null(a) || is_null(b)) return is_null(a) && is_null(b);
  const bool both_collections = collection_of(a) != nullptr && collection_of(b) != nullptr;
  if (a.index() == b.index() || both_collections) return strictly_equal(a, b);
  // A collection meets a text as its own text; everything else meets as numbers.
  if (text_of(a) != nullptr && collection_of(b) != nullptr) return *text_of(a) == to_string(b);
  if (text_of(b) != nullptr && collection_of(a) != nullptr) return *text_of(b) == to_string(a);
  return to_number(a) == to_number(b);
}

Order compare(const Value& a, const Value& b) {
  const auto texts = [](const Value& v) { return text_of(v) != nullptr || collection_of(v) != nullptr; };
  if (texts(a) && texts(b)) {
    const int order = to_string(a).compare(to_string(b));
    return order < 0 ? Order::less : order > 0 ? Order::greater : Order::equal;
  }
  const double x = to_number(a), y = to_number(b);
  if (std::isnan(x) || std::isnan(y)) return Order::unordered;
  return x < y ? Order::less : x > y ? Order::greater : Order::equal;
}

}  // namespace trunkline::flags

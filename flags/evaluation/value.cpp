#include "flags/evaluation/value.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/core/text.h"
#include "flags/definition/number_text.h"
#include "flags/evaluation/javascript_text.h"

namespace trunkline::flags {
namespace {

using base::Json;
using Kind = Value::Kind;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMostExact = 9007199254740992.0;  // 2^53

Json from_double(double number) {
  if (!std::isfinite(number)) return nullptr;
  const bool whole = std::trunc(number) == number && std::abs(number) <= kMostExact;
  return whole ? Json(static_cast<int64_t>(number)) : Json(number);
}

// An array as the text that JavaScript's join gives.
std::string join(const Value& array) {
  std::string joined;
  for (size_t i = 0; i < array.size(); ++i) {
    if (i > 0) joined += ',';
    const Value item = array.item(i);
    if (!item.is_nullish()) joined += to_string(item);
  }
  return joined;
}

}  // namespace

Value Value::of(const Json& json) {
  switch (json.kind()) {
    case boost::json::kind::null:
      return null();
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
      break;
  }
  Value value(Kind::json);
  value.json_ = &json;
  return value;
}

size_t Value::size() const {
  if (kind_ == Kind::list) return list_->size;
  return is_array() ? json_->get_array().size() : 0;
}

Value Value::item(size_t index) const {
  return kind_ == Kind::list ? list_->items[index] : of(json_->get_array()[index]);
}

Json to_json(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
    case Kind::null:
      return nullptr;
    case Kind::boolean:
      return value.boolean();
    case Kind::integer:
      return value.integer();
    case Kind::natural:
      return value.natural();
    case Kind::floating:
      return from_double(value.floating());
    case Kind::text:
      return boost::json::string(value.text());
    case Kind::json:
      return value.json();
    case Kind::list:
      break;
  }
  base::JsonArray array;
  for (size_t i = 0; i < value.size(); ++i) array.push_back(to_json(value.item(i)));
  return array;
}

bool is_true(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
    case Kind::null:
      return false;
    case Kind::boolean:
      return value.boolean();
    case Kind::integer:
      return value.integer() != 0;
    case Kind::natural:
      return true;
    case Kind::floating:
      return value.floating() != 0 && !std::isnan(value.floating());
    case Kind::text:
      return !value.text().empty();
    case Kind::json:
    case Kind::list:
      return !value.is_array() || value.size() > 0;
  }
  return false;
}

double to_number(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
      return kNaN;
    case Kind::null:
      return 0;
    case Kind::boolean:
      return value.boolean() ? 1 : 0;
    case Kind::integer:
      return static_cast<double>(value.integer());
    case Kind::natural:
      return static_cast<double>(value.natural());
    case Kind::floating:
      return value.floating();
    case Kind::text:
      return text_to_number(value.text());
    case Kind::json:
    case Kind::list:
      return text_to_number(to_string(value));
  }
  return kNaN;
}

double to_leading_number(const Value& value) {
  if (value.is_number()) return to_number(value);
  return value.is_text() ? leading_number(value.text()) : leading_number(to_string(value));
}

std::string to_string(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
      return "undefined";
    case Kind::null:
      return "null";
    case Kind::boolean:
      return value.boolean() ? "true" : "false";
    case Kind::integer:
      return std::to_string(value.integer());
    case Kind::natural:
      return std::to_string(value.natural());
    case Kind::floating:
      return number_text(value.floating());
    case Kind::text:
      return std::string(value.text());
    case Kind::json:
    case Kind::list:
      return value.is_array() ? join(value) : "[object Object]";
  }
  return "";
}

bool strictly_equal(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return to_number(a) == to_number(b);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::boolean:
      return a.boolean() == b.boolean();
    case Kind::text:
      return a.text() == b.text();
    case Kind::json:
      return &a.json() == &b.json();
    case Kind::list:
      return &a.list() == &b.list();
    default:
      return true;  // undefined and null
  }
}

bool loosely_equal(const Value& a, const Value& b) {
  if (a.is_nullish() || b.is_nullish()) return a.is_nullish() && b.is_nullish();
  if (a.kind() == b.kind() || (a.is_collection() && b.is_collection())) return strictly_equal(a, b);
  // A collection meets a text as its own text; everything else meets as numbers.
  if (a.is_text() && b.is_collection()) return a.text() == to_string(b);
  if (b.is_text() && a.is_collection()) return b.text() == to_string(a);
  return to_number(a) == to_number(b);
}

Order compare(const Value& a, const Value& b) {
  if (a.is_text() && b.is_text()) return compare_utf16(a.text(), b.text());
  const auto is_textual = [](const Value& v) { return v.is_text() || v.is_collection(); };
  if (is_textual(a) && is_textual(b)) return compare_utf16(to_string(a), to_string(b));
  const double x = to_number(a), y = to_number(b);
  if (std::isnan(x) || std::isnan(y)) return Order::unordered;
  return x < y ? Order::less : x > y ? Order::greater : Order::equal;
}

}  // namespace trunkline::flags

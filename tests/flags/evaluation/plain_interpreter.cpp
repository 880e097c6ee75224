#include "tests/flags/evaluation/plain_interpreter.h"

#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>

#include "base/core/text.h"
#include "flags/evaluation/value.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonArray;
using base::JsonObject;
using Maybe = std::optional<Json>;  // nothing: undefined

// Values of the engine point into JSON, so what they point to is kept.
struct Held {
  Value of(const Maybe& json) {
    if (!json) return {};
    kept.push_back(*json);
    return Value::of(kept.back());
  }
  std::deque<Json> kept;
};

bool truthy(const Maybe& value) {
  Held held;
  return is_true(held.of(value));
}

double number(const Maybe& value) {
  Held held;
  return to_number(held.of(value));
}

double parse_float(const Maybe& value) {
  Held held;
  return to_leading_number(held.of(value));
}

std::string text(const Maybe& value) {
  Held held;
  return to_string(held.of(value));
}

// Two copies of one collection are two, so only what is no collection can be compared here.
bool compare_with(const Maybe& a, const Maybe& b, bool (*equal)(const Value&, const Value&)) {
  Held held;
  const Value x = held.of(a), y = held.of(b);
  return equal(x, y);
}

Order order(const Maybe& a, const Maybe& b) {
  Held held;
  const Value x = held.of(a), y = held.of(b);
  return compare(x, y);
}

bool less(const Maybe& a, const Maybe& b, bool or_equal) {
  const Order found = order(a, b);
  return found == Order::less || (or_equal && found == Order::equal);
}

Maybe member(const Maybe& data, const std::string& name) {
  if (!data) return std::nullopt;
  if (const auto* object = data->if_object()) {
    const auto* found = object->if_contains(name);
    return found == nullptr ? std::nullopt : Maybe(*found);
  }
  if (const auto* array = data->if_array()) {
    if (name == "length") return Json(static_cast<int64_t>(array->size()));
    for (size_t i = 0; i < array->size(); ++i) {
      if (std::to_string(i) == name) return (*array)[i];
    }
  }
  if (const auto* string = data->if_string()) {  // the tests' texts are ASCII
    if (name == "length") return Json(static_cast<int64_t>(string->size()));
    for (size_t i = 0; i < string->size(); ++i) {
      if (std::to_string(i) == name) return Json(std::string(1, (*string)[i]));
    }
  }
  return std::nullopt;
}

Maybe variable(const Maybe& name, const Maybe& fallback, const Json& data) {
  if (!name || name->is_null() || *name == "") return data;
  Maybe at = data;
  const std::string path = text(name);
  for (const std::string_view step : base::split(path, '.')) {
    if (!at || at->is_null()) return fallback ? fallback : Json(nullptr);
    at = member(at, std::string(step));
    if (!at) return fallback ? fallback : Json(nullptr);
  }
  return at;
}

JsonArray missing(const JsonArray& keys, const Json& data) {
  JsonArray gone;
  for (const Json& key : keys) {
    const Maybe found = variable(key, std::nullopt, data);
    if (found->is_null() || *found == "") gone.push_back(key);
  }
  return gone;
}

Maybe apply(const Json& rule, const Json& data);

struct Arguments {
  JsonArray raw;
  const Json& data;

  size_t size() const { return raw.size(); }
  Maybe at(size_t i) const { return i < raw.size() ? apply(raw[i], data) : std::nullopt; }
  JsonArray all() const {
    JsonArray values;
    for (const Json& each : raw) values.push_back(apply(each, data).value_or(nullptr));
    return values;
  }
  // Of map and its kin: the list and what is done with each item.
  Maybe on(const Json& item) const { return raw.size() > 1 ? apply(raw[1], item) : std::nullopt; }
};

using Operation = std::function<Maybe(const Arguments&)>;

Maybe choose(const Arguments& arguments) {
  size_t i = 0;
  for (; i + 1 < arguments.size(); i += 2) {
    if (truthy(arguments.at(i))) return arguments.at(i + 1);
  }
  return i < arguments.size() ? arguments.at(i) : Json(nullptr);
}

Maybe first_that(bool truth, const Arguments& arguments) {
  Maybe current;
  for (size_t i = 0; i < arguments.size(); ++i) {
    current = arguments.at(i);
    if (truthy(current) == truth) break;
  }
  return current;
}

Maybe contains(const Arguments& arguments) {
  const Maybe needle = arguments.at(0), hay = arguments.at(1);
  if (!truthy(hay) && !(hay && hay->is_array())) return false;
  if (hay->is_string()) return std::string(hay->get_string()).find(text(needle)) != std::string::npos;
  if (!hay->is_array()) return false;
  for (const Json& item : hay->get_array()) {
    if (compare_with(needle, item, strictly_equal)) return true;
  }
  return false;
}

Maybe substr(const Arguments& arguments) {
  const auto slice = [](const std::string& source, double start, std::optional<double> length) {
    const auto whole = [](double n) { return std::isnan(n) ? 0 : std::clamp(std::trunc(n), -1e9, 1e9); };
    const auto size = static_cast<double>(source.size());
    double begin = whole(start);
    begin = begin < 0 ? std::max(size + begin, 0.0) : std::min(begin, size);
    const double end = length ? std::min(size, begin + whole(*length)) : size;
    if (end <= begin) return std::string();
    return source.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
  };
  const std::string source = text(arguments.at(0));
  const double start = number(arguments.at(1));
  const Maybe end = arguments.at(2);
  if (!end) return Json(slice(source, start, std::nullopt));
  if (number(end) >= 0 || std::isnan(number(end))) return Json(slice(source, start, number(end)));
  const std::string rest = slice(source, start, std::nullopt);
  return Json(slice(rest, 0, static_cast<double>(rest.size()) + number(end)));
}

Maybe quantify(const Arguments& arguments, bool stops_at, bool when_stopped, bool when_empty) {
  const Maybe list = arguments.at(0);
  if (!list || !list->is_array() || list->get_array().empty()) return when_empty;
  for (const Json& item : list->get_array()) {
    if (truthy(arguments.on(item)) == stops_at) return when_stopped;
  }
  return !when_stopped;
}

JsonArray items_of(const Maybe& list) {
  return list && list->is_array() ? list->get_array() : JsonArray{};
}

Maybe reduce(const Arguments& arguments) {
  Maybe accumulator = arguments.size() > 2 ? arguments.at(2) : Json(nullptr);
  for (const Json& item : items_of(arguments.at(0))) {
    accumulator = arguments.on(JsonObject{{"current", item}, {"accumulator", accumulator.value_or(nullptr)}});
  }
  return accumulator;
}

const std::map<std::string, Operation, std::less<>>& operations() {
  static const std::map<std::string, Operation, std::less<>> all = {
      {"var", [](const Arguments& a) { return variable(a.at(0), a.at(1), a.data); }},
      {"missing",
       [](const Arguments& a) {
         const JsonArray keys = a.all();
         return Maybe(missing(!keys.empty() && keys[0].is_array() ? keys[0].get_array() : keys, a.data));
       }},
      {"missing_some",
       [](const Arguments& a) {
         const Maybe given = a.at(1);
         if (!given) return Maybe(JsonArray{});
         if (!given->is_array()) return Maybe(missing({*given}, a.data));
         const JsonArray options = items_of(given);
         JsonArray gone = missing(options, a.data);
         const bool enough = static_cast<double>(options.size() - gone.size()) >= number(a.at(0));
         return enough ? Maybe(JsonArray{}) : Maybe(std::move(gone));
       }},
      {"if", choose},
      {"?:", choose},
      {"and", [](const Arguments& a) { return first_that(false, a); }},
      {"or", [](const Arguments& a) { return first_that(true, a); }},
      {"!", [](const Arguments& a) { return !truthy(a.at(0)); }},
      {"!!", [](const Arguments& a) { return truthy(a.at(0)); }},
      {"==", [](const Arguments& a) { return compare_with(a.at(0), a.at(1), loosely_equal); }},
      {"!=", [](const Arguments& a) { return !compare_with(a.at(0), a.at(1), loosely_equal); }},
      {"===", [](const Arguments& a) { return compare_with(a.at(0), a.at(1), strictly_equal); }},
      {"!==", [](const Arguments& a) { return !compare_with(a.at(0), a.at(1), strictly_equal); }},
      {"<",
       [](const Arguments& a) { return less(a.at(0), a.at(1), false) && (!a.at(2) || less(a.at(1), a.at(2), false)); }},
      {"<=",
       [](const Arguments& a) { return less(a.at(0), a.at(1), true) && (!a.at(2) || less(a.at(1), a.at(2), true)); }},
      {">", [](const Arguments& a) { return less(a.at(1), a.at(0), false); }},
      {">=", [](const Arguments& a) { return less(a.at(1), a.at(0), true); }},
      {"in", contains},
      {"+",
       [](const Arguments& a) {
         double total = 0;
         for (size_t i = 0; i < a.size(); ++i) total += parse_float(a.at(i));
         return Maybe(total);
       }},
      {"-", [](const Arguments& a) { return Maybe(a.at(1) ? number(a.at(0)) - number(a.at(1)) : -number(a.at(0))); }},
      {"*",
       [](const Arguments& a) {
         Maybe total = a.at(0);
         for (size_t i = 1; i < a.size(); ++i) total = parse_float(total) * parse_float(a.at(i));
         return total;
       }},
      {"/", [](const Arguments& a) { return Maybe(number(a.at(0)) / number(a.at(1))); }},
      {"%", [](const Arguments& a) { return Maybe(std::fmod(number(a.at(0)), number(a.at(1)))); }},
      {"cat",
       [](const Arguments& a) {
         std::string joined;
         for (const Json& each : a.all()) joined += each.is_null() ? "" : text(each);
         return Maybe(joined);
       }},
      {"substr", substr},
      {"merge",
       [](const Arguments& a) {
         JsonArray merged;
         for (const Json& each : a.all()) {
           if (!each.is_array()) merged.push_back(each);
           for (const Json& item : items_of(each)) merged.push_back(item);
         }
         return Maybe(std::move(merged));
       }},
      {"map",
       [](const Arguments& a) {
         JsonArray mapped;
         for (const Json& item : items_of(a.at(0))) mapped.push_back(a.on(item).value_or(nullptr));
         return Maybe(std::move(mapped));
       }},
      {"filter",
       [](const Arguments& a) {
         JsonArray kept;
         for (const Json& item : items_of(a.at(0))) {
           if (truthy(a.on(item))) kept.push_back(item);
         }
         return Maybe(std::move(kept));
       }},
      {"reduce", reduce},
      {"all", [](const Arguments& a) { return quantify(a, false, false, false); }},
      {"none", [](const Arguments& a) { return quantify(a, true, false, true); }},
      {"some", [](const Arguments& a) { return quantify(a, true, true, false); }},
      {"log", [](const Arguments& a) { return a.at(0); }},
  };
  return all;
}

Maybe apply(const Json& rule, const Json& data) {
  if (const auto* array = rule.if_array()) return Arguments{*array, data}.all();
  const auto* object = rule.if_object();
  if (object == nullptr || object->size() != 1) return rule;
  const Json& values = object->begin()->value();
  return operations().at(object->begin()->key())(
      Arguments{values.is_array() ? values.get_array() : JsonArray{values}, data});
}

// Numbers as JSON.stringify has them, at every depth.
Json as_printed(const Json& value) {
  if (const auto* array = value.if_array()) {
    JsonArray printed;
    for (const Json& item : *array) printed.push_back(as_printed(item));
    return printed;
  }
  if (const auto* object = value.if_object()) {
    JsonObject printed;
    for (const auto& each : *object) printed[each.key()] = as_printed(each.value());
    return printed;
  }
  return value.is_double() ? to_json(Value::of(value)) : value;
}

}  // namespace

Json interpret(const Json& rule, const Json& data) {
  const Maybe value = apply(rule, data);
  return value ? as_printed(*value) : Json(nullptr);
}

}  // namespace trunkline::flags

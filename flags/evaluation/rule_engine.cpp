#include "flags/evaluation/rule_engine.h"

#include <algorithm>
#include <charconv>

namespace trunkline::flags {
namespace {

using base::Json;

const Json* step_into(const Json& json, const std::string& step) {
  if (const auto* array = json.if_array()) {
    size_t index = 0;
    const auto [end, code] = std::from_chars(step.data(), step.data() + step.size(), index);
    const bool whole = code == std::errc{} && end == step.data() + step.size();
    return whole && index < array->size() ? &(*array)[index] : nullptr;
  }
  return base::find(json, step);
}

bool holds(Op op, Order order) {
  switch (order) {
    case Order::less:
      return op == Op::less || op == Op::less_equal;
    case Order::equal:
      return op == Op::less_equal || op == Op::greater_equal;
    case Order::greater:
      return op == Op::greater || op == Op::greater_equal;
    case Order::unordered:
      return false;
  }
  return false;
}

}  // namespace

Value RuleEngine::run(const Rule& rule) {
  switch (rule.op) {
    case Op::literal:
      return to_value(rule.literal);
    case Op::array:
    case Op::bucket: {
      base::JsonArray items;
      for (const Rule& item : rule.arguments) items.push_back(to_json(run(item)));
      return keep(std::move(items));
    }
    case Op::var:
      return variable(rule);
    case Op::if_:
      return choose(rule);
    case Op::equal:
      return loosely_equal(argument(rule, 0), argument(rule, 1));
    case Op::strict_equal:
      return strictly_equal(argument(rule, 0), argument(rule, 1));
    case Op::not_equal:
      return !loosely_equal(argument(rule, 0), argument(rule, 1));
    case Op::strict_not_equal:
      return !strictly_equal(argument(rule, 0), argument(rule, 1));
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      return compare_all(rule);
    case Op::not_:
      return !is_true(argument(rule, 0));
    case Op::truth:
      return is_true(argument(rule, 0));
    case Op::and_:
      return first_that(false, rule);
    case Op::or_:
      return first_that(true, rule);
    case Op::in:
      return contains(rule);
    case Op::starts_with:
    case Op::ends_with:
      return affix(rule);
    case Op::fractional:
      return fractional(rule);
  }
  return {};
}

Value RuleEngine::argument(const Rule& rule, size_t index) {
  return index < rule.arguments.size() ? run(rule.arguments[index]) : Value{};
}

Value RuleEngine::keep(Json made) {
  made_.push_back(std::make_unique<Json>(std::move(made)));
  return made_.back().get();
}

Value RuleEngine::variable(const Rule& rule) {
  Value name = argument(rule, 0);
  // A name that was a literal has become the path already, and its argument null.
  const bool dynamic = std::get_if<std::monostate>(&name) == nullptr;
  const Value found = dynamic ? lookup(split_path(to_string(name))) : lookup(rule.path);
  return std::holds_alternative<std::monostate>(found) ? argument(rule, 1) : found;
}

// flagd injects what stands below `$flagd`; a context cannot hide it.
Value RuleEngine::lookup(const std::vector<std::string>& path) {
  if (path.empty()) return whole_context();
  if (path[0] == "$flagd") {
    if (path.size() == 2 && path[1] == "flagKey") return flag_key_;
    if (path.size() == 2 && path[1] == "timestamp") return int64_t{now_.time_since_epoch() / std::chrono::seconds{1}};
    return {};
  }
  if (path.size() == 1 && path[0] == "targetingKey") return targeting_key();
  const Json* json = &context_.attributes;
  for (const std::string& step : path) {
    json = step_into(*json, step);
    if (json == nullptr) return {};
  }
  return to_value(*json);
}

Value RuleEngine::targeting_key() {
  if (!context_.targeting_key.empty()) return std::string_view(context_.targeting_key);
  const Json* key = base::find(context_.attributes, "targetingKey");
  return key == nullptr ? Value{} : to_value(*key);
}

Value RuleEngine::whole_context() {
  Json all = context_.attributes.is_object() ? context_.attributes : Json(base::JsonObject{});
  if (!context_.targeting_key.empty()) all.as_object()["targetingKey"] = context_.targeting_key;
  all.as_object()["$flagd"] = {{"flagKey", boost::json::string(flag_key_)},
                               {"timestamp", now_.time_since_epoch() / std::chrono::seconds{1}}};
  return keep(std::move(all));
}

// if, else if, ..., else.
Value RuleEngine::choose(const Rule& rule) {
  const size_t count = rule.arguments.size();
  size_t i = 0;
  for (; i + 1 < count; i += 2) {
    if (is_true(run(rule.arguments[i]))) return run(rule.arguments[i + 1]);
  }
  return argument(rule, i);
}

// `and` gives the first operand that is false, `or` the first that is true; both else the last one.
Value RuleEngine::first_that(bool truth, const Rule& rule) {
  Value last;
  for (const Rule& operand : rule.arguments) {
    last = run(operand);
    if (is_true(last) == truth) break;
  }
  return last;
}

Value RuleEngine::contains(const Rule& rule) {
  const Value needle = argument(rule, 0);
  const Value hay = argument(rule, 1);
  if (const auto* text = std::get_if<std::string_view>(&hay)) {
    const auto* part = std::get_if<std::string_view>(&needle);
    return text->find(part != nullptr ? *part : std::string_view(to_string(needle))) != std::string_view::npos;
  }
  const auto* json = std::get_if<const Json*>(&hay);
  if (json == nullptr || !(*json)->is_array()) return false;
  const auto& items = (*json)->get_array();
  return std::any_of(items.begin(), items.end(), [&](const Json& i) { return strictly_equal(needle, to_value(i)); });
}

// `<` and `<=` take a third argument: between.
Value RuleEngine::compare_all(const Rule& rule) {
  const bool between = rule.arguments.size() > 2 && (rule.op == Op::less || rule.op == Op::less_equal);
  const Value middle = argument(rule, 1);
  if (!holds(rule.op, compare(argument(rule, 0), middle))) return false;
  return !between || holds(rule.op, compare(middle, argument(rule, 2)));
}

Value RuleEngine::affix(const Rule& rule) {
  if (rule.arguments.size() != 2) return {};
  const Value text_value = argument(rule, 0), affix_value = argument(rule, 1);
  const auto* text = std::get_if<std::string_view>(&text_value);
  const auto* part = std::get_if<std::string_view>(&affix_value);
  if (text == nullptr || part == nullptr) return {};
  return rule.op == Op::starts_with ? text->starts_with(*part) : text->ends_with(*part);
}

}  // namespace trunkline::flags

#include <charconv>

#include "flags/evaluation/javascript_text.h"
#include "flags/evaluation/rule_engine.h"

// How a rule reads what it is given.
namespace trunkline::flags {
namespace {

using base::Json;
using Kind = Value::Kind;

// What flagd puts beside the attributes. The first character tells most names apart, for this is asked at every var.
bool is_injected(std::string_view name) {
  const char first = name.empty() ? '\0' : name[0];
  return (first == '$' && name == "$flagd") || (first == 't' && name == "targetingKey");
}

// JavaScript's names of array items: "0", "17", not "017" or "+1".
std::optional<size_t> index_of(std::string_view step) {
  size_t index = 0;
  const auto [end, code] = std::from_chars(step.data(), step.data() + step.size(), index);
  const bool whole = code == std::errc{} && end == step.data() + step.size();
  return whole && (step.size() == 1 || step[0] != '0') ? std::optional(index) : std::nullopt;
}

Value member_of_array(const Value& array, std::string_view step) {
  if (step == "length") return static_cast<int64_t>(array.size());
  const auto index = index_of(step);
  return index && *index < array.size() ? array.item(*index) : Value{};
}

Value member_of_json(const Value& value, std::string_view step) {
  if (value.json().is_array()) return member_of_array(value, step);
  const Json* found = value.json().get_object().if_contains(step);
  return found == nullptr ? Value{} : Value::of(*found);
}

}  // namespace

Value RuleEngine::variable(const Rule& rule) {
  const Value found = rule.path.empty() ? whole_scope() : lookup(rule.path);
  if (!found.is_undefined()) return found;
  const Value fallback = argument(rule, 0);
  return fallback.is_undefined() ? Value::null() : fallback;
}

Value RuleEngine::computed_variable(const Rule& rule) {
  const Value found = named(argument(rule, 0));
  const Value fallback = argument(rule, 1);
  if (!found.is_undefined()) return found;
  return fallback.is_undefined() ? Value::null() : fallback;
}

Value RuleEngine::named(const Value& name) {
  if (name.is_nullish() || (name.is_text() && name.text().empty())) return whole_scope();
  if (!spend_walk(name)) return {};
  const std::string text = to_string(name);
  if (!spend(text.size())) return {};
  // The name may be a list whose text is empty: the member "".
  return lookup(text.empty() ? std::vector<std::string>{""} : split_path(text));
}

Value RuleEngine::lookup(std::span<const std::string> path) {
  Value value = scope_.item;
  if (scope_.kind == Scope::Kind::context) {
    if (is_injected(path[0])) return lookup_in_context(path);
    const Json* found = base::find(context_.attributes, path[0]);
    value = found == nullptr ? Value{} : Value::of(*found);
    path = path.subspan(1);
  } else if (scope_.kind == Scope::Kind::reduction) {
    if (path[0] == "accumulator") value = scope_.accumulator;
    if (path[0] != "accumulator" && path[0] != "current") return {};
    path = path.subspan(1);
  }
  for (const std::string& step : path) {
    switch (value.kind()) {
      case Kind::json:
        value = member_of_json(value, step);
        break;
      case Kind::list:
        value = member_of_array(value, step);
        break;
      case Kind::text: {
        if (!spend(value.text().size() / 16)) return {};
        if (step == "length") {
          value = static_cast<int64_t>(utf16_size(value.text()));
          break;
        }
        const auto index = index_of(step);
        if (!index || *index >= utf16_size(value.text())) return {};
        const Utf16Slice slice = utf16_slice(value.text(), *index, *index + 1);
        value = slice.made ? keep_text(*slice.made) : Value(slice.part);
        break;
      }
      default:
        return {};
    }
  }
  return value;
}

// flagd injects what stands below `$flagd`; a context cannot hide it.
Value RuleEngine::lookup_in_context(std::span<const std::string> path) {
  if (path[0] == "targetingKey") return path.size() == 1 ? targeting_key() : Value{};
  const int64_t seconds = now_.time_since_epoch() / std::chrono::seconds{1};
  if (path.size() == 1) {
    return keep_json({{"flagKey", boost::json::string(flag_key_)}, {"timestamp", seconds}});
  }
  if (path.size() == 2 && path[1] == "flagKey") return flag_key_;
  if (path.size() == 2 && path[1] == "timestamp") return seconds;
  return {};
}

Value RuleEngine::targeting_key() {
  if (!context_.targeting_key.empty()) return std::string_view(context_.targeting_key);
  const Json* key = base::find(context_.attributes, "targetingKey");
  return key == nullptr ? Value{} : Value::of(*key);
}

Value RuleEngine::whole_scope() {
  if (scope_.kind == Scope::Kind::item) return scope_.item;
  if (!scope_.whole.is_undefined()) return scope_.whole;
  if (scope_.kind == Scope::Kind::reduction) {
    const auto current = copy(scope_.item), accumulator = copy(scope_.accumulator);
    if (!current || !accumulator) return {};
    scope_.whole = keep_json({{"current", *current}, {"accumulator", *accumulator}});
    return scope_.whole;
  }
  if (!spend_walk(Value::of(context_.attributes))) return {};
  Json all = context_.attributes.is_object() ? context_.attributes : Json(base::JsonObject{});
  if (!context_.targeting_key.empty()) all.as_object()["targetingKey"] = context_.targeting_key;
  all.as_object()["$flagd"] = {{"flagKey", boost::json::string(flag_key_)},
                               {"timestamp", now_.time_since_epoch() / std::chrono::seconds{1}}};
  scope_.whole = keep_json(std::move(all));
  return scope_.whole;
}

// Those of the keys that `var` does not find, or finds null or "".
Value RuleEngine::missing_of(size_t count, const auto& key_at) {
  const auto all = make_values(count);
  size_t gone = 0;
  for (size_t i = 0; i < all.size() && spend(1); ++i) {
    const Value key = key_at(i);
    const Value found = named(key);
    if (found.is_nullish() || (found.is_text() && found.text().empty())) all[gone++] = key;
  }
  return keep_list(all.first(gone));
}

Value RuleEngine::missing(const Rule& rule) {
  const Values arguments = evaluate_all(rule.arguments);
  if (!arguments.empty() && arguments[0].is_array()) {
    const Value keys = arguments[0];
    return missing_of(keys.size(), [&](size_t i) { return keys.item(i); });
  }
  return missing_of(arguments.size(), [&](size_t i) { return arguments[i]; });
}

Value RuleEngine::missing_some(const Rule& rule) {
  const double needed = number(argument(rule, 0));
  const Value keys = argument(rule, 1);
  if (!keys.is_array()) return missing_of(1, [&](size_t) { return keys; });
  const Value gone = missing_of(keys.size(), [&](size_t i) { return keys.item(i); });
  const bool enough = static_cast<double>(keys.size() - gone.size()) >= needed;
  return enough ? keep_list({}) : gone;
}

}  // namespace trunkline::flags

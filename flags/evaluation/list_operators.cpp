#include <utility>

#include "flags/evaluation/rule_engine.h"

// What goes over the items of a list. A rule that is not there gives undefined, which is false.
namespace trunkline::flags {
namespace {

const Rule* item_rule(const Rule& rule) {
  return rule.arguments.size() > 1 ? &rule.arguments[1] : nullptr;
}

}  // namespace

Value RuleEngine::with_list(const Rule& rule) {
  switch (rule.op) {
    case Op::merge:
      return merge(rule);
    case Op::map:
      return map(rule);
    case Op::filter:
      return filter(rule);
    case Op::reduce:
      return reduce(rule);
    default:
      return quantify(rule);
  }
}

Value RuleEngine::run_for(const Rule* rule, const Value& item) {
  if (!spend(1) || rule == nullptr) return {};
  const Scope outer = std::exchange(scope_, Scope{Scope::Kind::item, item, {}, {}});
  const Value value = run(*rule);
  scope_ = outer;
  return value;
}

Value RuleEngine::merge(const Rule& rule) {
  const Values parts = evaluate_all(rule.arguments);
  size_t count = 0;
  for (const Value& part : parts) count += part.is_array() ? part.size() : 1;
  const auto items = make_values(count);
  if (items.size() != count) return {};
  size_t next = 0;
  for (const Value& part : parts) {
    if (!part.is_array()) items[next++] = part;
    for (size_t i = 0; i < part.size(); ++i) items[next++] = part.item(i);
  }
  return keep_list(items);
}

Value RuleEngine::map(const Rule& rule) {
  const Value list = argument(rule, 0);
  const auto items = make_values(list.size());
  for (size_t i = 0; i < items.size(); ++i) items[i] = run_for(item_rule(rule), list.item(i));
  return keep_list(items);
}

Value RuleEngine::filter(const Rule& rule) {
  const Value list = argument(rule, 0);
  const auto items = make_values(list.size());
  size_t kept = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const Value item = list.item(i);
    if (is_true(run_for(item_rule(rule), item))) items[kept++] = item;
  }
  return keep_list(items.first(kept));
}

Value RuleEngine::reduce(const Rule& rule) {
  const Value list = argument(rule, 0);
  Value accumulator = rule.arguments.size() > 2 ? run(rule.arguments[2]) : Value::null();
  const Rule* step = item_rule(rule);
  const Scope outer = scope_;
  for (size_t i = 0; i < list.size() && spend(1); ++i) {
    scope_ = Scope{Scope::Kind::reduction, list.item(i), accumulator, {}};
    accumulator = step == nullptr ? Value{} : run(*step);
  }
  scope_ = outer;
  return accumulator;
}

// all, none, some. Nothing is true for all items of an empty list.
Value RuleEngine::quantify(const Rule& rule) {
  const Value list = argument(rule, 0);
  const size_t count = list.size();
  if (count == 0) return rule.op == Op::none;
  const bool stops_at = rule.op != Op::all;  // the truth of an item that settles it
  for (size_t i = 0; i < count && failure_ == nullptr; ++i) {
    if (is_true(run_for(item_rule(rule), list.item(i))) == stops_at) return rule.op == Op::some;
  }
  return rule.op != Op::some;
}

}  // namespace trunkline::flags

#include "flags/evaluation/rule_engine.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace trunkline::flags {
namespace {

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

// The usual case of `in`: a text in a list that was written down.
bool has_text(const base::JsonArray& array, std::string_view text) {
  return std::any_of(array.begin(), array.end(), [&](const base::Json& item) {
    const auto* string = item.if_string();
    if (string == nullptr || string->size() != text.size()) return false;
    return std::memcmp(string->data(), text.data(), text.size()) == 0;
  });
}

}  // namespace

Value RuleEngine::run(const Rule& rule) {
  if (rule.op == Op::literal && trace_ == nullptr) return Value::of(rule.literal);
  if (!spend(1)) return {};
  return trace_ == nullptr ? execute(rule) : traced(rule);
}

Value RuleEngine::run_on(const Rule& rule, const base::Json& data) {
  return run_for(&rule, Value::of(data));
}

Value RuleEngine::traced(const Rule& rule) {
  if (rule.op == Op::literal) return Value::of(rule.literal);
  const size_t index = trace_->steps.size();
  trace_->steps.push_back({trace_->depth, to_json(rule), nullptr});
  ++trace_->depth;
  const Value value = execute(rule);
  --trace_->depth;
  const auto copied = copy(value);
  trace_->steps[index].value = copied ? *copied : base::Json("...");
  return value;
}

Value RuleEngine::execute(const Rule& rule) {
  switch (rule.op) {
    case Op::literal:
      return Value::of(rule.literal);
    case Op::array:
    case Op::bucket:
      return keep_list(evaluate_all(rule.arguments));
    case Op::reference:
      return run(*rule.shared);
    case Op::var:
      return variable(rule);
    case Op::computed_var:
      return computed_variable(rule);
    case Op::missing:
      return missing(rule);
    case Op::missing_some:
      return missing_some(rule);
    case Op::if_:
      return choose(rule);
    case Op::and_:
    case Op::or_:
      return first_that(rule.op == Op::or_, rule);
    case Op::not_:
    case Op::truth:
      return is_true(argument(rule, 0)) == (rule.op == Op::truth);
    case Op::equal:
    case Op::not_equal:
    case Op::strict_equal:
    case Op::strict_not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      return compare_all(rule);
    case Op::in:
      return contains(rule);
    case Op::add:
      return sum(rule);
    case Op::subtract:
    case Op::divide:
    case Op::modulo:
      return difference(rule);
    case Op::multiply:
      return product(rule);
    case Op::min:
    case Op::max:
      return extreme(rule);
    case Op::cat:
      return cat(rule);
    case Op::substr:
      return substr(rule);
    case Op::merge:
    case Op::map:
    case Op::filter:
    case Op::reduce:
    case Op::all:
    case Op::none:
    case Op::some:
      return with_list(rule);
    case Op::log:
      return argument(rule, 0);
    case Op::starts_with:
    case Op::ends_with:
      return affix(rule);
    case Op::sem_ver:
      return sem_ver(rule);
    case Op::fractional:
      return fractional(rule);
  }
  return {};
}

Value RuleEngine::argument(const Rule& rule, size_t index) {
  return index < rule.arguments.size() ? run(rule.arguments[index]) : Value{};
}

RuleEngine::Values RuleEngine::evaluate_all(const std::vector<Rule>& rules) {
  const auto values = make_values(rules.size());
  for (size_t i = 0; i < values.size(); ++i) values[i] = run(rules[i]);
  return values;
}

// if, else if, ..., else.
Value RuleEngine::choose(const Rule& rule) {
  const size_t count = rule.arguments.size();
  size_t i = 0;
  for (; i + 1 < count; i += 2) {
    if (is_true(run(rule.arguments[i]))) return run(rule.arguments[i + 1]);
  }
  return i < count ? run(rule.arguments[i]) : Value::null();
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

// `<` and `<=` take a third argument: between.
Value RuleEngine::compare_all(const Rule& rule) {
  const Value left = argument(rule, 0), right = argument(rule, 1);
  if (!spend_walk(left) || !spend_walk(right)) return {};
  switch (rule.op) {
    case Op::equal:
      return loosely_equal(left, right);
    case Op::not_equal:
      return !loosely_equal(left, right);
    case Op::strict_equal:
      return strictly_equal(left, right);
    case Op::strict_not_equal:
      return !strictly_equal(left, right);
    default:
      break;
  }
  if (!holds(rule.op, compare(left, right))) return false;
  if (rule.op != Op::less && rule.op != Op::less_equal) return true;
  const Value third = argument(rule, 2);
  if (!spend_walk(third)) return {};
  return third.is_undefined() || holds(rule.op, compare(right, third));
}

Value RuleEngine::contains(const Rule& rule) {
  const Value needle = argument(rule, 0), hay = argument(rule, 1);
  if (hay.is_text()) {
    // Nothing is in an empty text, not even another one (JSONLogic asks for the text's truth first).
    if (hay.text().empty() || !spend(hay.text().size() / 16) || !spend_walk(needle)) return false;
    if (needle.is_text()) return hay.text().find(needle.text()) != std::string_view::npos;
    return hay.text().find(to_string(needle)) != std::string_view::npos;
  }
  if (!hay.is_array() || !spend(hay.size() / 4)) return false;
  if (needle.is_text() && hay.kind() == Value::Kind::json) return has_text(hay.json().get_array(), needle.text());
  for (size_t i = 0; i < hay.size(); ++i) {
    if (strictly_equal(needle, hay.item(i))) return true;
  }
  return false;
}

}  // namespace trunkline::flags

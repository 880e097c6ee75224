#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/core/text.h"
#include "flags/definition/number_text.h"
#include "flags/definition/rule.h"
#include "flags/definition/weights.h"

namespace trunkline::flags {
namespace {

using base::Json;

bool is_scalar(const Rule& rule) {
  return rule.op == Op::literal && !rule.literal.is_structured();
}

// {"var": "a.b"}: the name is split now instead of at every evaluation, and leaves the arguments.
void take_name(Rule& rule) {
  Rule name = rule.arguments.empty() ? Rule{} : std::move(rule.arguments.front());
  if (!is_scalar(name)) {
    rule.op = Op::computed_var;
    rule.arguments.front() = std::move(name);
    return;
  }
  if (!rule.arguments.empty()) rule.arguments.erase(rule.arguments.begin());
  const Json& literal = name.literal;
  if (literal.is_string()) rule.path = split_path(literal.get_string());
  if (literal.is_number()) rule.path = split_path(number_text(literal));
  if (literal.is_bool()) rule.path = {literal.get_bool() ? "true" : "false"};
  rule.literal = std::move(name.literal);
}

void take_weight(Rule& bucket) {
  if (bucket.arguments.size() == 1) bucket.literal = 1;
  if (bucket.arguments.size() != 2 || bucket.arguments[1].op != Op::literal) return;
  if (const auto weight = weight_of(bucket.arguments[1].literal)) bucket.literal = *weight;
}

// Weights that are all known are summed up once.
void take_total(Rule& fractional) {
  if (fractional.arguments.empty()) return;
  int64_t total = 0;
  const bool keyed = fractional.arguments[0].op == Op::bucket;
  for (size_t i = keyed ? 0 : 1; i < fractional.arguments.size(); ++i) {
    const Rule& bucket = fractional.arguments[i];
    if (bucket.op != Op::bucket || !bucket.literal.is_int64() || !is_scalar(bucket.arguments[0])) return;
    total += bucket.literal.get_int64();
    if (total > kMostWeight) return;
  }
  if (total > 0) fractional.literal = total;
}

void take_version(Rule& rule) {
  if (rule.arguments.size() != 3 || !is_scalar(rule.arguments[1]) || !is_scalar(rule.arguments[2])) return;
  const Json& order = rule.arguments[1].literal;
  const Json& target = rule.arguments[2].literal;
  if (!order.is_string() || !(target.is_string() || target.is_number())) return;
  auto test = std::make_shared<VersionTest>();
  test->text = target.is_string() ? std::string(target.get_string()) : number_text(target);
  const auto known_order = parse_version_order(order.get_string());
  const auto version = parse_semantic_version(test->text);
  if (!known_order || !version) return;
  test->order = *known_order;
  test->target = *version;
  rule.version = std::move(test);
}

// What can be known before any evaluation.
void prepare(Rule& rule) {
  switch (rule.op) {
    case Op::var:
      return take_name(rule);
    case Op::bucket:
      return take_weight(rule);
    case Op::fractional:
      return take_total(rule);
    case Op::sem_ver:
      return take_version(rule);
    default:
      return;
  }
}

class Compiler {
 public:
  // Null inside an evaluator, which refers to none.
  explicit Compiler(const Evaluators* evaluators) : evaluators_(evaluators) {}

  CompiledRule compile(const Json& json) {
    if (const auto* array = json.if_array()) return list(Op::array, *array);
    const auto* object = json.if_object();
    if (object == nullptr || object->size() != 1) return Rule{.literal = json};
    const std::string_view name = object->begin()->key();
    const Json& arguments = object->begin()->value();
    if (name == "$ref" && arguments.is_string()) return reference(arguments.get_string());
    return operation(name, arguments);
  }

 private:
  CompiledRule operation(std::string_view name, const Json& arguments) {
    const Operator* known = find_operator(name);
    if (known == nullptr) return unknown_operator(name);
    path_.emplace_back(name);
    const auto* array = arguments.if_array();
    // A single argument may stand without its brackets.
    CompiledRule rule = array != nullptr ? list(known->op, *array) : single(known->op, arguments);
    path_.pop_back();
    return rule;
  }

  CompiledRule single(Op op, const Json& argument) {
    CompiledRule inner = compile(argument);
    if (!inner) return inner;
    Rule rule{.op = op};
    rule.arguments.push_back(*std::move(inner));
    prepare(rule);
    return rule;
  }

  CompiledRule list(Op op, const base::JsonArray& array) {
    Rule rule{.op = op};
    rule.arguments.reserve(array.size());
    for (size_t i = 0; i < array.size(); ++i) {
      path_.push_back(std::to_string(i));
      const auto* bucket = op == Op::fractional ? array[i].if_array() : nullptr;
      CompiledRule inner = bucket != nullptr ? list(Op::bucket, *bucket) : compile(array[i]);
      path_.pop_back();
      if (!inner) return inner;
      rule.arguments.push_back(*std::move(inner));
    }
    if (op == Op::array) return fold(std::move(rule), array);
    prepare(rule);
    return rule;
  }

  // An array of plain values is a plain value.
  static Rule fold(Rule rule, const base::JsonArray& array) {
    const bool plain = std::all_of(rule.arguments.begin(), rule.arguments.end(),
                                   [](const Rule& item) { return item.op == Op::literal; });
    return plain ? Rule{.literal = Json(array)} : rule;
  }

  CompiledRule reference(std::string_view name) {
    using Cause = RuleError::Cause;
    if (evaluators_ == nullptr) {
      return refuse(Cause::nested_reference, "$ref", "an evaluator cannot refer to another one");
    }
    const auto found = evaluators_->find(name);
    if (found == evaluators_->end()) {
      std::vector<std::string_view> names;
      for (const auto& entry : *evaluators_) names.emplace_back(entry.first);
      return refuse(Cause::unknown_reference, "$ref",
                    fmt::format("no evaluator \"{}\"{}", name, base::did_you_mean(name, names)));
    }
    if (!found->second) {
      return refuse(Cause::broken_reference, "$ref",
                    fmt::format("the evaluator \"{}\" is broken: {}", name, found->second.error().message));
    }
    return Rule{.op = Op::reference, .shared = *found->second, .name = std::string(name)};
  }

  tl::unexpected<RuleError> unknown_operator(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Operator& known : operators()) names.push_back(known.name);
    return refuse(RuleError::Cause::unknown_operator, name,
                  fmt::format("unknown operator \"{}\"{}", name, base::did_you_mean(name, names)));
  }

  tl::unexpected<RuleError> refuse(RuleError::Cause cause, std::string_view below, std::string message) {
    std::vector<std::string> path = path_;
    path.emplace_back(below);
    return tl::unexpected(RuleError{cause, std::move(message), std::move(path)});
  }

  const Evaluators* evaluators_;
  std::vector<std::string> path_;
};

}  // namespace

CompiledRule compile_rule(const Json& json, const Evaluators& evaluators) {
  return Compiler(&evaluators).compile(json);
}

Evaluators compile_evaluators(const base::JsonObject& json) {
  Evaluators evaluators;
  for (const auto& member : json) {
    CompiledRule rule = Compiler(nullptr).compile(member.value());
    if (rule) {
      evaluators.emplace(member.key(), std::make_shared<const Rule>(*std::move(rule)));
    } else {
      evaluators.emplace(member.key(), tl::unexpected(std::move(rule.error())));
    }
  }
  return evaluators;
}

}  // namespace trunkline::flags

#include <cmath>
#include <limits>

#include "flags/evaluation/rule_engine.h"

namespace trunkline::flags {

double RuleEngine::number(const Value& value) {
  return spend_walk(value) ? to_number(value) : 0;
}

double RuleEngine::leading_number_of(const Value& value) {
  return spend_walk(value) ? to_leading_number(value) : 0;
}

Value RuleEngine::sum(const Rule& rule) {
  double total = 0;
  for (const Rule& operand : rule.arguments) total += leading_number_of(run(operand));
  return total;
}

// - / %, which take two operands; one alone is negated, or meets undefined, which is no number.
Value RuleEngine::difference(const Rule& rule) {
  const double a = number(argument(rule, 0));
  const Value second = argument(rule, 1);
  if (rule.op == Op::subtract && second.is_undefined()) return -a;
  const double b = number(second);
  if (rule.op == Op::subtract) return a - b;
  return rule.op == Op::divide ? a / b : std::fmod(a, b);
}

// A single operand is given back as it is: JSONLogic multiplies by a fold that begins with the first.
Value RuleEngine::product(const Rule& rule) {
  if (rule.arguments.empty()) return fail("* has nothing to multiply");
  const Value first = run(rule.arguments[0]);
  if (rule.arguments.size() == 1) return first;
  double total = leading_number_of(first);
  for (size_t i = 1; i < rule.arguments.size(); ++i) total *= leading_number_of(run(rule.arguments[i]));
  return total;
}

Value RuleEngine::extreme(const Rule& rule) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const bool least = rule.op == Op::min;
  double found = least ? kInfinity : -kInfinity;
  for (const Rule& operand : rule.arguments) {
    const double operand_number = number(run(operand));
    if (std::isnan(operand_number) || std::isnan(found)) {
      found = std::numeric_limits<double>::quiet_NaN();
    } else {
      found = least ? std::min(found, operand_number) : std::max(found, operand_number);
    }
  }
  return found;
}

}  // namespace trunkline::flags

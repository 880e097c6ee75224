#include "deployer/plan/metric.h"

#include <array>
#include <charconv>
#include <fmt/format.h>

#include "base/core/text.h"
#include "deployer/plan/values.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr std::array<std::string_view, 6> kOperators = {"<=", ">=", "==", "!=", "<", ">"};

tl::unexpected<base::Error> bad_condition(std::string_view text) {
  return fail(Kind::invalid, fmt::format("expected a condition such as \"result < 0.01\", got \"{}\"", text));
}

}  // namespace

bool Condition::holds(double result) const {
  if (op == "<") return result < limit;
  if (op == "<=") return result <= limit;
  if (op == ">") return result > limit;
  if (op == ">=") return result >= limit;
  if (op == "==") return result == limit;
  return result != limit;
}

std::string to_string(const Condition& condition) {
  return fmt::format("result {} {}", condition.op, condition.limit);
}

Result<Condition> parse_condition(std::string_view text) {
  std::string_view rest = base::trim(text);
  if (!take(rest, "result")) return bad_condition(text);
  for (const std::string_view op : kOperators) {
    if (!take(rest, op)) continue;
    Condition condition{std::string(op), 0};
    const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), condition.limit);
    if (code != std::errc{} || end != rest.data() + rest.size() || !(condition.limit - condition.limit == 0)) break;
    return condition;
  }
  return bad_condition(text);
}

std::string_view to_string(Against::Test test) {
  return kTests.word_for(test);
}

base::Millis Metric::least_bake() const {
  const bool at_end = against && against->test == Against::Test::mann_whitney;
  return initial_delay + interval * (at_end ? kLeastValues : 1);
}

}  // namespace trunkline::deployer

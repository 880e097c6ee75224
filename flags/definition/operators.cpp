#include "flags/definition/operators.h"

#include <algorithm>

namespace trunkline::flags {
namespace {

constexpr Operator kOperators[] = {
    {"var", Op::var, 0, 2, "a value of the context by its dotted path, or the second argument where it is missing"},
    {"missing", Op::missing, 0, kAnyNumber, "those of the paths that the context lacks"},
    {"missing_some", Op::missing_some, 2, 2, "nothing if that many of the paths are there, else the missing ones"},
    {"if", Op::if_, 1, kAnyNumber, "condition, value, condition, value, ..., value otherwise"},
    {"?:", Op::if_, 1, kAnyNumber, "the same as if"},
    {"and", Op::and_, 1, kAnyNumber, "the first operand that is false, else the last"},
    {"or", Op::or_, 1, kAnyNumber, "the first operand that is true, else the last"},
    {"!", Op::not_, 1, 1, "whether the operand is false"},
    {"!!", Op::truth, 1, 1, "whether the operand is true"},
    {"==", Op::equal, 2, 2, "equal after JavaScript's conversions"},
    {"!=", Op::not_equal, 2, 2, "not equal after JavaScript's conversions"},
    {"===", Op::strict_equal, 2, 2, "equal and of one type"},
    {"!==", Op::strict_not_equal, 2, 2, "not equal, or of two types"},
    {"<", Op::less, 2, 3, "less; with three arguments: between"},
    {"<=", Op::less_equal, 2, 3, "less or equal; with three arguments: between, ends included"},
    {">", Op::greater, 2, 2, "greater"},
    {">=", Op::greater_equal, 2, 2, "greater or equal"},
    {"in", Op::in, 2, 2, "whether a text holds the text, or a list the value"},
    {"+", Op::add, 1, kAnyNumber, "the sum; of one text: the number that it begins with"},
    {"-", Op::subtract, 1, 2, "the difference; of one number: its negative"},
    {"*", Op::multiply, 1, kAnyNumber, "the product"},
    {"/", Op::divide, 2, 2, "the quotient"},
    {"%", Op::modulo, 2, 2, "the remainder"},
    {"min", Op::min, 1, kAnyNumber, "the least number"},
    {"max", Op::max, 1, kAnyNumber, "the greatest number"},
    {"cat", Op::cat, 0, kAnyNumber, "the texts of the arguments, joined"},
    {"substr", Op::substr, 2, 3, "a part of a text: from, and length or a negative end"},
    {"merge", Op::merge, 0, kAnyNumber, "one list of all arguments and the items of those that are lists"},
    {"map", Op::map, 2, 2, "the rule's value for each item"},
    {"filter", Op::filter, 2, 2, "the items for which the rule is true"},
    {"reduce", Op::reduce, 3, 3, "the rule's last value, which sees current and accumulator"},
    {"all", Op::all, 2, 2, "whether the rule is true for every item of a list that is not empty"},
    {"none", Op::none, 2, 2, "whether the rule is true for no item"},
    {"some", Op::some, 2, 2, "whether the rule is true for an item"},
    {"log", Op::log, 1, 1, "its argument"},
    {"starts_with", Op::starts_with, 2, 2, "whether the first text begins with the second"},
    {"ends_with", Op::ends_with, 2, 2, "whether the first text ends with the second"},
    {"sem_ver", Op::sem_ver, 3, 3, "compares two semantic versions: version, one of = != < <= > >= ~ ^, version"},
    {"fractional", Op::fractional, 1, kAnyNumber, "splits users into buckets [variant, weight]"},
};

}  // namespace

std::span<const Operator> operators() {
  return kOperators;
}

const Operator* find_operator(std::string_view name) {
  const auto* found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                   [&](const Operator& candidate) { return candidate.name == name; });
  return found == std::end(kOperators) ? nullptr : found;
}

const Operator* find_operator(Op op) {
  const auto* found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                   [&](const Operator& candidate) { return candidate.op == op; });
  return found == std::end(kOperators) ? nullptr : found;
}

}  // namespace trunkline::flags

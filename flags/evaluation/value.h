#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/core/json.h"

// What a rule computes with, after JavaScript (ECMA-262): JSONLogic is defined by its JavaScript implementation.
namespace trunkline::flags {

// Borrowed: strings and collections belong to the rule, the context or the evaluation that made them. Integers stay
// exact while they are carried; operators compute with doubles.
using Value = std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string_view, const base::Json*>;

// A pointer is held for arrays and objects only.
Value to_value(const base::Json& json);
base::Json to_json(const Value& value);

// JSONLogic's truth: as JavaScript's, but an empty array is false.
bool is_true(const Value& value);

// `==` and `===`. Two collections are equal only if they are the same one.
bool loosely_equal(const Value& a, const Value& b);
bool strictly_equal(const Value& a, const Value& b);

enum class Order { less, equal, greater, unordered };
// How `<` and its kin compare: two strings by their text, all else as numbers, among which NaN has no place.
Order compare(const Value& a, const Value& b);

bool is_number(const Value& value);
// Number(value): NaN for text that is no number.
double to_number(const Value& value);
// String(value).
std::string to_string(const Value& value);

}  // namespace trunkline::flags

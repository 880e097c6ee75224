#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include "deployer/plan/choices.h"

// What keys the mappings of the rollout file have: one table a mapping, beside its parser. Fields reads a file by them,
// and the editors' schema is made from them, so a key is added in one place. They are plain constants, read by nobody
// before main.
namespace trunkline::deployer {

struct Table;

struct Value {
  enum class Kind {
    text,       // also a number or a truth value, as it is written; not ""
    id,         // parse_id
    address,    // parse_address
    condition,  // parse_condition
    word,       // one of `words`
    count,
    number,
    fraction,  // between 0 and 1, without both
    duration,
    amount,  // a count or "25%"
    share,   // parse_share
    flag,    // true or false
    texts,
    command,            // a program and its arguments
    commands,           // a list of them
    text_map,           // any names, each with a text
    mapping,            // with the keys of `table`
    mappings,           // a list of them
    some_mappings,      // a list of at least one of them
    named_mappings,     // any names, each with one of them
    count_or_mappings,  // or some_mappings
    word_or_mapping
  };
  using enum Kind;

  Kind kind;
  double least = 0;                              // of count, number and amount; of duration in ms
  std::string_view pattern = {};                 // of text and texts: tells editors what their reader takes
  std::span<const std::string_view> words = {};  // of word and word_or_mapping
  const Table* table = nullptr;                  // of all kinds with a mapping

  constexpr Value(Kind of) : kind(of) {}  // so that a table says Value::text
};

struct Key {
  std::string_view name;
  Value value;
  bool required;
  std::string_view summary;
  std::string_view fallback = {};  // what holds where it is absent, if that is always the same
};

struct Table {
  std::initializer_list<Key> keys;
  std::initializer_list<std::string_view> one_of = {};  // just one of these keys is there

  // Null if there is no key of that name.
  constexpr const Key* find(std::string_view name) const {
    for (const Key& key : keys) {
      if (key.name == name) return &key;
    }
    return nullptr;
  }
};

// The whole file, in rollout.cpp.
extern const Table kRolloutKeys;

// What tables say of values beside their kind.
constexpr Value at_least(double least, Value value) {
  value.least = least;
  return value;
}
constexpr Value like(std::string_view pattern, Value value) {
  value.pattern = pattern;
  return value;
}
constexpr Value word_of(std::span<const std::string_view> words) {
  Value value = Value::word;
  value.words = words;
  return value;
}
constexpr Value with(Value value, const Table& table) {
  value.table = &table;
  return value;
}
constexpr Value mapping_of(const Table& table) {
  return with(Value::mapping, table);
}
constexpr Value word_or_mapping_of(std::span<const std::string_view> words, const Table& table) {
  Value value = with(Value::word_or_mapping, table);
  value.words = words;
  return value;
}

}  // namespace trunkline::deployer

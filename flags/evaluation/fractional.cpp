#include "flags/evaluation/fractional.h"

#include <array>
#include <cstring>
#include <murmurhash.h>

#include "flags/definition/weights.h"
#include "flags/evaluation/rule_engine.h"

namespace trunkline::flags {
namespace {

uint32_t hash_bytes(const char* data, size_t size) {
  uint32_t hash = 0;
  lmmh_x86_32(data, static_cast<uint32_t>(size), 0, &hash);
  return hash;
}

// A weight that was computed: numbers only, text is none.
std::optional<int64_t> weight_of_value(const Value& value) {
  return value.is_number() ? weight_of(to_number(value)) : std::nullopt;
}

}  // namespace

uint32_t bucketing_hash(std::string_view first, std::string_view second) {
  // The library wants one piece of memory; keys are short, so the heap is seldom asked.
  std::array<char, 256> buffer;
  if (second.empty()) return hash_bytes(first.data(), first.size());
  if (first.size() + second.size() <= buffer.size()) {
    std::memcpy(buffer.data(), first.data(), first.size());
    std::memcpy(buffer.data() + first.size(), second.data(), second.size());
    return hash_bytes(buffer.data(), first.size() + second.size());
  }
  const std::string joined = std::string(first) + std::string(second);
  return hash_bytes(joined.data(), joined.size());
}

int64_t bucket_of_hash(uint32_t hash, int64_t total) {
  return static_cast<int64_t>((uint64_t{hash} * static_cast<uint64_t>(total)) >> 32);
}

Value RuleEngine::fractional(const Rule& rule) {
  if (rule.arguments.empty()) return Value::null();
  if (rule.arguments[0].op != Op::bucket) {
    const Value by = run(rule.arguments[0]);
    if (by.is_text()) {
      if (!spend(by.text().size() / 16)) return {};
      return pick_prepared(rule, 1, bucketing_hash(by.text()));
    }
  }
  const Value key = targeting_key();
  if (!key.is_text() || key.text().empty()) return Value::null();
  return pick_prepared(rule, 0, bucketing_hash(flag_key_, key.text()));
}

Value RuleEngine::pick_prepared(const Rule& rule, size_t first, uint32_t hash) {
  // A first argument that is neither a bucket nor a text makes the whole wrong, which only pick() sees.
  if (!rule.literal.is_int64() || (first == 0 && rule.arguments[0].op != Op::bucket)) return pick(rule, first, hash);
  const int64_t bucket = bucket_of_hash(hash, rule.literal.get_int64());
  int64_t end = 0;
  for (size_t i = first; i < rule.arguments.size(); ++i) {
    end += rule.arguments[i].literal.get_int64();
    if (end > bucket) return Value::of(rule.arguments[i].arguments[0].literal);
  }
  return Value::null();
}

// Where weights or variants are rules, or anything is wrong: one wrong bucket makes the answer null.
Value RuleEngine::pick(const Rule& rule, size_t first, uint32_t hash) {
  const auto variants = make_values(rule.arguments.size()), ends = make_values(rule.arguments.size());
  if (variants.empty() || ends.empty()) return {};
  int64_t total = 0;
  for (size_t i = first; i < rule.arguments.size(); ++i) {
    const Value bucket = run(rule.arguments[i]);
    if (!bucket.is_array() || bucket.size() == 0 || bucket.size() > 2) return Value::null();
    variants[i] = bucket.item(0);
    const auto weight = bucket.size() == 1 ? std::optional<int64_t>(1) : weight_of_value(bucket.item(1));
    if (!weight || variants[i].is_collection()) return Value::null();
    total += *weight;
    if (total > kMostWeight) return Value::null();
    ends[i] = total;
  }
  if (total == 0) return Value::null();
  const int64_t bucket = bucket_of_hash(hash, total);
  for (size_t i = first; i < variants.size(); ++i) {
    if (ends[i].integer() > bucket) return variants[i];
  }
  return Value::null();
}

}  // namespace trunkline::flags

#include "flags/evaluation/fractional.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <murmurhash.h>
#include <string>

#include "flags/evaluation/rule_engine.h"

namespace trunkline::flags {
namespace {

constexpr int64_t kMostWeight = 2147483647;

uint32_t hash_bytes(const char* bytes, size_t size) {
  uint32_t hash = 0;
  lmmh_x86_32(bytes, static_cast<unsigned>(size), 0, &hash);
  return hash;
}

}  // namespace

uint32_t bucketing_hash(std::string_view first, std::string_view second) {
  if (second.empty()) return hash_bytes(first.data(), first.size());
  // The hash wants one piece of memory; keys are short, so the heap is seldom asked.
  std::array<char, 256> buffer;
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

std::optional<int64_t> RuleEngine::weight(const Rule& bucket) {
  if (bucket.op != Op::bucket || bucket.arguments.empty()) return std::nullopt;
  if (bucket.arguments.size() == 1) return 1;
  const Value value = run(bucket.arguments[1]);
  if (!is_number(value)) return std::nullopt;
  const double number = to_number(value);
  if (std::trunc(number) != number) return std::nullopt;
  // One more than the most makes the total too large, whatever the others are.
  return number > static_cast<double>(kMostWeight) ? kMostWeight + 1 : static_cast<int64_t>(std::max(number, 0.0));
}

Value RuleEngine::fractional(const Rule& rule) {
  if (rule.arguments.empty()) return {};
  if (rule.arguments[0].op == Op::bucket) {
    const Value key = targeting_key();
    const auto* text = std::get_if<std::string_view>(&key);
    if (text == nullptr || text->empty()) return {};
    return pick(rule, 0, bucketing_hash(flag_key_, *text));
  }
  const Value value = run(rule.arguments[0]);
  const auto* text = std::get_if<std::string_view>(&value);
  return text == nullptr ? Value{} : pick(rule, 1, bucketing_hash(*text));
}

Value RuleEngine::pick(const Rule& rule, size_t first, uint32_t hash) {
  int64_t total = 0;
  for (size_t i = first; i < rule.arguments.size(); ++i) {
    const auto part = weight(rule.arguments[i]);
    if (!part) return {};
    total += *part;
    if (total > kMostWeight) return {};
  }
  if (total == 0) return {};
  const int64_t bucket = bucket_of_hash(hash, total);
  int64_t end = 0;
  for (size_t i = first; i < rule.arguments.size(); ++i) {
    end += *weight(rule.arguments[i]);
    if (end > bucket) return run(rule.arguments[i].arguments[0]);
  }
  return {};
}

}  // namespace trunkline::flags

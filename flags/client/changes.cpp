#include "flags/client/changes.h"

#include <algorithm>
#include <set>

namespace trunkline::flags {
namespace {

// What else a rule has is made from these.
bool is_same(const Rule& a, const Rule& b) {
  if (a.op != b.op || a.name != b.name || a.path != b.path || a.literal != b.literal) return false;
  if ((a.shared == nullptr) != (b.shared == nullptr)) return false;
  if (a.shared != nullptr && a.shared != b.shared && !is_same(*a.shared, *b.shared)) return false;
  return std::equal(a.arguments.begin(), a.arguments.end(), b.arguments.begin(), b.arguments.end(),
                    [](const Rule& x, const Rule& y) { return is_same(x, y); });
}

bool is_same(const Variant& a, const Variant& b) {
  return a.name == b.name && a.value == b.value;
}

bool is_same(const Flag& a, const Flag& b) {
  if (a.broken || b.broken) return a.broken == b.broken && a.metadata == b.metadata;
  if (a.enabled != b.enabled || a.default_variant != b.default_variant || a.metadata != b.metadata) return false;
  if (a.rule.has_value() != b.rule.has_value() || (a.rule && !is_same(*a.rule, *b.rule))) return false;
  return std::equal(a.variants.begin(), a.variants.end(), b.variants.begin(), b.variants.end(),
                    [](const Variant& x, const Variant& y) { return is_same(x, y); });
}

}  // namespace

std::vector<std::string> changed_keys(const FlagSet& before, const FlagSet& after) {
  std::set<std::string> keys;
  for (const Flag& flag : before.flags()) {
    // By key: of several flags with the same key the last one is evaluated.
    const Flag* next = after.find(flag.key);
    if (next == nullptr || !is_same(*before.find(flag.key), *next)) keys.insert(flag.key);
  }
  for (const Flag& flag : after.flags()) {
    if (before.find(flag.key) == nullptr) keys.insert(flag.key);
  }
  return {keys.begin(), keys.end()};
}

}  // namespace trunkline::flags

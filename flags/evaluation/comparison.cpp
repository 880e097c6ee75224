#include "flags/evaluation/comparison.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace trunkline::flags {
namespace {

std::string name_of(const Evaluation& answer) {
  if (answer.error_code == ErrorCode::flag_not_found) return "(absent)";
  if (answer.error_code) return "(error)";
  if (answer.reason == Reason::disabled) return "(disabled)";
  return answer.value == nullptr ? "(none)" : std::string(answer.variant);
}

bool same_value(const Evaluation& a, const Evaluation& b) {
  if (a.value == nullptr || b.value == nullptr) return a.value == b.value;
  return *a.value == *b.value;
}

using Groups = std::map<std::pair<std::string, std::string>, std::vector<size_t>>;

void note(const Evaluation& before, const Evaluation& after, size_t index, Groups& groups) {
  std::string from = name_of(before), to = name_of(after);
  if (from == to) {
    if (same_value(before, after)) return;
    from += " = " + base::to_text(*before.value);
    to += " = " + base::to_text(*after.value);
  }
  groups[{std::move(from), std::move(to)}].push_back(index);
}

std::vector<std::string> all_keys(const FlagSet& before, const FlagSet& after) {
  std::vector<std::string> keys;
  for (const Flag& flag : before.flags()) keys.push_back(flag.key);
  for (const Flag& flag : after.flags()) {
    if (before.find(flag.key) == nullptr) keys.push_back(flag.key);
  }
  return keys;
}

}  // namespace

std::vector<VariantChange> compare(const FlagSet& before, const FlagSet& after, const std::string& key,
                                   std::span<const EvaluationContext> contexts, base::WallTime now) {
  Groups groups;
  for (size_t i = 0; i < contexts.size(); ++i) {
    note(evaluate(before, key, contexts[i], now), evaluate(after, key, contexts[i], now), i, groups);
  }
  std::vector<VariantChange> changes;
  for (auto& [names, indexes] : groups) changes.push_back({key, names.first, names.second, std::move(indexes)});
  std::sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) {
    const size_t x = a.contexts.size(), y = b.contexts.size();
    return x != y ? x > y : std::tie(a.from, a.to) < std::tie(b.from, b.to);
  });
  return changes;
}

std::vector<VariantChange> compare(const FlagSet& before, const FlagSet& after,
                                   std::span<const EvaluationContext> contexts, base::WallTime now) {
  std::vector<VariantChange> changes;
  for (const std::string& key : all_keys(before, after)) {
    auto of_flag = compare(before, after, key, contexts, now);
    std::move(of_flag.begin(), of_flag.end(), std::back_inserter(changes));
  }
  return changes;
}

}  // namespace trunkline::flags

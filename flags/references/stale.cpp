#include "flags/references/stale.h"

#include <algorithm>

#include "base/core/clock.h"
#include "flags/definition/possible_variants.h"
#include "flags/lint/format.h"

namespace trunkline::flags {
namespace {

std::string text_of(const Flag& flag, std::string_view name) {
  const auto* value = flag.metadata.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Nothing for what is no day.
std::optional<std::chrono::sys_days> parse_day(const std::string& text) {
  if (!is_date(text)) return std::nullopt;
  const auto time = base::parse_iso8601(text + "T00:00:00Z");
  return time ? std::optional(std::chrono::floor<std::chrono::days>(*time)) : std::nullopt;
}

void check_date(const Flag& flag, std::chrono::sys_days today, StaleFlag& stale) {
  const auto* expires = flag.metadata.if_contains("expires");
  if (expires == nullptr) return;
  const auto day = parse_day(text_of(flag, "expires"));
  if (!day) return stale.why.push_back(StaleFlag::Why::bad_date);
  if (today <= *day) return;
  stale.why.push_back(StaleFlag::Why::expired);
  stale.days_over = static_cast<int>((today - *day).count());
}

}  // namespace

std::string_view to_string(StaleFlag::Why why) {
  switch (why) {
    case StaleFlag::Why::expired:
      return "expired";
    case StaleFlag::Why::bad_date:
      return "bad-date";
    case StaleFlag::Why::rolled_out:
      return "rolled-out";
    case StaleFlag::Why::unreferenced:
      return "unreferenced";
    case StaleFlag::Why::unevaluated:
      return "unevaluated";
  }
  return "";
}

std::string only_variant(const Flag& flag) {
  if (!flag.enabled || flag.broken) return "";
  const PossibleVariants possible = possible_variants(flag);
  if (possible.is_open || possible.names.size() != 1) return "";
  const std::string& name = *possible.names.begin();
  return flag.find_variant(name) == nullptr ? "" : name;
}

std::vector<StaleFlag> find_stale(const FlagSet& set, std::chrono::sys_days today, const StaleEvidence& evidence) {
  const auto lacks = [](const std::optional<std::set<std::string>>& keys, const Flag& flag) {
    return keys && !keys->contains(flag.key);
  };
  std::vector<StaleFlag> found;
  for (const Flag& flag : set.flags()) {
    StaleFlag stale{&flag, {}, 0};
    check_date(flag, today, stale);
    const std::string kind = text_of(flag, "kind");
    const std::string variant = only_variant(flag);
    // What is false for everybody is no release yet.
    const bool released = !variant.empty() && flag.find_variant(variant)->value != base::Json(false);
    if ((kind.empty() || kind == "release") && released) {
      stale.why.push_back(StaleFlag::Why::rolled_out);
    }
    if (lacks(evidence.referenced, flag)) stale.why.push_back(StaleFlag::Why::unreferenced);
    if (lacks(evidence.evaluated, flag)) stale.why.push_back(StaleFlag::Why::unevaluated);
    if (!stale.why.empty()) found.push_back(std::move(stale));
  }
  std::sort(found.begin(), found.end(), [](const StaleFlag& a, const StaleFlag& b) {
    return a.days_over != b.days_over ? a.days_over > b.days_over : a.flag < b.flag;
  });
  return found;
}

}  // namespace trunkline::flags

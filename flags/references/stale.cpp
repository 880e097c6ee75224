#include "flags/references/stale.h"

#include <algorithm>

#include "base/core/clock.h"
#include "flags/lint/format.h"

namespace trunkline::flags {
namespace {

std::string text_of(const Flag& flag, std::string_view name) {
  const auto* value = flag.metadata.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// The results of a rule, as far as they are literals. Null, which means the default variant, counts as that.
class Results {
 public:
  explicit Results(const Flag& flag) : flag_(flag) {}

  void collect(const Rule& rule) {
    switch (rule.op) {
      case Op::literal:
        return add(rule.literal);
      case Op::reference:
        return collect(*rule.shared);
      case Op::if_:
        return arms(rule);
      case Op::fractional:
        return buckets(rule);
      default:
        open_ = true;
    }
  }

  std::string only() const { return !open_ && names_.size() == 1 ? *names_.begin() : std::string(); }

 private:
  void add(const base::Json& value) {
    if (value.is_null()) {
      names_.insert(flag_.default_variant.value_or(""));
    } else if (value.is_string()) {
      names_.emplace(value.get_string());
    } else if (value.is_bool()) {
      names_.insert(value.get_bool() ? "true" : "false");
    } else {
      open_ = true;
    }
  }

  void arms(const Rule& rule) {
    const size_t count = rule.arguments.size();
    for (size_t i = 1; i < count; i += 2) collect(rule.arguments[i]);
    if (count % 2 == 1) collect(rule.arguments.back());
    if (count % 2 == 0) add(nullptr);  // no else
  }

  // Whoever has no bucketing value gets the default variant; that is not who a roll-out is about.
  void buckets(const Rule& rule) {
    if (!rule.literal.is_int64()) {
      open_ = true;
      return;
    }
    for (const Rule& bucket : rule.arguments) {
      if (bucket.op == Op::bucket && bucket.literal.get_int64() > 0) collect(bucket.arguments[0]);
    }
  }

  const Flag& flag_;
  std::set<std::string> names_;
  bool open_ = false;
};

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
  std::string name = flag.default_variant.value_or("");
  if (flag.rule) {
    Results results(flag);
    results.collect(*flag.rule);
    name = results.only();
  }
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

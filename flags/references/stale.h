#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "flags/definition/flag_set.h"

// Which flags should be gone. Pure: the day is an argument.
namespace trunkline::flags {

struct StaleFlag {
  enum class Why {
    expired,       // today is behind metadata.expires
    bad_date,      // metadata.expires is no day
    rolled_out,    // a release flag that gives everybody the same, and not false
    unreferenced,  // no code names it
    unevaluated,   // no agent was asked for it
  };
  const Flag* flag = nullptr;  // of the set
  std::vector<Why> why;
  int days_over = 0;  // since it expired
};

// expired, bad-date, rolled-out, unreferenced, unevaluated
std::string_view to_string(StaleFlag::Why why);

// What was found elsewhere; absent where nobody looked.
struct StaleEvidence {
  std::optional<std::set<std::string>> referenced = std::nullopt;  // the keys that code names
  std::optional<std::set<std::string>> evaluated = std::nullopt;   // the keys that agents were asked for
};

// The one variant that a flag gives to everybody who is bucketed: it is enabled and has no rule, or one whose every
// result is the same variant. Empty if there is none, or nobody can know.
std::string only_variant(const Flag& flag);

// Those that are stale, the longest expired first. The set must outlive the answer.
std::vector<StaleFlag> find_stale(const FlagSet& set, std::chrono::sys_days today, const StaleEvidence& evidence);

}  // namespace trunkline::flags

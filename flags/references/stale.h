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
    expired,      // today is behind metadata.expires
    bad_date,     // metadata.expires is no day
    rolled_out,   // a release flag that gives everybody the same, and not false
    unreferenced  // no code names it
  };
  const Flag* flag = nullptr;  // of the set
  std::vector<Why> why;
  int days_over = 0;  // since it expired
};

std::string_view to_string(StaleFlag::Why why);  // expired, bad-date, rolled-out, unreferenced

// The one variant that a flag gives to everybody who is bucketed: it is enabled and has no rule, or one whose every
// result is the same variant. Empty if there is none, or nobody can know.
std::string only_variant(const Flag& flag);

// Those that are stale, the longest expired first. `referenced` are the keys that code names; absent where no code was
// looked at. The set must outlive the answer.
std::vector<StaleFlag> find_stale(const FlagSet& set, std::chrono::sys_days today,
                                  const std::optional<std::set<std::string>>& referenced);

}  // namespace trunkline::flags

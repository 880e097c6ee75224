#pragma once

#include <span>
#include <string>
#include <vector>

#include "flags/evaluation/evaluation.h"

// What a change of flags means for the people who use them. Pure.
namespace trunkline::flags {

// Some contexts get another answer from a flag than before.
struct VariantChange {
  std::string key;
  std::string from;  // a variant's name, or "(none)", "(disabled)", "(absent)", "(error)"
  std::string to;
  std::vector<size_t> contexts;  // which ones, by their indexes
};

// How the answers of one flag differ, the greatest group first. A variant that keeps its name but has another value
// counts: its name is followed by the value.
std::vector<VariantChange> compare(const FlagSet& before, const FlagSet& after, const std::string& key,
                                   std::span<const EvaluationContext> contexts, base::WallTime now);

// The same for all flags, those of `before` first.
std::vector<VariantChange> compare(const FlagSet& before, const FlagSet& after,
                                   std::span<const EvaluationContext> contexts, base::WallTime now);

}  // namespace trunkline::flags

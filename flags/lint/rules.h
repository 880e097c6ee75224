#pragma once

#include <fmt/format.h>

#include "flags/definition/flag_set.h"
#include "flags/lint/lint.h"

// What the files of lint/ share. Private to lint/.
namespace trunkline::flags {

// Takes findings and finds their places.
class Report {
 public:
  Report(const Locate& locate, std::vector<Finding>& findings) : locate_(locate), findings_(findings) {}

  void error(std::string_view rule, const Path& path, std::string_view message) {
    add(Severity::error, rule, path, Spot::value, message);
  }
  void warning(std::string_view rule, const Path& path, std::string_view message, Spot spot = Spot::value) {
    add(Severity::warning, rule, path, spot, message);
  }

 private:
  void add(Severity severity, std::string_view rule, const Path& path, Spot spot, std::string_view message) {
    if (findings_.size() >= FlagSet::kMostProblems) return;
    findings_.push_back({severity, rule, locate_(path, spot), fmt::format("{}: {}", fmt::join(path, "."), message)});
  }

  const Locate& locate_;
  std::vector<Finding>& findings_;
};

// One flag as it is written, where it stands, and how it was read.
struct LintedFlag {
  const base::Json& json;  // an object
  Path path;
  const Flag& flag;
};

inline Path below(Path path, std::string step) {
  path.push_back(std::move(step));
  return path;
}

void lint_members(const base::Json& document, Report& report);                                 // member_rules.cpp
void lint_flag_members(const LintedFlag& flag, Report& report);                                // member_rules.cpp
void lint_lifecycle(const LintedFlag& flag, Report& report);                                   // lifecycle_rules.cpp
void lint_variants(const LintedFlag& flag, const base::Json* evaluators, Report& report);      // variant_rules.cpp
void lint_yaml(std::string_view text, std::string_view name, std::vector<Finding>& findings);  // yaml_rules.cpp
void lint_targeting(const base::Json& rule, const Path& path, Report& report);                 // operator_rules.cpp

}  // namespace trunkline::flags

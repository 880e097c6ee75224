#include "flags/lint/lint.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/core/text.h"
#include "flags/definition/yaml/document.h"
#include "flags/lint/rules.h"

namespace trunkline::flags {
namespace {

using base::Json;

// All errors of a text that gives no document.
std::vector<Finding> unreadable(std::string_view text, std::string_view name, const base::Error& error) {
  std::vector<Finding> findings;
  if (format_of(text, name) == Format::yaml) {
    for (const base::YamlError& each : base::parse_yaml_collect(text, name, flag_yaml_limits()).errors) {
      findings.push_back({Severity::error, "syntax", each.where, each.message});
    }
  }
  if (findings.empty()) findings.push_back({Severity::error, "syntax", error.where, error.message});
  return findings;
}

// The names in every {"$ref": name} below.
void collect_references(const Json& json, std::set<std::string, std::less<>>& names) {
  if (const auto* array = json.if_array()) {
    for (const Json& item : *array) collect_references(item, names);
  }
  if (const auto* object = json.if_object()) {
    for (const auto& member : *object) {
      if (member.key() == "$ref" && member.value().is_string()) names.emplace(member.value().get_string());
      collect_references(member.value(), names);
    }
  }
}

void lint_evaluators(const Json& document, Report& report) {
  const Json* evaluators = base::find(document, "$evaluators");
  if (evaluators == nullptr || !evaluators->is_object()) return;
  std::set<std::string, std::less<>> used;
  collect_references(document.get_object().at("flags"), used);
  for (const auto& member : evaluators->get_object()) {
    const Path path = {"$evaluators", member.key()};
    if (!used.contains(std::string_view(member.key()))) {
      report.warning("unused-evaluator", path, "no flag refers to it", Spot::key);
    }
    lint_targeting(member.value(), path, report);
  }
}

void lint_flag(const LintedFlag& flag, const Json* evaluators, Report& report) {
  lint_flag_members(flag, report);
  lint_lifecycle(flag, report);
  lint_variants(flag, evaluators, report);
  if (const Json* targeting = base::find(flag.json, "targeting")) {
    lint_targeting(*targeting, below(flag.path, "targeting"), report);
  }
}

void lint_flags(const Json& document, const FlagSet& set, Report& report) {
  const Json* evaluators = base::find(document, "$evaluators");
  const Json& flags = document.get_object().at("flags");
  const auto each = [&](std::string_view key, const Json& json, Path path) {
    const Flag* flag = set.find(key);
    if (json.is_object() && flag != nullptr) lint_flag({json, std::move(path), *flag}, evaluators, report);
  };
  if (const auto* object = flags.if_object()) {
    for (const auto& member : *object) each(member.key(), member.value(), {"flags", member.key()});
  } else {
    const auto& array = flags.get_array();
    for (size_t i = 0; i < array.size(); ++i) {
      each(base::string_or(array[i], "key"), array[i], {"flags", std::to_string(i)});
    }
  }
}

// A key may hold anything, and a finding is one line for a terminal.
std::string visible(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return out;
}

bool by_place(const Finding& a, const Finding& b) {
  return std::tie(a.where.line, a.where.column, a.rule, a.message) <
         std::tie(b.where.line, b.where.column, b.rule, b.message);
}

}  // namespace

std::string_view to_string(Severity severity) {
  return severity == Severity::error ? "error" : "warning";
}

std::string to_string(const Finding& finding) {
  return fmt::format("{}: {}: {} [{}]", base::to_string(finding.where), to_string(finding.severity),
                     visible(finding.message), finding.rule);
}

std::vector<Finding> lint(std::string_view text, std::string_view name) {
  const auto document = parse_document(text, name);
  if (!document) return unreadable(text, name, document.error());
  const auto set = build_flag_set(document->json, document->locate);
  if (!set) return {{Severity::error, "flags", set.error().where, set.error().message}};
  std::vector<Finding> findings;
  for (const Problem& problem : set->problems()) {
    findings.push_back({Severity::error, problem.rule, problem.where, problem.message});
  }
  lint_yaml(text, name, findings);
  Report report(document->locate, findings);
  lint_members(document->json, report);
  lint_evaluators(document->json, report);
  lint_flags(document->json, *set, report);
  std::sort(findings.begin(), findings.end(), by_place);
  return findings;
}

}  // namespace trunkline::flags

#include <cmath>
#include <set>

#include "base/core/text.h"
#include "flags/definition/number_text.h"
#include "flags/lint/rules.h"

// Whether variants and the rule that chooses among them fit together.
namespace trunkline::flags {
namespace {

using base::Json;

std::string_view type_name(const Json& value) {
  if (value.is_bool()) return "boolean";
  if (value.is_string()) return "string";
  if (value.is_number()) return "number";
  return value.is_object() ? "object" : "";
}

// What JSON's readers can hold of a longer one is another number.
void lint_long_integers(const LintedFlag& flag, Report& report) {
  for (const Variant& variant : flag.flag.variants) {
    const auto* number = variant.value.if_double();
    if (number == nullptr || std::abs(*number) < 0x1p63 || std::trunc(*number) != *number) continue;
    report.warning("imprecise-integer", below(below(flag.path, "variants"), variant.name),
                   fmt::format("an integer beyond 64 bits is rounded, to {}", number_text(*number)));
  }
}

void lint_types(const LintedFlag& flag, Report& report) {
  std::string_view first;
  for (const Variant& variant : flag.flag.variants) {
    const std::string_view type = type_name(variant.value);
    if (type.empty()) continue;  // the reader says so
    if (first.empty()) first = type;
    if (type == first) continue;
    report.error("mixed-variants", below(below(flag.path, "variants"), variant.name),
                 fmt::format("expected a {}, as the first variant is", first));
    return;
  }
}

// The names of variants that a rule may give, and whether there are others that only an evaluation tells.
class Results {
 public:
  Results(const Flag& flag, const Json* evaluators, Report& report)
      : flag_(flag), evaluators_(evaluators), report_(report) {}

  void collect(const Json& rule, const Path& path) {
    const auto* object = rule.if_object();
    if (object == nullptr || object->size() != 1) return literal(rule, path);
    const std::string_view name = object->begin()->key();
    const Json& arguments = object->begin()->value();
    const Path inner = below(path, std::string(name));
    if (name == "$ref") return reference(arguments);
    if (name == "if" || name == "?:") return arms(arguments, inner);
    if (name == "and" || name == "or") return each(arguments, inner, 0);
    if (name == "fractional") return buckets(arguments, inner);
    open_ = true;
  }

  bool is_open() const { return open_; }
  bool has(const std::string& name) const { return names_.contains(name); }

 private:
  void literal(const Json& value, const Path& path) {
    if (value.is_null()) return;
    if (value.is_structured()) return;  // GENERAL at evaluation; no name to look for
    const std::string name = value.is_string() ? std::string(value.get_string())
                             : value.is_bool() ? (value.get_bool() ? "true" : "false")
                                               : number_text(value);
    names_.insert(name);
    if (flag_.find_variant(name) != nullptr || path.empty()) return;
    std::vector<std::string_view> known;
    for (const Variant& variant : flag_.variants) known.push_back(variant.name);
    report_.error("unknown-variant", path,
                  fmt::format("\"{}\" is none of the variants{}", name, base::did_you_mean(name, known)));
  }

  // Below an evaluator there is no place of this flag: an unknown name there is not reported, but counts as a result.
  void reference(const Json& name) {
    const Json* rule =
        evaluators_ == nullptr || !name.is_string() ? nullptr : base::find(*evaluators_, name.get_string());
    if (rule == nullptr) {
      open_ = true;
    } else {
      collect(*rule, {});
    }
  }

  void arms(const Json& arguments, const Path& path) {
    const auto* array = arguments.if_array();
    if (array == nullptr) return collect(arguments, path);
    for (size_t i = 0; i < array->size(); ++i) {
      const bool is_value = i % 2 == 1 || i + 1 == array->size();
      if (is_value) collect((*array)[i], item(path, i));
    }
  }

  void each(const Json& arguments, const Path& path, size_t first) {
    const auto* array = arguments.if_array();
    if (array == nullptr) return collect(arguments, path);
    for (size_t i = first; i < array->size(); ++i) collect((*array)[i], item(path, i));
  }

  void buckets(const Json& arguments, const Path& path) {
    const auto* array = arguments.if_array();
    for (size_t i = 0; array != nullptr && i < array->size(); ++i) {
      const auto* bucket = (*array)[i].if_array();
      if (bucket != nullptr && !bucket->empty()) collect((*bucket)[0], item(item(path, i), 0));
    }
  }

  // Inside an evaluator paths are empty and stay so.
  static Path item(const Path& path, size_t index) {
    return path.empty() ? Path{} : trunkline::flags::below(path, std::to_string(index));
  }
  static Path below(const Path& path, std::string step) {
    return path.empty() ? Path{} : trunkline::flags::below(path, std::move(step));
  }

  const Flag& flag_;
  const Json* evaluators_;
  Report& report_;
  std::set<std::string, std::less<>> names_;
  bool open_ = false;
};

}  // namespace

void lint_variants(const LintedFlag& flag, const Json* evaluators, Report& report) {
  lint_types(flag, report);
  lint_long_integers(flag, report);
  if (flag.flag.variants.empty()) {
    report.warning("no-variants", flag.path, "the flag has no variants", Spot::key);
  }
  if (!flag.flag.rule) return;
  Results results(flag.flag, evaluators, report);
  results.collect(*base::find(flag.json, "targeting"), below(flag.path, "targeting"));
  if (results.is_open()) return;
  for (const Variant& variant : flag.flag.variants) {
    if (variant.name == flag.flag.default_variant || results.has(variant.name)) continue;
    report.warning("unreachable-variant", below(below(flag.path, "variants"), variant.name),
                   "neither the default nor any result of the rule", Spot::key);
  }
}

}  // namespace trunkline::flags

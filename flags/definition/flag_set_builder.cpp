#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"
#include "flags/definition/flag_set.h"
#include "flags/definition/json_text.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonObject;
using base::Kind;
using base::Result;

std::string_view rule_of(RuleError::Cause cause) {
  switch (cause) {
    case RuleError::Cause::unknown_operator:
      return "unknown-operator";
    case RuleError::Cause::unknown_reference:
      return "unknown-reference";
    case RuleError::Cause::nested_reference:
      return "nested-reference";
    case RuleError::Cause::broken_reference:
      return "broken-reference";
  }
  return "";
}

Path joined(Path path, const Path& below) {
  path.insert(path.end(), below.begin(), below.end());
  return path;
}

}  // namespace

// Reads a document into a set; what it cannot read becomes a problem.
class FlagSetBuilder {
 public:
  explicit FlagSetBuilder(const Locate& locate) : locate_(locate) {}

  Result<FlagSet> build(const Json& document) {
    const Json* flags = base::find(document, "flags");
    if (flags == nullptr || !(flags->is_object() || flags->is_array())) {
      const Path path = flags == nullptr ? Path{} : Path{"flags"};
      return base::fail(Kind::invalid, "expected a member \"flags\" with an object or an array of flags",
                        locate_(path, Spot::value));
    }
    read_metadata(document, {}, set_.metadata_);
    read_evaluators(document);
    if (const auto* object = flags->if_object()) {
      set_.flags_.reserve(object->size());
      for (const auto& member : *object) add(member.key(), {"flags", member.key()}, member.value());
    } else {
      read_array(flags->get_array());
    }
    return std::move(set_);
  }

 private:
  void read_array(const base::JsonArray& flags) {
    set_.flags_.reserve(flags.size());
    for (size_t i = 0; i < flags.size(); ++i) {
      const Path path = {"flags", std::to_string(i)};
      const Json* key = base::find(flags[i], "key");
      if (key == nullptr || !key->is_string()) {
        report(path, "flag-key", "expected an object with a member \"key\", the name of the flag");
      } else {
        add(key->get_string(), path, flags[i]);
      }
    }
  }

  void add(std::string_view key, Path path, const Json& json) {
    path_ = std::move(path);
    Flag flag;
    flag.key = key;
    flag.metadata = set_.metadata_;
    if (json.is_object()) {
      read_metadata(json, path_, flag.metadata);
      flag.broken = !read_state(json, flag);
      flag.broken = !read_variants(json, flag) || flag.broken;
      flag.broken = !read_default(json, flag) || flag.broken;
      flag.broken = !read_targeting(json, flag) || flag.broken;
    } else {
      flag.broken = !report_below({}, "flag-type", "expected an object");
    }
    keep(std::move(flag));
  }

  // In an array a key may stand once in each flag set; as in flagd the last one is the one that counts.
  void keep(Flag flag) {
    const auto [known, fresh] = set_.index_.try_emplace(flag.key, set_.flags_.size());
    if (!fresh) {
      const auto same = std::find_if(set_.flags_.begin(), set_.flags_.end(), [&](const Flag& other) {
        return other.key == flag.key && other.set_id() == flag.set_id();
      });
      if (same != set_.flags_.end()) {
        report_below({"key"}, "duplicate-key", fmt::format("the flag \"{}\" stands here a second time", flag.key));
        *same = std::move(flag);
        known->second = static_cast<size_t>(same - set_.flags_.begin());
        return;
      }
      known->second = set_.flags_.size();
    }
    set_.flags_.push_back(std::move(flag));
  }

  // Always false, so that a reader can end with it.
  bool report(const Path& path, std::string_view rule, std::string_view message) {
    if (set_.problems_.size() < FlagSet::kMostProblems) {
      std::string text = path.empty() ? std::string(message) : fmt::format("{}: {}", fmt::join(path, "."), message);
      set_.problems_.push_back({{Kind::invalid, std::move(text), locate_(path, Spot::value)}, rule});
    }
    return false;
  }
  // `below` leads from the flag to what is wrong.
  bool report_below(const Path& below, std::string_view rule, std::string_view message) {
    return report(joined(path_, below), rule, message);
  }

  void read_metadata(const Json& owner, Path path, JsonObject& target) {
    const Json* metadata = base::find(owner, "metadata");
    if (metadata == nullptr) return;
    path.emplace_back("metadata");
    if (!metadata->is_object()) {
      report(path, "metadata-type", "expected an object");
      return;
    }
    for (const auto& member : metadata->get_object()) target.insert_or_assign(member.key(), member.value());
  }

  void read_evaluators(const Json& document) {
    const Json* evaluators = base::find(document, "$evaluators");
    if (evaluators == nullptr) return;
    if (!evaluators->is_object()) {
      report({"$evaluators"}, "evaluators-type", "expected an object of rules");
      return;
    }
    evaluators_ = compile_evaluators(evaluators->get_object());
    for (const auto& [name, rule] : evaluators_) {
      if (rule) continue;
      report(joined({"$evaluators", name}, rule.error().path), rule_of(rule.error().cause), rule.error().message);
    }
  }

  bool read_state(const Json& json, Flag& flag) {
    const Json* state = base::find(json, "state");
    if (state == nullptr) return report_below({}, "state", "expected a member \"state\", ENABLED or DISABLED");
    flag.enabled = *state == "ENABLED";
    return flag.enabled || *state == "DISABLED" || report_below({"state"}, "state", "expected ENABLED or DISABLED");
  }

  bool read_variants(const Json& json, Flag& flag) {
    const Json* variants = base::find(json, "variants");
    if (variants == nullptr) return report_below({}, "variants", "expected a member \"variants\" with an object");
    if (!variants->is_object()) return report_below({"variants"}, "variants", "expected an object of variants");
    for (const auto& member : variants->get_object()) {
      const Json& value = member.value();
      // The flag stays in use: flagd serves such a value too, where nobody asks for its type.
      if (value.is_null() || value.is_array()) {
        report_below({"variants", member.key()}, "variant-value",
                     "expected a boolean, a string, a number or an object");
      }
      flag.variants.push_back({member.key(), value});
    }
    return true;
  }

  bool read_default(const Json& json, Flag& flag) {
    const Json* name = base::find(json, "defaultVariant");
    if (name == nullptr || name->is_null()) return true;
    if (!name->is_string())
      return report_below({"defaultVariant"}, "default-variant", "expected the name of a variant");
    if (name->as_string().empty()) return true;
    flag.default_variant = std::string(name->as_string());
    if (flag.find_variant(*flag.default_variant) == nullptr) {
      std::vector<std::string_view> names;
      for (const Variant& variant : flag.variants) names.push_back(variant.name);
      // The flag stays in use: a rule may still choose a variant that exists.
      report_below({"defaultVariant"}, "unknown-default-variant",
                   fmt::format("\"{}\" is none of the variants{}", *flag.default_variant,
                               base::did_you_mean(*flag.default_variant, names)));
    }
    return true;
  }

  bool read_targeting(const Json& json, Flag& flag) {
    const Json* targeting = base::find(json, "targeting");
    if (targeting == nullptr || targeting->is_null()) return true;
    if (!targeting->is_object()) return report_below({"targeting"}, "targeting-type", "expected a rule (an object)");
    if (targeting->as_object().empty()) return true;
    CompiledRule rule = compile_rule(*targeting, evaluators_);
    if (!rule) {
      const RuleError& error = rule.error();
      return report_below(joined({"targeting"}, error.path), rule_of(error.cause), error.message);
    }
    flag.rule = *std::move(rule);
    return true;
  }

  const Locate& locate_;
  Path path_;
  Evaluators evaluators_;
  FlagSet set_;
};

Result<FlagSet> build_flag_set(const Json& document, const Locate& locate) {
  return FlagSetBuilder(locate).build(document);
}

Locate locate_in_json(std::string_view text, std::string_view name) {
  const auto places = std::make_shared<JsonPlaces>(text);
  return [places, name = std::string(name)](Path path, Spot spot) {
    auto range = spot == Spot::key ? places->find_key(path) : places->find(path);
    // What is not there is looked for where it would be.
    while (!range && !path.empty()) {
      path.pop_back();
      range = places->find(path);
    }
    const base::Position place = places->position(range ? range->begin : 0);
    return base::Where{name, place.line, place.column};
  };
}

Result<FlagSet> parse_json_flag_set(std::string_view text, std::string_view name) {
  TRY_ASSIGN(const Json document, base::parse_json(text, name));
  return build_flag_set(document, locate_in_json(text, name));
}

}  // namespace trunkline::flags

#include "flags/definition/flag_set.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"
#include "flags/definition/json_text.h"

namespace trunkline::flags {

using base::Error;
using base::Json;
using base::JsonObject;
using base::Kind;
using base::Result;

const Variant* Flag::find_variant(std::string_view name) const {
  const auto found = std::find_if(variants.begin(), variants.end(), [&](const Variant& v) { return v.name == name; });
  return found == variants.end() ? nullptr : &*found;
}

const Flag* FlagSet::find(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &flags_[found->second];
}

// Reads a document into a set; what it cannot read becomes a problem.
class FlagSetBuilder {
 public:
  explicit FlagSetBuilder(const Locate& locate) : locate_(locate) {}

  Result<FlagSet> build(const Json& document) {
    const Json* flags = base::find(document, "flags");
    if (flags == nullptr || !flags->is_object()) {
      const Path path = flags == nullptr ? Path{} : Path{"flags"};
      return base::fail(Kind::invalid, "expected a member \"flags\" with an object of flags", locate_(path));
    }
    read_metadata(document, {"metadata"}, set_.metadata_);
    for (const auto& member : flags->get_object()) add(member.key(), member.value());
    return std::move(set_);
  }

 private:
  void add(std::string_view key, const Json& json) {
    path_ = {"flags", std::string(key)};
    Flag flag;
    flag.key = key;
    flag.metadata = set_.metadata_;
    if (json.is_object()) {
      read_metadata(json, {"flags", flag.key, "metadata"}, flag.metadata);
      flag.broken = !read_state(json, flag);
      flag.broken = !read_variants(json, flag) || flag.broken;
      flag.broken = !read_default(json, flag) || flag.broken;
      flag.broken = !read_targeting(json, flag) || flag.broken;
    } else {
      flag.broken = !report({}, "expected an object");
    }
    set_.index_.emplace(flag.key, set_.flags_.size());
    set_.flags_.push_back(std::move(flag));
  }

  // Always false, so that a reader can end with it. `below` leads from the flag to what is wrong.
  bool report(const Path& below, std::string_view message) {
    Path path = path_;
    path.insert(path.end(), below.begin(), below.end());
    set_.problems_.push_back(Error{Kind::invalid, fmt::format("{}: {}", fmt::join(path, "."), message), locate_(path)});
    return false;
  }

  void read_metadata(const Json& owner, const Path& path, JsonObject& target) {
    const Json* metadata = base::find(owner, path.back());
    if (metadata == nullptr) return;
    if (!metadata->is_object()) {
      set_.problems_.push_back(
          Error{Kind::invalid, fmt::format("{}: expected an object", fmt::join(path, ".")), locate_(path)});
      return;
    }
    for (const auto& member : metadata->get_object()) target.insert_or_assign(member.key(), member.value());
  }

  bool read_state(const Json& json, Flag& flag) {
    const Json* state = base::find(json, "state");
    if (state == nullptr) return report({}, "expected a member \"state\", ENABLED or DISABLED");
    flag.enabled = *state == "ENABLED";
    return flag.enabled || *state == "DISABLED" || report({"state"}, "expected ENABLED or DISABLED");
  }

  bool read_variants(const Json& json, Flag& flag) {
    const Json* variants = base::find(json, "variants");
    if (variants == nullptr) return report({}, "expected a member \"variants\" with an object");
    if (!variants->is_object()) return report({"variants"}, "expected an object of variants");
    bool good = true;
    for (const auto& member : variants->get_object()) {
      const Json& value = member.value();
      const std::string name = member.key();
      const bool known = value.is_bool() || value.is_string() || value.is_number() || value.is_object();
      if (!known) good = report({"variants", name}, "expected a boolean, a string, a number or an object");
      flag.variants.push_back({name, value});
    }
    return good;
  }

  bool read_default(const Json& json, Flag& flag) {
    const Json* name = base::find(json, "defaultVariant");
    if (name == nullptr || name->is_null()) return true;
    if (!name->is_string()) return report({"defaultVariant"}, "expected the name of a variant");
    if (name->as_string().empty()) return true;
    flag.default_variant = std::string(name->as_string());
    if (flag.find_variant(*flag.default_variant) == nullptr) {
      std::vector<std::string_view> names;
      for (const Variant& variant : flag.variants) names.push_back(variant.name);
      // The flag stays in use: a rule may still choose a variant that exists.
      report({"defaultVariant"}, fmt::format("\"{}\" is none of the variants{}", *flag.default_variant,
                                             base::did_you_mean(*flag.default_variant, names)));
    }
    return true;
  }

  bool read_targeting(const Json& json, Flag& flag) {
    const Json* targeting = base::find(json, "targeting");
    if (targeting == nullptr || targeting->is_null()) return true;
    if (!targeting->is_object()) return report({"targeting"}, "expected a rule (an object)");
    if (targeting->as_object().empty()) return true;
    auto rule = compile_rule(*targeting);
    if (!rule) {
      Path below = {"targeting"};
      below.insert(below.end(), rule.error().path.begin(), rule.error().path.end());
      return report(below, rule.error().message);
    }
    flag.rule = *std::move(rule);
    return true;
  }

  const Locate& locate_;
  Path path_;
  FlagSet set_;
};

Result<FlagSet> build_flag_set(const Json& document, const Locate& locate) {
  return FlagSetBuilder(locate).build(document);
}

Result<FlagSet> parse_json_flag_set(std::string_view text, std::string_view name) {
  TRY_ASSIGN(const Json document, base::parse_json(text, name));
  return build_flag_set(document, [&](const Path& path) {
    const auto range = find_json_value(text, path);
    const base::Position place = base::position_of(text, range ? range->begin : 0);
    return base::Where{std::string(name), place.line, place.column};
  });
}

}  // namespace trunkline::flags

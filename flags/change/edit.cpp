#include "flags/change/edit.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/overloaded.h"
#include "base/core/text.h"
#include "flags/change/flag_file.h"
#include "flags/change/splice.h"
#include "flags/definition/possible_variants.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonObject;
using base::Kind;
using base::Result;
using Part = FlagChange::Part;

Json text_json(std::string_view text) {
  return boost::json::string(text);
}

// The flag before an edit, as it is written and as it is understood.
struct Subject {
  const std::string& key;
  std::string_view file;
  const FlagSet& set;
  std::optional<Json> definition;
  const Flag* flag = nullptr;  // null exactly where the definition is absent

  tl::unexpected<base::Error> refuse(Kind kind, std::string message) const {
    return base::fail(kind, std::move(message), {std::string(file), 0, 0});
  }
  Result<> require() const {
    if (definition && flag != nullptr) return {};
    std::vector<std::string_view> keys;
    for (const Flag& each : set.flags()) keys.push_back(each.key);
    return refuse(Kind::not_found, fmt::format("no flag \"{}\"{}", key, base::did_you_mean(key, keys)));
  }
  Result<> require_good() const {
    TRY(require());
    if (!flag->broken) return {};
    return refuse(Kind::invalid, fmt::format("flag \"{}\" is broken; repair it first", key));
  }
  Result<> require_variant(const std::string& variant) const {
    if (flag->find_variant(variant) != nullptr) return {};
    std::vector<std::string_view> names;
    for (const Variant& known : flag->variants) names.push_back(known.name);
    return refuse(Kind::not_found,
                  fmt::format("flag \"{}\" has no variant \"{}\", only {}", key, variant, fmt::join(names, ", ")));
  }
};

// What an edit makes of a definition.
struct Outcome {
  Part part = Part::whole;
  std::optional<Json> from;
  std::optional<Json> to;
  std::optional<Json> definition;
};

std::optional<Json> member_of(const Json& definition, std::string_view name) {
  const Json* member = base::find(definition, name);
  return member == nullptr || member->is_null() ? std::nullopt : std::optional(*member);
}

// In flagd's order, which is how people write flags.
int rank_of(std::string_view member) {
  constexpr std::string_view kOrder[] = {"state", "variants", "defaultVariant", "targeting", "metadata"};
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), member) - std::begin(kOrder));
}

Json with_member(const Json& definition, std::string_view name, const std::optional<Json>& value) {
  JsonObject result;
  const JsonObject& old = definition.as_object();
  const bool is_new = value && !old.contains(name);
  for (const auto& member : old) {
    if (is_new && rank_of(member.key()) > rank_of(name)) result.emplace(name, *value);
    if (member.key() != name) result.insert(member);
    if (member.key() == name && value) result.emplace(name, *value);
  }
  if (is_new) result.emplace(name, *value);
  return result;
}

Outcome set_member(const Subject& subject, Part part, std::string_view name, std::optional<Json> value) {
  Outcome outcome{part, member_of(*subject.definition, name), value, subject.definition};
  if (outcome.from != outcome.to) outcome.definition = with_member(*subject.definition, name, value);
  return outcome;
}

Result<std::string> other_variant(const Subject& subject) {
  const Flag& flag = *subject.flag;
  const auto refuse = [&] {
    return subject.refuse(
        Kind::conflict,
        fmt::format("flag \"{}\" cannot be toggled: expected two boolean variants and a default", flag.key));
  };
  if (flag.variants.size() != 2 || !flag.default_variant || flag.find_variant(*flag.default_variant) == nullptr) {
    return refuse();
  }
  for (const Variant& variant : flag.variants) {
    if (!variant.value.is_bool()) return refuse();
  }
  const PossibleVariants possible = possible_variants(flag);
  if (!possible.has_default && !possible.is_open) {
    return subject.refuse(
        Kind::conflict,
        fmt::format("flag \"{0}\" cannot be toggled: its rule decides for everybody, whatever the default is; "
                    "expected a flag without such a rule (flagctl target {0} --clear)",
                    flag.key));
  }
  return flag.variants[flag.variants[0].name == *flag.default_variant ? 1 : 0].name;
}

Result<Outcome> set_targeting(const Subject& subject, const Json& rule) {
  TRY(subject.require());
  if (!subject.definition->is_object()) {
    return subject.refuse(Kind::invalid, fmt::format("flag \"{}\" is no object; repair it first", subject.key));
  }
  if (!rule.is_null() && !rule.is_object()) return subject.refuse(Kind::invalid, "expected a rule (an object)");
  const bool clear = rule.is_null() || rule.as_object().empty();
  Outcome outcome = set_member(subject, Part::targeting, "targeting", clear ? std::nullopt : std::optional(rule));
  // An empty rule is none.
  if (outcome.from && *outcome.from == Json(JsonObject{})) outcome.from.reset();
  if (outcome.from == outcome.to) outcome.definition = subject.definition;
  return outcome;
}

Result<Json> shares_rule(const Subject& subject, const SetShares& action) {
  int left = 100;
  base::JsonArray buckets;
  for (const auto& [variant, percent] : action.shares) {
    TRY(subject.require_variant(variant));
    left -= percent;
    const auto same = [&](const auto& other) { return other.variant == variant; };
    if (percent < 0 || left < 0 || std::count_if(action.shares.begin(), action.shares.end(), same) > 1) {
      return base::fail(Kind::usage,
                        "expected each variant once, with shares from 0 to 100 that sum up to at most 100");
    }
    buckets.push_back(base::JsonArray{text_json(variant), percent});
  }
  if (left > 0) {
    if (!subject.flag->default_variant) {
      return base::fail(Kind::usage, fmt::format("flag \"{}\" has no default variant that could take the other {}%; "
                                                 "expected shares that sum up to 100",
                                                 subject.key, left));
    }
    const std::string& rest = *subject.flag->default_variant;
    const bool named = std::any_of(action.shares.begin(), action.shares.end(),
                                   [&](const auto& share) { return share.variant == rest; });
    if (named) {
      return base::fail(Kind::usage,
                        fmt::format("the other {}% would go to {} too, the default variant; expected shares "
                                    "that sum up to 100",
                                    left, rest));
    }
    buckets.push_back(base::JsonArray{text_json(rest), left});
  }
  return JsonObject{{"fractional", std::move(buckets)}};
}

Result<Outcome> outcome_of(const Subject& subject, const Action& action) {
  const auto whole = [&](std::optional<Json> to) { return Outcome{Part::whole, subject.definition, to, to}; };
  return std::visit(
      base::Overloaded{
          [&](const SetDefault& set) -> Result<Outcome> {
            TRY(subject.require_good());
            TRY(subject.require_variant(set.variant));
            return set_member(subject, Part::default_variant, "defaultVariant", text_json(set.variant));
          },
          [&](const SetState& set) -> Result<Outcome> {
            TRY(subject.require_good());
            return set_member(subject, Part::state, "state", text_json(set.enabled ? "ENABLED" : "DISABLED"));
          },
          [&](const Toggle&) -> Result<Outcome> {
            TRY(subject.require_good());
            TRY_ASSIGN(const std::string other, other_variant(subject));
            return set_member(subject, Part::default_variant, "defaultVariant", text_json(other));
          },
          [&](const SetTargeting& set) { return set_targeting(subject, set.rule); },
          [&](const SetShares& set) -> Result<Outcome> {
            TRY(subject.require_good());
            TRY_ASSIGN(const Json rule, shares_rule(subject, set));
            return set_targeting(subject, rule);
          },
          [&](const Create& create) -> Result<Outcome> {
            if (!subject.definition) return whole(create.definition);
            return subject.refuse(Kind::conflict, fmt::format("flag \"{}\" is there already", subject.key));
          },
          [&](const Remove&) -> Result<Outcome> {
            TRY(subject.require());
            return whole(std::nullopt);
          },
          [&](const Restore& restore) -> Result<Outcome> {
            return whole(restore.definition.is_null() ? std::nullopt : std::optional(restore.definition));
          }},
      action);
}

Result<std::string> splice(std::string_view text, std::string_view name, const Json& document, const std::string& key,
                           const Outcome& outcome) {
  const auto path = find_flag_path(document, key);
  if (!path) return splice_in(text, name, {"flags"}, key, as_item(document, key, *outcome.definition));
  if (!outcome.definition) return splice_out(text, name, *path);
  const auto before = find_definition(document, key);
  return splice_value(text, name, *path, as_item(document, key, *before), as_item(document, key, *outcome.definition));
}

// What the reader of definitions says of the flag alone.
std::vector<base::Error> problems_of(const Json& document, const std::string& key) {
  Json alone = document;
  alone.as_object()["flags"] = JsonObject{{key, find_definition(document, key).value_or(JsonObject{})}};
  const auto set = build_flag_set(alone, [](const Path&, Spot) { return base::Where{}; });
  if (!set) return {set.error()};
  return {set->problems().begin(), set->problems().end()};
}

Result<> refuse_new_problems(const Subject& subject, const Json& before, const Json& after) {
  const auto old = subject.definition ? problems_of(before, subject.key) : std::vector<base::Error>{};
  for (const base::Error& problem : problems_of(after, subject.key)) {
    if (std::find(old.begin(), old.end(), problem) == old.end()) return subject.refuse(Kind::invalid, problem.message);
  }
  return {};
}

}  // namespace

Result<EditedText> apply_edit(std::string_view text, std::string_view name, const Edit& edit) {
  TRY_ASSIGN(const FlagDocument file, parse_flag_document(text, name));
  TRY_ASSIGN(const Json before, base::parse_json(file.json, name));
  const Subject subject{edit.key, name, file.set, find_definition(before, edit.key), file.set.find(edit.key)};
  TRY_ASSIGN(Outcome outcome, outcome_of(subject, edit.action));
  FlagChange change{edit.key, outcome.part, std::move(outcome.from), std::move(outcome.to)};
  if (outcome.definition == subject.definition) return EditedText{std::string(text), std::move(change)};
  const Json expected = with_definition(before, edit.key, outcome.definition);
  if (outcome.definition && !std::holds_alternative<Restore>(edit.action)) {
    TRY(refuse_new_problems(subject, before, expected));
  }
  auto after = splice(text, name, before, edit.key, outcome);
  // The proof that the splice did what was wanted and nothing else.
  const auto got = after ? read_flag_document(*after, name) : base::fail(after.error());
  if (!got || *got != expected) {
    return subject.refuse(
        Kind::invalid,
        fmt::format("flag \"{}\" cannot be changed in place (is it an alias of another?); edit it by hand", edit.key));
  }
  return EditedText{*std::move(after), std::move(change)};
}

std::string describe(const FlagChange& change) {
  switch (change.part) {
    case Part::default_variant:
      return fmt::format("Set {} to {}", change.key, std::string(change.to->as_string()));
    case Part::state:
      return fmt::format("Turn {} {}", change.key, *change.to == "ENABLED" ? "on" : "off");
    case Part::targeting:
      return fmt::format("{} {}", change.to ? "Target" : "Clear the rule of", change.key);
    case Part::whole:
      break;
  }
  return fmt::format("{} {}", !change.from ? "Create" : change.to ? "Restore" : "Remove", change.key);
}

}  // namespace trunkline::flags

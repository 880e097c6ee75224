#include "flags/change/edit.h"

#include <fmt/format.h>

#include "base/core/text.h"
#include "flags/change/splice.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::Kind;
using base::Result;

// What is to stand in the file: a member of the flag, before and after.
struct Target {
  std::string member;
  std::string from;
  std::string to;
};

Result<const Flag*> find_flag(const FlagSet& set, const std::string& key, std::string_view name) {
  if (const Flag* flag = set.find(key)) return flag;
  std::vector<std::string_view> keys;
  for (const Flag& flag : set.flags()) keys.push_back(flag.key);
  return base::fail(Kind::not_found, fmt::format("no flag \"{}\"{}", key, base::did_you_mean(key, keys)),
                    {std::string(name), 0, 0});
}

Result<> require_variant(const Flag& flag, const std::string& variant, std::string_view name) {
  if (flag.find_variant(variant) != nullptr) return {};
  std::vector<std::string_view> names;
  for (const Variant& known : flag.variants) names.push_back(known.name);
  return base::fail(
      Kind::not_found,
      fmt::format("flag \"{}\" has no variant \"{}\", only {}", flag.key, variant, fmt::join(names, ", ")),
      {std::string(name), 0, 0});
}

Result<std::string> other_variant(const Flag& flag, std::string_view name) {
  const auto refuse = [&] {
    return base::fail(
        Kind::conflict,
        fmt::format("flag \"{}\" cannot be toggled: expected two boolean variants and a default", flag.key),
        {std::string(name), 0, 0});
  };
  if (flag.variants.size() != 2 || !flag.default_variant || flag.find_variant(*flag.default_variant) == nullptr) {
    return refuse();
  }
  for (const Variant& variant : flag.variants) {
    if (!variant.value.is_bool()) return refuse();
  }
  return flag.variants[flag.variants[0].name == *flag.default_variant ? 1 : 0].name;
}

Result<Target> target_of(const Flag& flag, const Edit& edit, std::string_view name) {
  const std::string now = flag.default_variant.value_or("");
  switch (edit.kind) {
    case Edit::Kind::set_default:
      TRY(require_variant(flag, edit.variant, name));
      return Target{"defaultVariant", now, edit.variant};
    case Edit::Kind::set_state:
      return Target{"state", flag.enabled ? "ENABLED" : "DISABLED", edit.enabled ? "ENABLED" : "DISABLED"};
    case Edit::Kind::toggle: {
      TRY_ASSIGN(std::string other, other_variant(flag, name));
      return Target{"defaultVariant", now, std::move(other)};
    }
  }
  return base::fail(Kind::internal, "unknown edit");
}

// The same document as JSON; of an accepted file.
Result<Json> document_of(std::string_view text, std::string_view name) {
  TRY_ASSIGN(const FlagDocument document, parse_flag_document(text, name));
  return base::parse_json(document.json, name);
}

// The proof that the splice did what was wanted and nothing else.
Result<> verify(std::string_view before, std::string_view after, std::string_view name, const std::string& key,
                const Target& target) {
  TRY_ASSIGN(Json expected, document_of(before, name));
  const auto got = document_of(after, name);
  expected.as_object()["flags"].as_object()[key].as_object()[target.member] = boost::json::string(target.to);
  if (got && *got == expected) return {};
  return base::fail(
      Kind::invalid,
      fmt::format("flag \"{}\" cannot be changed in place (is it an alias of another?); edit it by hand", key),
      {std::string(name), 0, 0});
}

}  // namespace

Result<EditedText> apply_edit(std::string_view text, std::string_view name, const Edit& edit) {
  TRY_ASSIGN(const FlagDocument document, parse_flag_document(text, name));
  TRY_ASSIGN(const Flag* flag, find_flag(document.set, edit.key, name));
  if (flag->broken) {
    return base::fail(Kind::invalid, fmt::format("flag \"{}\" is broken; repair it first", edit.key),
                      {std::string(name), 0, 0});
  }
  TRY_ASSIGN(Target target, target_of(*flag, edit, name));
  if (target.from == target.to) return EditedText{std::string(text), target.from, target.to};
  TRY_ASSIGN(std::string after, format_of(text, name) == Format::json
                                    ? splice_json(text, edit.key, target.member, target.to)
                                    : splice_yaml(text, name, edit.key, target.member, target.to));
  TRY(verify(text, after, name, edit.key, target));
  return EditedText{std::move(after), std::move(target.from), std::move(target.to)};
}

Result<Json> read_flag(std::string_view text, std::string_view name, const std::string& key) {
  TRY_ASSIGN(const Json document, document_of(text, name));
  const Json* flags = base::find(document, "flags");
  const Json* flag = flags == nullptr ? nullptr : base::find(*flags, key);
  return flag == nullptr ? Json(nullptr) : *flag;
}

}  // namespace trunkline::flags

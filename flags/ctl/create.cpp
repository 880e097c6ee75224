#include <fmt/format.h>
#include <memory>

#include "flags/ctl/commands.h"
#include "flags/ctl/input.h"
#include "flags/ctl/options.h"
#include "flags/lint/format.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonObject;
using base::Kind;
using base::Result;

struct CreateOptions {
  EditOptions edit;
  std::vector<std::string> variants;
  std::optional<std::string> default_variant;
  std::optional<std::string> rule;
  std::optional<std::string> owner;
  std::optional<std::string> kind;
  std::optional<std::string> expires;
  bool disabled = false;
};

Result<JsonObject> read_variants(const std::vector<std::string>& arguments) {
  JsonObject variants;
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0) {
      return base::fail(Kind::usage, fmt::format("--variant: expected NAME=JSON, got \"{}\"", argument));
    }
    const std::string name = argument.substr(0, equals), text = argument.substr(equals + 1);
    const auto value = base::parse_json(text);
    if (!value) {
      return base::fail(Kind::usage,
                        fmt::format("--variant {}: expected JSON, such as true, 42 or '\"text\"', got {}", name, text));
    }
    if (variants.contains(name)) return base::fail(Kind::usage, fmt::format("--variant {}: is there twice", name));
    variants[name] = *value;
  }
  if (variants.empty()) variants = {{"on", true}, {"off", false}};
  return variants;
}

Result<JsonObject> metadata_of(const CreateOptions& options) {
  JsonObject metadata;
  const auto put = [&](const char* name, const std::optional<std::string>& value) {
    if (value && !value->empty()) metadata[name] = boost::json::string(*value);
  };
  if (options.expires && !is_date(*options.expires)) {
    return base::fail(Kind::usage, fmt::format("--expires: expected YYYY-MM-DD, got \"{}\"", *options.expires));
  }
  put("owner", options.owner);
  put("kind", options.kind);
  put("expires", options.expires);
  put("ticket", options.edit.change.commit.ticket);
  return metadata;
}

Result<JsonObject> definition_of(const CreateOptions& options) {
  TRY_ASSIGN(JsonObject variants, read_variants(options.variants));
  std::optional<std::string> default_variant = options.default_variant;
  if (!default_variant && options.variants.empty()) default_variant = "off";
  if (default_variant && !variants.contains(*default_variant)) {
    std::vector<std::string> names;
    for (const auto& variant : variants) names.emplace_back(variant.key());
    return base::fail(Kind::usage, fmt::format("--default: expected one of {}, got \"{}\"", fmt::join(names, ", "),
                                               *default_variant));
  }
  JsonObject definition{{"state", options.disabled ? "DISABLED" : "ENABLED"}, {"variants", std::move(variants)}};
  if (default_variant) definition["defaultVariant"] = boost::json::string(*default_variant);
  if (options.rule) {
    TRY_ASSIGN(definition["targeting"], read_json_argument(*options.rule, "--rule"));
  }
  TRY_ASSIGN(JsonObject metadata, metadata_of(options));
  if (!metadata.empty()) definition["metadata"] = std::move(metadata);
  return definition;
}

Result<int> create(const CreateOptions& options) {
  for (const char c : options.edit.edit.key) {
    if (static_cast<unsigned char>(c) <= 0x20) {
      return base::fail(Kind::usage, "KEY: expected a name without spaces and control characters");
    }
  }
  if (options.edit.edit.key.empty()) return base::fail(Kind::usage, "KEY: expected a name");
  EditOptions edit = options.edit;
  TRY_ASSIGN(JsonObject definition, definition_of(options));
  edit.edit.action = Create{std::move(definition)};
  return run_edit(edit);
}

}  // namespace

void add_create(base::cli::Tool& tool) {
  auto options = std::make_shared<CreateOptions>();
  auto command = tool.command("create", "add a flag; without --variant: on and off, which is the default");
  add_edit_options(command, options->edit);
  command.option("--variant", options->variants, "NAME=JSON", "a variant and its value; repeat it for each")
      .option("--default", options->default_variant, "NAME", "the default variant; without one the code has it")
      .option("--rule", options->rule, "JSON|@FILE", "who gets which variant")
      .option("--owner", options->owner, "TEAM", "who decides about it")
      .option("--kind", options->kind, "KIND", "what it is for: release, ops, experiment, permission")
      .one_of({flag_kinds().begin(), flag_kinds().end()})
      .option("--expires", options->expires, "YYYY-MM-DD", "when it is to be gone")
      .flag("--disabled", options->disabled, "programs use their own default until it is turned on")
      .footer(
          "flagctl create new-page --owner web --kind release --expires 2027-06-30 --ticket WEB-7\n"
          "flagctl create page-size --variant small=20 --variant large=100 --default small")
      .action([options] { return create(*options); });
}

}  // namespace trunkline::flags

#include "base/core/text.h"
#include "flags/lint/format.h"
#include "flags/lint/rules.h"

// The members that a set and a flag have, and the types of those that the reader does not look at.
namespace trunkline::flags {
namespace {

using base::Json;

void lint_against(std::span<const Member> members, const Json& json, const Path& path, Report& report) {
  std::vector<std::string_view> names;
  for (const Member& member : members) names.push_back(member.name);
  for (const auto& [key, value] : json.get_object()) {
    const auto known = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.name == key; });
    if (known == members.end()) {
      report.warning("unknown-member", below(path, key),
                     fmt::format("nothing reads a member of this name{}", base::did_you_mean(key, names)), Spot::key);
    } else if (known->type == MemberType::text && !value.is_string()) {
      report.error("member-type", below(path, key), "expected a string");
    }
  }
}

// flagd's own schema lets metadata hold plain values only.
void lint_metadata(const Json& owner, const Path& path, Report& report) {
  const Json* metadata = base::find(owner, "metadata");
  if (metadata == nullptr || !metadata->is_object()) return;
  for (const auto& member : metadata->get_object()) {
    if (!member.value().is_structured() && !member.value().is_null()) continue;
    report.error("metadata-value", below(below(path, "metadata"), member.key()),
                 "expected a string, a number or a boolean");
  }
}

}  // namespace

void lint_members(const Json& document, Report& report) {
  lint_against(set_members(), document, {}, report);
  lint_metadata(document, {}, report);
}

void lint_flag_members(const LintedFlag& flag, Report& report) {
  if (flag.flag.key.empty()) report.error("flag-key", flag.path, "the key is empty");
  lint_against(flag_members(), flag.json, flag.path, report);
  lint_metadata(flag.json, flag.path, report);
}

}  // namespace trunkline::flags

#include <algorithm>

#include "flags/lint/format.h"
#include "flags/lint/rules.h"

// Flags rot: each one says who answers for it, why it exists and when it ends.
namespace trunkline::flags {
namespace {

const base::Json* member_of(const Flag& flag, std::string_view name) {
  return flag.metadata.if_contains(name);
}

void lint_kind(const LintedFlag& flag, const Path& metadata, Report& report) {
  const auto* kind = member_of(flag.flag, "kind");
  const auto kinds = flag_kinds();
  const bool known = kind != nullptr && kind->is_string() &&
                     std::find(kinds.begin(), kinds.end(), std::string_view(kind->get_string())) != kinds.end();
  if (!known) {
    if (kind == nullptr) return;
    report.error("kind", below(metadata, "kind"), fmt::format("expected one of {}", fmt::join(kinds, ", ")));
  } else if (must_end(kind->get_string()) && member_of(flag.flag, "expires") == nullptr) {
    report.warning("missing-expires", flag.path,
                   fmt::format("a flag of kind {} ends: say when by metadata.expires, YYYY-MM-DD",
                               std::string_view(kind->get_string())),
                   Spot::key);
  }
}

}  // namespace

void lint_lifecycle(const LintedFlag& flag, Report& report) {
  const Path metadata = below(flag.path, "metadata");
  for (const Member& member : lifecycle_members()) {
    const auto* value = member_of(flag.flag, member.name);
    if (value == nullptr && member.required) {
      report.warning(member.name == "owner" ? "missing-owner" : "missing-kind", flag.path,
                     fmt::format("metadata.{} is missing", member.name), Spot::key);
    } else if (value != nullptr && member.type == MemberType::text && !value->is_string()) {
      report.error("member-type", below(metadata, std::string(member.name)), "expected a string");
    }
  }
  lint_kind(flag, metadata, report);
  const auto* expires = member_of(flag.flag, "expires");
  if (expires != nullptr && !(expires->is_string() && is_date(expires->get_string()))) {
    report.error("expires", below(metadata, "expires"), "expected a day as YYYY-MM-DD");
  }
}

}  // namespace trunkline::flags

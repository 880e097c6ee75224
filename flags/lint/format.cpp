#include "flags/lint/format.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace trunkline::flags {
namespace {

using enum MemberType;

constexpr Member kSetMembers[] = {
    {"$schema", text, false, "The address of this schema, for editors."},
    {"flags", MemberType::flags, true, "The flags: an object by key, or an array of flags that have a key."},
    {"metadata", metadata, false, "Laid under the metadata of each flag. flagSetId names the flag set."},
    {"$evaluators", rules, false, "Rules by name, which targeting refers to as {\"$ref\": name}."},
};

constexpr Member kFlagMembers[] = {
    {"key", text, false, "The flag's name, where flags is an array."},
    {"state", state, true, "A DISABLED flag leaves the value to the code."},
    {"variants", variants, true, "The values that the flag may have, by name."},
    {"defaultVariant", variant_name, false, "The variant without a rule and where the rule gives null."},
    {"targeting", rule, false, "A rule that gives the name of a variant."},
    {"metadata", metadata, false, "What else is known of the flag; part of every answer."},
};

constexpr Member kLifecycleMembers[] = {
    {"owner", text, true, "Who answers for the flag."},
    {"kind", kind, true, "Why the flag exists; release and experiment flags end."},
    {"expires", date, false, "The last day on which the flag should be there, YYYY-MM-DD."},
    {"ticket", text, false, "Where the work on the flag is written down."},
    {"flagSetId", text, false, "The flag set that the flag belongs to."},
};

constexpr std::string_view kKinds[] = {"release", "ops", "experiment", "permission"};

}  // namespace

std::span<const Member> set_members() {
  return kSetMembers;
}

std::span<const Member> flag_members() {
  return kFlagMembers;
}

std::span<const Member> lifecycle_members() {
  return kLifecycleMembers;
}

std::span<const std::string_view> flag_kinds() {
  return kKinds;
}

bool must_end(std::string_view kind) {
  return kind == "release" || kind == "experiment";
}

bool is_date(std::string_view text) {
  const auto number = [&](size_t begin, size_t size) {
    int value = -1;
    const char* first = text.data() + begin;
    const auto [end, code] = std::from_chars(first, first + size, value);
    return code == std::errc{} && end == first + size ? value : -1;
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (year < 0 || month < 0 || day < 0) return false;
  return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

}  // namespace trunkline::flags

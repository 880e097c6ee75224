#pragma once

#include <span>
#include <string_view>

// What members a flag file has: one table, read by the lint and by the editors' schema.
namespace trunkline::flags {

enum class MemberType { text, state, flags, variants, variant_name, rule, rules, metadata, kind, date };

struct Member {
  std::string_view name;
  MemberType type;
  bool required;
  std::string_view summary;
};

std::span<const Member> set_members();
std::span<const Member> flag_members();
// The members of a flag's metadata that mean something to Trunkline: who answers for it, and until when it lives.
std::span<const Member> lifecycle_members();

// The values of `kind`. release and experiment end, so they need a date; ops and permission may stay.
std::span<const std::string_view> flag_kinds();
bool must_end(std::string_view kind);

// Whether the text is a day as YYYY-MM-DD that the calendar has.
bool is_date(std::string_view text);

}  // namespace trunkline::flags

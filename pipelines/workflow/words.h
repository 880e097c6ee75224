#pragma once

#include <string>
#include <string_view>

namespace trunkline::pipelines {

// GitHub ignores the case of the names of jobs, steps, contexts and functions (ASCII; they hold nothing else).
std::string lower_case(std::string_view text);
bool same_ignoring_case(std::string_view a, std::string_view b);

// [A-Za-z_][A-Za-z0-9_-]*
bool is_identifier(std::string_view text);

}  // namespace trunkline::pipelines

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/cli/terminal.h"

// One line of a screen. Pure.
namespace trunkline::deployer {

struct Span {
  std::string text;
  base::cli::Colour colour = base::cli::Colour::plain;
};
using Line = std::vector<Span>;

// The line in at most `width` columns, an ellipsis where it is cut. What would move the cursor or is no UTF-8, as in
// the last words of a program, is shown as '?'.
std::string shown(const Line& line, size_t width, bool colour);

// In characters. Each is taken for one column.
size_t width_of(std::string_view text);
std::string padded(std::string_view text, size_t width);  // with spaces; never cut

}  // namespace trunkline::deployer

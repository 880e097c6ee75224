#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/json.h"

namespace trunkline::base::cli {

// Whether colour may be used on this file descriptor: a terminal, NO_COLOR unset or empty, TERM not "dumb".
bool use_colour(int fd);

enum class Colour { plain, bold, dim, red, green, yellow };

// `text` in that colour if `enabled`, else as it is.
std::string paint(std::string_view text, Colour colour, bool enabled);

// Columns aligned by their widest cell (in characters, not bytes), two spaces between, no trailing spaces; the first
// row is the head. Every row ends in a newline.
std::string format_table(const std::vector<std::vector<std::string>>& rows);

// Writes `value` and a newline to stdout: one JSON object a line.
void print_json(const Json& value);

// Writes the text to stdout as it is.
void print(std::string_view text);

}  // namespace trunkline::base::cli

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flags/evaluation/value.h"

// Text as JavaScript sees it: numbers in it, and UTF-16 code units, by which lengths, places and order are counted.
// All texts are valid UTF-8.
namespace trunkline::flags {

// Number(text): NaN for what is no number, 0 for nothing but spaces.
double text_to_number(std::string_view text);
// parseFloat(text).
double leading_number(std::string_view text);

size_t utf16_size(std::string_view text);

// The units [begin, end) as UTF-8, ends behind the text allowed. Half of a surrogate pair becomes U+FFFD.
// Nothing where the answer is a part of `text` itself: `part` is that.
struct Utf16Slice {
  std::string_view part;
  std::optional<std::string> made;
};
Utf16Slice utf16_slice(std::string_view text, size_t begin, size_t end);

Order compare_utf16(std::string_view a, std::string_view b);

}  // namespace trunkline::flags

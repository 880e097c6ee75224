#include "deployer/watch/line.h"

#include <algorithm>

#include "base/core/text.h"

namespace trunkline::deployer {
namespace {

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// C0 and C1 controls.
bool is_control(std::string_view character) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  return character.size() == 2 && byte(0) == 0xC2 && byte(1) < 0xA0;
}

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> found;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    while (end < text.size() && continues(text[end])) ++end;
    found.push_back(text.substr(i, end - i));
    i = end;
  }
  return found;
}

bool is_shown(std::string_view character) {
  return !is_control(character) && base::find_invalid_utf8(character) == std::string_view::npos;
}

}  // namespace

size_t width_of(std::string_view text) {
  return characters(text).size();
}

std::string padded(std::string_view text, size_t width) {
  return std::string(text) + std::string(width - std::min(width, width_of(text)), ' ');
}

std::string shown(const Line& line, size_t width, bool colour) {
  size_t whole = 0;
  for (const Span& span : line) whole += width_of(span.text);
  size_t left = whole > width ? std::max<size_t>(width, 1) - 1 : width;
  std::string text;
  for (const Span& span : line) {
    std::string part;
    for (const std::string_view character : characters(span.text)) {
      if (left == 0) break;
      part += is_shown(character) ? character : "?";
      --left;
    }
    if (!part.empty()) text += base::cli::paint(part, span.colour, colour);
  }
  return whole > width && width > 0 ? text + "…" : text;
}

}  // namespace trunkline::deployer

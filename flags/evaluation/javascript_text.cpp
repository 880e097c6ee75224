#include "flags/evaluation/javascript_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace trunkline::flags {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
}

// The bytes of the white space or line end at the front (ECMA-262, StrWhiteSpaceChar); 0 if there is none.
size_t space_at(std::string_view text) {
  if (text.empty()) return 0;
  const char c = text[0];
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  if (text.starts_with("\u00A0")) return 2;
  constexpr std::string_view kWide[] = {"\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
                                        "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A",
                                        "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF"};
  const bool wide =
      std::any_of(std::begin(kWide), std::end(kWide), [&](std::string_view s) { return text.starts_with(s); });
  return wide ? 3 : 0;
}

std::string_view trim_front(std::string_view text) {
  while (const size_t space = space_at(text)) text.remove_prefix(space);
  return text;
}

std::string_view trim(std::string_view text) {
  text = trim_front(text);
  // A space is found from behind by trying the lengths that one can have.
  for (bool found = true; found;) {
    found = false;
    for (size_t size = 1; size <= 3 && size <= text.size() && !found; ++size) {
      found = space_at(text.substr(text.size() - size)) == size;
      if (found) text.remove_suffix(size);
    }
  }
  return text;
}

// How many bytes at the front are a decimal number: digits, point, exponent, without a sign.
size_t decimal_size(std::string_view text) {
  size_t at = 0, digits = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) ++digits;
  if (at < text.size() && text[at] == '.') {
    size_t fraction = at + 1;
    for (; fraction < text.size() && is_digit(text[fraction]); ++fraction) ++digits;
    if (digits > 0) at = fraction;
  }
  if (digits == 0) return 0;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    const size_t first = exponent;
    while (exponent < text.size() && is_digit(text[exponent])) ++exponent;
    if (exponent > first) at = exponent;
  }
  return at;
}

double decimal_value(std::string_view digits) {
  double number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  // Out of range: JavaScript rounds to 0 or Infinity, and so does strtod.
  return read.ec == std::errc{} ? number : std::strtod(std::string(digits).c_str(), nullptr);
}

double with_radix(std::string_view digits, int radix) {
  double number = 0;
  if (digits.empty()) return kNaN;
  for (const char c : digits) {
    int digit = 99;
    if (is_digit(c)) digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit >= radix) return kNaN;
    number = number * radix + digit;
  }
  return number;
}

// Takes the sign at the front away.
double take_sign(std::string_view& text) {
  if (text.empty() || (text[0] != '-' && text[0] != '+')) return 1;
  const double sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  return sign;
}

char32_t take_code_point(std::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t size = std::min<size_t>(lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4, text.size());
  char32_t point = size == 1 ? lead : lead & (0xFFu >> (size + 1));
  for (size_t i = 1; i < size; ++i) point = (point << 6) | (byte(i) & 0x3Fu);
  text.remove_prefix(size);
  return point;
}

size_t units_of(char32_t point) {
  return point > 0xFFFF ? 2 : 1;
}

}  // namespace

double text_to_number(std::string_view text) {
  text = trim(text);
  if (text.empty()) return 0;
  if (text.size() > 2 && text[0] == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    if (mark == 'x') return with_radix(text.substr(2), 16);
    if (mark == 'o') return with_radix(text.substr(2), 8);
    if (mark == 'b') return with_radix(text.substr(2), 2);
  }
  const double sign = take_sign(text);
  if (text == "Infinity") return sign * kInfinity;
  return !text.empty() && decimal_size(text) == text.size() ? sign * decimal_value(text) : kNaN;
}

double leading_number(std::string_view text) {
  text = trim_front(text);
  const double sign = take_sign(text);
  if (text.starts_with("Infinity")) return sign * kInfinity;
  const size_t size = decimal_size(text);
  return size == 0 ? kNaN : sign * decimal_value(text.substr(0, size));
}

size_t utf16_size(std::string_view text) {
  if (is_ascii(text)) return text.size();
  size_t units = 0;
  while (!text.empty()) units += units_of(take_code_point(text));
  return units;
}

Utf16Slice utf16_slice(std::string_view text, size_t begin, size_t end) {
  if (is_ascii(text)) {
    begin = std::min(begin, text.size());
    return {text.substr(begin, std::max(end, begin) - begin), std::nullopt};
  }
  std::string made;
  size_t unit = 0;
  for (std::string_view rest = text; !rest.empty() && unit < end;) {
    const std::string_view from = rest;
    const size_t units = units_of(take_code_point(rest));
    const size_t first = std::max(unit, begin), last = std::min(unit + units, end);
    if (last > first) made += last - first == units ? from.substr(0, from.size() - rest.size()) : "\uFFFD";
    unit += units;
  }
  return {{}, std::move(made)};
}

Order compare_utf16(std::string_view a, std::string_view b) {
  const size_t shortest = std::min(a.size(), b.size());
  size_t at = 0;
  while (at < shortest && a[at] == b[at]) ++at;
  if (at == shortest) return a.size() < b.size() ? Order::less : a.size() > b.size() ? Order::greater : Order::equal;
  const auto x = static_cast<unsigned char>(a[at]), y = static_cast<unsigned char>(b[at]);
  // UTF-8 orders by code point. Only surrogates, lead bytes from F0, come before U+E000..U+FFFF, lead bytes EE and EF.
  const bool turned = (x >= 0xF0) != (y >= 0xF0) && std::min(x, y) >= 0xEE;
  return (x < y) != turned ? Order::less : Order::greater;
}

}  // namespace trunkline::flags

#include "flags/definition/number_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace trunkline::flags {
namespace {

// The shortest digits that read back the same, and n of "0.digits * 10^n" (ECMA-262, 6.1.6.1.20, says k and n).
struct Decimal {
  std::string digits;
  int point = 0;
};

Decimal shortest(double number) {
  std::array<char, 32> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific).ptr;
  const std::string text(buffer.data(), end);  // d.ddde+XX
  const size_t e = text.find('e');
  Decimal decimal;
  for (const char c : text.substr(0, e)) {
    if (c != '.') decimal.digits += c;
  }
  decimal.point = std::stoi(text.substr(e + 1)) + 1;
  return decimal;
}

std::string with_exponent(const std::string& digits, int exponent) {
  std::string text = digits.substr(0, 1);
  if (digits.size() > 1) text += "." + digits.substr(1);
  return text + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

}  // namespace

std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (number == 0) return "0";
  if (number < 0) return "-" + number_text(-number);
  if (std::isinf(number)) return "Infinity";
  const auto [digits, point] = shortest(number);
  const int count = static_cast<int>(digits.size());
  if (point > 21 || point < -5) return with_exponent(digits, point - 1);
  if (point >= count) return digits + std::string(static_cast<size_t>(point - count), '0');
  if (point <= 0) return "0." + std::string(static_cast<size_t>(-point), '0') + digits;
  return digits.substr(0, static_cast<size_t>(point)) + "." + digits.substr(static_cast<size_t>(point));
}

std::string number_text(const base::Json& number) {
  if (number.is_int64()) return std::to_string(number.get_int64());
  if (number.is_uint64()) return std::to_string(number.get_uint64());
  return number_text(number.as_double());
}

}  // namespace trunkline::flags

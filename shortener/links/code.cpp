#include "shortener/links/code.h"

#include <algorithm>
#include <string_view>

namespace trunkline::shortener {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr int kRandomLength = 7;

}  // namespace

std::string random_code(std::uint64_t random) {
  std::string code;
  for (int i = 0; i < kRandomLength; ++i) {
    code += kDigits[random % kDigits.size()];
    random /= kDigits.size();
  }
  return code;
}

std::string sequential_code(std::uint64_t number) {
  std::string code;
  do {
    code += kDigits[number % kDigits.size()];
    number /= kDigits.size();
  } while (number > 0);
  std::reverse(code.begin(), code.end());
  return code;
}

}  // namespace trunkline::shortener

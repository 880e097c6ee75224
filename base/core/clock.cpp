#include "base/core/clock.h"

#include <array>
#include <charconv>
#include <fmt/compile.h>
#include <fmt/format.h>

namespace trunkline::base {
namespace {

class SystemClock final : public Clock {
 public:
  WallTime wall() const override { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

struct Unit {
  std::string_view name;
  int64_t millis;
};
// Longest first: the order in which format_duration spends a length.
constexpr std::array<Unit, 5> kUnits{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr int64_t kLongest = int64_t{3650} * 86'400'000;

tl::unexpected<Error> bad_duration(std::string_view text) {
  return fail(Kind::invalid, fmt::format("expected a duration such as 10m, got \"{}\"", text));
}

// The digits at the front of `text`, removed from it. False where there are none or they do not fit.
bool take_number(std::string_view& text, int64_t& value) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end == text.data() || text.front() == '-') return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

const Unit* take_unit(std::string_view& text) {
  const size_t length = std::min(text.find_first_of("0123456789"), text.size());
  for (const Unit& unit : kUnits) {
    if (unit.name == text.substr(0, length)) {
      text.remove_prefix(length);
      return &unit;
    }
  }
  return nullptr;
}

// A fixed-width decimal field of an ISO 8601 time.
bool take_field(std::string_view& text, size_t width, char after, int& value) {
  if (text.size() < width + 1 || text[width] != after) return false;
  const auto [end, code] = std::from_chars(text.data(), text.data() + width, value);
  if (code != std::errc{} || end != text.data() + width || value < 0) return false;
  text.remove_prefix(width + 1);
  return true;
}

// ".456Z" or "Z" without its Z: up to nine digits, cut to milliseconds.
bool take_fraction(std::string_view text, int& millis) {
  if (text.empty() || text.size() > 9) return false;
  int scale = 100;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    millis += (c - '0') * scale;
    scale /= 10;
  }
  return true;
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::string to_iso8601(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z"), int{date.year()},
                     unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count(), clock.subseconds().count());
}

Result<WallTime> parse_iso8601(std::string_view text) {
  const auto bad = [&] {
    return fail(Kind::invalid, fmt::format("expected a time such as 2026-11-22T10:02:03Z, got \"{}\"", text));
  };
  std::string_view rest = text;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millis = 0;
  if (!take_field(rest, 4, '-', year) || !take_field(rest, 2, '-', month) || !take_field(rest, 2, 'T', day) ||
      !take_field(rest, 2, ':', hour) || !take_field(rest, 2, ':', minute) || rest.size() < 3 || rest.back() != 'Z') {
    return bad();
  }
  if (!take_field(rest, 2, rest[2], second)) return bad();
  const bool fraction = text[19] == '.';
  if (!fraction && !rest.empty()) return bad();
  if (fraction && (rest.empty() || !take_fraction(rest.substr(0, rest.size() - 1), millis))) return bad();
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return bad();
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + Millis{millis};
}

Result<Millis> parse_duration(std::string_view text) {
  if (text == "0") return Millis{0};
  std::string_view rest = text;
  int64_t total = 0;
  if (rest.empty()) return bad_duration(text);
  while (!rest.empty()) {
    int64_t number = 0;
    if (!take_number(rest, number)) return bad_duration(text);
    const Unit* unit = take_unit(rest);
    if (unit == nullptr || number > kLongest / unit->millis) return bad_duration(text);
    total += number * unit->millis;
    if (total > kLongest) return bad_duration(text);
  }
  return Millis{total};
}

std::string format_duration(Millis length) {
  int64_t rest = length.count();
  if (rest == 0) return "0s";
  std::string text = rest < 0 ? "-" : "";
  if (rest < 0) rest = -rest;
  for (const Unit& unit : kUnits) {
    if (rest >= unit.millis) text += fmt::format("{}{}", rest / unit.millis, unit.name);
    rest %= unit.millis;
  }
  return text;
}

}  // namespace trunkline::base

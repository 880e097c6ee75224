#include "deployer/plan/selector.h"

#include <fmt/format.h>
#include <regex>

#include "base/core/text.h"
#include "deployer/plan/values.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr std::string_view kNameChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:";

constexpr size_t kMaxRegex = 512;

tl::unexpected<base::Error> bad_selector(std::string_view text) {
  return fail(Kind::invalid,
              fmt::format("expected a selector such as http_requests_total{{status=~\"5..\"}}, got \"{}\"", text));
}

std::string_view take_name(std::string_view& text) {
  const size_t length = std::min(text.find_first_not_of(kNameChars), text.size());
  const std::string_view name = text.substr(0, length);
  text.remove_prefix(length);
  return name;
}

// std::regex counts the repeats of "{1000}" in a number that overflows.
bool repeats_too_often(std::string_view text) {
  constexpr size_t kMostDigits = 3;
  for (size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    size_t digits = 0;
    for (size_t i = open + 1; i < text.size() && text[i] != '}'; ++i) {
      digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
      if (digits > kMostDigits) return true;
    }
  }
  return false;
}

bool is_regex(const std::string& text) try {
  if (text.size() > kMaxRegex || repeats_too_often(text)) return false;
  const std::regex compiled(text);
  return true;
} catch (const std::regex_error&) {
  return false;
}

// label="value" or label=~"regex"; the value may hold no quote.
bool take_matcher(std::string_view& text, Selector::Matcher& matcher) {
  matcher.label = std::string(take_name(text));
  matcher.is_regex = take(text, "=~");
  if (matcher.label.empty() || (!matcher.is_regex && !take(text, "=")) || !text.starts_with('"')) return false;
  const size_t end = text.find('"', 1);
  if (end == std::string_view::npos) return false;
  matcher.value = std::string(text.substr(1, end - 1));
  if (matcher.is_regex && !is_regex(matcher.value)) return false;
  text.remove_prefix(end + 1);
  return true;
}

}  // namespace

std::string to_string(const Selector& selector) {
  std::string text = selector.name;
  for (const char* separator = "{"; const auto& matcher : selector.matchers) {
    text += fmt::format("{}{}{}\"{}\"", separator, matcher.label, matcher.is_regex ? "=~" : "=", matcher.value);
    separator = ",";
  }
  return selector.matchers.empty() ? text : text + "}";
}

Result<Selector> parse_selector(std::string_view text) {
  std::string_view rest = base::trim(text);
  Selector selector{std::string(take_name(rest)), {}};
  if (selector.name.empty()) return bad_selector(text);
  if (rest.empty()) return selector;
  if (!take(rest, "{")) return bad_selector(text);
  while (!take(rest, "}")) {
    Selector::Matcher matcher;
    if (!take_matcher(rest, matcher)) return bad_selector(text);
    selector.matchers.push_back(std::move(matcher));
    if (!take(rest, ",") && !rest.starts_with('}')) return bad_selector(text);
  }
  if (!rest.empty()) return bad_selector(text);
  return selector;
}

}  // namespace trunkline::deployer

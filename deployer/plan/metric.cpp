#include "deployer/plan/metric.h"

#include <array>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <regex>

#include "base/core/overloaded.h"
#include "base/core/text.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr std::array<std::string_view, 6> kOperators = {"<=", ">=", "==", "!=", "<", ">"};

constexpr std::string_view kNameChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:";

tl::unexpected<base::Error> bad_condition(std::string_view text) {
  return fail(Kind::invalid, fmt::format("expected a condition such as \"result < 0.01\", got \"{}\"", text));
}

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

bool take(std::string_view& text, std::string_view token) {
  text = base::trim(text);
  if (!text.starts_with(token)) return false;
  text.remove_prefix(token.size());
  text = base::trim(text);
  return true;
}

// label="value" or label=~"regex"; the value may hold no quote.
bool is_regex(const std::string& text) try {
  const std::regex compiled(text);
  return true;
} catch (const std::regex_error&) {
  return false;
}

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

std::string_view to_string(Side side) {
  switch (side) {
    case Side::fresh:
      return "new";
    case Side::stable:
      return "stable";
  }
  return "new";
}

bool Condition::holds(double result) const {
  if (op == "<") return result < limit;
  if (op == "<=") return result <= limit;
  if (op == ">") return result > limit;
  if (op == ">=") return result >= limit;
  if (op == "==") return result == limit;
  return result != limit;
}

std::string to_string(const Condition& condition) {
  return fmt::format("result {} {}", condition.op, condition.limit);
}

Result<Condition> parse_condition(std::string_view text) {
  std::string_view rest = base::trim(text);
  if (!take(rest, "result")) return bad_condition(text);
  for (const std::string_view op : kOperators) {
    if (!take(rest, op)) continue;
    Condition condition{std::string(op), 0};
    const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), condition.limit);
    if (code != std::errc{} || end != rest.data() + rest.size() || !(condition.limit - condition.limit == 0)) break;
    return condition;
  }
  return bad_condition(text);
}

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

std::string to_string(const ScrapeQuery& query) {
  const auto over_window = [&](std::string form) {
    return fmt::format("{} over {} on the {} side", form, base::format_duration(query.window), to_string(query.side));
  };
  switch (query.form) {
    case ScrapeQuery::Form::value:
      return fmt::format("{} on the {} side", to_string(query.of), to_string(query.side));
    case ScrapeQuery::Form::rate:
      return over_window("rate of " + to_string(query.of));
    case ScrapeQuery::Form::ratio:
      return over_window(fmt::format("{} / {}", to_string(query.of), to_string(*query.over)));
    case ScrapeQuery::Form::quantile:
      return over_window(fmt::format("quantile {} of {}", query.q, to_string(query.of)));
  }
  return "";
}

std::string to_string(const Query& query) {
  return std::visit(
      base::Overloaded{
          [](const ScrapeQuery& scrape) { return to_string(scrape); },
          [](const PrometheusQuery& prometheus) { return fmt::format("{} at {}", prometheus.text, prometheus.url); },
          [](const HttpQuery& http) {
            return fmt::format("{}{}", http.url, http.pointer.empty() ? "" : " " + http.pointer);
          },
          [](const ExecQuery& exec) { return fmt::format("{}", fmt::join(exec.command, " ")); },
      },
      query);
}

std::vector<std::string*> texts_of(Query& query) {
  return std::visit(base::Overloaded{
                        [](ScrapeQuery&) { return std::vector<std::string*>{}; },
                        [](PrometheusQuery& prometheus) { return std::vector{&prometheus.text}; },
                        [](HttpQuery& http) { return std::vector{&http.url}; },
                        [](ExecQuery& exec) {
                          std::vector<std::string*> texts;
                          for (std::string& word : exec.command) texts.push_back(&word);
                          return texts;
                        },
                    },
                    query);
}

}  // namespace trunkline::deployer

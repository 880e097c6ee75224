#include "deployer/haproxy/dial_rules.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

// What RFC 9110 calls a token, without what a configuration reads as something else.
constexpr std::string_view kToken = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

bool is_token(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kToken) == std::string_view::npos;
}

std::string variable_of(std::string name) {
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

// Names of variables and conditions; those of several services in one frontend must differ.
std::string prefix_of(const std::string& service) {
  return variable_of("trunkline_" + service);
}

void add_user(const DialRules& rules, const std::string& p, std::vector<std::string>& lines) {
  const auto add = [&lines](std::string line) { lines.push_back(std::move(line)); };
  const std::string& name = rules.identify.name;
  switch (rules.identify.by) {
    case Identify::By::cookie: {
      // Several services of one frontend may share the cookie: it is made once, and given once.
      const std::string given = variable_of("trunkline_given_" + name);
      add(fmt::format("acl {}_known req.cook({}) -m found", p, name));
      add(fmt::format("http-request set-var(txn.{}_user) req.cook({}) if {}_known", p, name, p));
      add(fmt::format("http-request set-var(txn.{0}) uuid unless {1}_known || {{ var(txn.{0}) -m found }}", given, p));
      // Who has none counts by the one that is given at once.
      add(fmt::format("http-request set-var(txn.{}_user) var(txn.{}) unless {}_known", p, given, p));
      add(
          fmt::format("http-after-response add-header Set-Cookie \"{}=%[var(txn.{})]; Path=/; Max-Age=31536000; "
                      "HttpOnly; SameSite=Lax\" if {{ var(txn.{}) -m found }}",
                      name, given, given));
      add(fmt::format("http-after-response unset-var(txn.{})", given));
      return;
    }
    case Identify::By::header:
      add(fmt::format("http-request set-var(txn.{}_user) src", p));
      add(fmt::format("http-request set-var(txn.{}_user) req.hdr({}) if {{ req.hdr({}) -m found }}", p, name, name));
      return;
    case Identify::By::source:
      add(fmt::format("http-request set-var(txn.{}_user) src", p));
      return;
  }
}

}  // namespace

Result<Identify> parse_identify(std::string_view text) {
  if (text == "source") return Identify{Identify::By::source, ""};
  for (const auto& [word, by] : {std::pair{std::string_view("cookie:"), Identify::By::cookie},
                                 std::pair{std::string_view("header:"), Identify::By::header}}) {
    if (text.starts_with(word) && is_token(text.substr(word.size()))) {
      return Identify{by, std::string(text.substr(word.size()))};
    }
  }
  return fail(Kind::usage, fmt::format("expected cookie:NAME, header:NAME or source, got \"{}\"", text));
}

std::string to_string(const Identify& identify) {
  switch (identify.by) {
    case Identify::By::cookie:
      return "cookie:" + identify.name;
    case Identify::By::header:
      return "header:" + identify.name;
    case Identify::By::source:
      return "source";
  }
  return "source";
}

Result<Preview> parse_preview(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    const std::string_view header = base::trim(text.substr(0, colon)), value = base::trim(text.substr(colon + 1));
    if (is_token(header) && is_token(value)) return Preview{std::string(header), std::string(value)};
  }
  return fail(Kind::usage, fmt::format("expected a header such as \"X-Release: canary\", got \"{}\"", text));
}

std::string fallback_line(const std::string& service) {
  return fmt::format("http-request set-var(txn.{0}_to) var(txn.{0}_stable) if {{ var(txn.{0}_to),nbsrv lt 1 }}",
                     prefix_of(service));
}

std::string entry_expression(const std::string& service) {
  return fmt::format("str({}),map_str(", service);
}

std::string user_variable(const std::string& service) {
  return fmt::format("txn.{}_user", prefix_of(service));
}

std::string side_variable(const std::string& service) {
  return fmt::format("txn.{}_to", prefix_of(service));
}

std::string to_twin(const DialRules& rules) {
  return fmt::format("{{ var(txn.{}_to) -m str {} }}", prefix_of(rules.service), rules.twin);
}

std::vector<std::string> rule_lines(const DialRules& rules) {
  const std::string p = prefix_of(rules.service);
  std::vector<std::string> lines = {fmt::format("http-request set-var(txn.{}_dial) {}{},0:0:none:{}:{})", p,
                                                entry_expression(rules.service), rules.map, rules.backend, rules.twin)};
  int number = 0;
  for (const char* field : {"until", "share", "salt", "stable", "new"}) {
    lines.push_back(fmt::format("http-request set-var(txn.{}_{}) var(txn.{}_dial),field({},:)", p, field, p, ++number));
  }
  add_user(rules, p, lines);
  const std::string last_word = fmt::format("http-request set-var(txn.{}_to) var(txn.{}_new) if {}_", p, p, p);
  lines.insert(lines.end(),
               {
                   fmt::format("http-request set-var(txn.{}_bucket) "
                               "var(txn.{}_user),concat(:,txn.{}_salt),crc32,mod(10000)",
                               p, p, p),
                   fmt::format("acl {}_leased date,sub(txn.{}_until) lt 0", p, p),
                   fmt::format("acl {}_floor_lost var(txn.{}_stable),nbsrv lt {}", p, p, rules.floor),
                   fmt::format("acl {}_mine var(txn.{}_bucket),sub(txn.{}_share) lt 0", p, p, p),
                   fmt::format("acl {}_preview req.hdr({}) -m str {}", p, rules.preview.header, rules.preview.value),
                   fmt::format("http-request set-var(txn.{}_to) var(txn.{}_stable)", p, p),
                   fmt::format("{}mine {}_leased", last_word, p),
                   fmt::format("{}mine {}_floor_lost", last_word, p),
                   fmt::format("{}preview {}_leased", last_word, p),
                   fallback_line(rules.service),
               });
  return lines;
}

}  // namespace trunkline::deployer

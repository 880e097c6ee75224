#include "base/http/message.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"

namespace trunkline::base {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const Header& item : items_) {
    if (equal_ignoring_case(item.name, name)) return item.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Headers::find_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Header& item : items_) {
    if (equal_ignoring_case(item.name, name)) values.emplace_back(item.value);
  }
  return values;
}

void Headers::set(std::string_view name, std::string_view value) {
  std::erase_if(items_, [&](const Header& item) { return equal_ignoring_case(item.name, name); });
  add(name, value);
}

std::string_view Request::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

namespace {

// Calls `visit(value)` for each parameter `name` until it returns false.
template <typename Visit>
void visit_query(const std::string& target, std::string_view name, Visit&& visit) {
  const size_t mark = target.find('?');
  if (mark == std::string::npos) return;
  for (std::string_view rest = std::string_view(target).substr(mark + 1);;) {
    const size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    const size_t equals = pair.find('=');
    if (percent_decode(pair.substr(0, equals)) == name) {
      std::optional<std::string> value =
          equals == std::string_view::npos ? std::string() : percent_decode(pair.substr(equals + 1));
      if (!visit(std::move(value))) return;
    }
    if (end == std::string_view::npos) return;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<std::string> Request::query(std::string_view name) const {
  std::optional<std::string> found;
  visit_query(target, name, [&](std::optional<std::string> value) {
    found = std::move(value);
    return false;
  });
  return found;
}

std::vector<std::string> Request::queries(std::string_view name) const {
  std::vector<std::string> found;
  visit_query(target, name, [&](std::optional<std::string> value) {
    if (value) found.push_back(*std::move(value));
    return true;
  });
  return found;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

Response text_response(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

Response json_response(int status, const Json& body) {
  return {status, {{"Content-Type", "application/json"}}, to_text(body)};
}

Response problem_response(int status, std::string_view title, std::string_view detail) {
  JsonObject body{{"type", "about:blank"}, {"title", title}, {"status", status}};
  if (!detail.empty()) body["detail"] = detail;
  return {status, {{"Content-Type", "application/problem+json"}}, to_text(body)};
}

}  // namespace trunkline::base

#include "base/http/url.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace trunkline::base {
namespace {

// Without a password, which is for the server only.
tl::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  std::string shown(text.substr(0, 200));
  const size_t start = shown.find("://");
  const size_t host = start == std::string::npos ? 0 : start + 3;
  const size_t at = shown.substr(0, shown.find('/', host)).rfind('@');
  if (at != std::string::npos && at > host) shown.erase(host, at + 1 - host);
  return fail(Kind::invalid, fmt::format("\"{}\" is no URL to send a request to: {}", shown, why));
}

Result<Url> parse_unix(std::string_view text) {
  const std::string_view rest = text.substr(5);
  const size_t colon = rest.find(":/");
  Url url{"unix", std::string(rest.substr(0, colon)), 0, "/"};
  if (url.host.empty()) return refuse(text, "expected unix:/path/to.sock:/target");
  if (colon != std::string_view::npos) url.target = rest.substr(colon + 1);
  return url;
}

// Splits "host", "host:port", "[v6]:port" into url; false if it is none of them.
bool read_authority(std::string_view authority, Url& url) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    url.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
    if (url.host.find(':') == std::string::npos) return false;
  } else {
    const size_t colon = authority.find(':');
    url.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  if (url.host.empty()) return false;
  if (port.empty() || port == ":") return true;
  if (port.front() != ':') return false;
  port.remove_prefix(1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  return error == std::errc() && end == port.data() + port.size() && url.port != 0;
}

}  // namespace

std::string Url::authority() const {
  if (scheme == "unix") return "localhost";
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (scheme == "https" ? 443 : 80) ? name : fmt::format("{}:{}", name, port);
}

Result<Url> parse_url(std::string_view text) {
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_bad)) return refuse(text, "it has spaces or control characters");
  if (text.starts_with("unix:")) return parse_unix(text);

  const size_t mark = text.find("://");
  if (mark == std::string_view::npos) return refuse(text, "expected http://, https:// or unix:");
  Url url;
  url.scheme = text.substr(0, mark);
  std::transform(url.scheme.begin(), url.scheme.end(), url.scheme.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (url.scheme != "http" && url.scheme != "https") return refuse(text, "expected http://, https:// or unix:");
  url.port = url.scheme == "https" ? 443 : 80;

  std::string_view rest = text.substr(mark + 3);
  rest = rest.substr(0, rest.find('#'));
  const size_t slash = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) return refuse(text, "user information is not accepted");
  if (!read_authority(authority, url)) return refuse(text, "expected HOST or HOST:PORT after the scheme");
  if (slash != std::string_view::npos) url.target = rest.substr(slash);
  if (url.target.front() != '/') url.target.insert(0, "/");
  return url;
}

}  // namespace trunkline::base

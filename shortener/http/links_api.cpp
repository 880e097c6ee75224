#include "shortener/http/links_api.h"

#include <fmt/format.h>

#include "base/core/digest.h"
#include "base/core/json.h"
#include "base/http/host.h"
#include "base/http/media_type.h"
#include "base/http/url.h"
#include "shortener/links/rules.h"

namespace trunkline::shortener {
namespace {

using base::Kind;
using base::Response;

constexpr std::string_view kBearer = "Bearer ";
constexpr size_t kMaxHost = 255;

// A page of another site, which a browser says, and a body of a type that such a page may send unasked.
std::optional<Response> refusal_of_a_page(const base::Request& request) {
  if (request.headers.find("Sec-Fetch-Site") == "cross-site") {
    return base::problem_response(403, "Forbidden", "no page of another site may create links");
  }
  if (base::has_json_type(request)) return std::nullopt;
  return base::problem_response(415, "Unsupported Media Type", "expected Content-Type: application/json");
}

// Nothing if the request may create links, else the refusal.
std::optional<Response> refusal(const Access& access, const base::Request& request) {
  if (access.open) return std::nullopt;
  if (access.api_key.empty()) {
    return base::problem_response(403, "Forbidden", "creating links is switched off: no API key is configured");
  }
  const std::string_view sent = request.headers.find("Authorization").value_or("");
  if (sent.starts_with(kBearer) && base::equal_in_constant_time(sent.substr(kBearer.size()), access.api_key)) {
    return std::nullopt;
  }
  Response response = base::problem_response(401, "Unauthorized", "expected Authorization: Bearer and the API key");
  response.headers.add("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace

base::Result<std::string> parse_public_url(std::string_view text) {
  const auto url = base::parse_url(text);
  if (!url || url->scheme == "unix" || text.find_first_of("?#") != std::string_view::npos) {
    return base::fail(Kind::usage, fmt::format("--public-url: expected https://HOST[/PATH], got \"{}\"", text));
  }
  return std::string(text) + (text.ends_with('/') ? "" : "/");
}

// The client's own word for us is said back only where it cannot be anything but a host.
std::string LinksApi::short_url_prefix(const base::Request& request) const {
  if (!public_url_.empty()) return public_url_;
  const std::string_view host = request.headers.find("Host").value_or("");
  return !host.empty() && host.size() <= kMaxHost && base::is_host(host) ? fmt::format("http://{}/", host) : "/";
}

base::Result<NewLink> parse_new_link(std::string_view body) {
  const auto parsed = base::parse_json(body);
  if (!parsed) return base::fail(Kind::usage, base::to_string(parsed.error()));
  const base::JsonObject* object = parsed->if_object();
  if (object == nullptr) return base::fail(Kind::usage, "expected a JSON object with url");
  NewLink wish;
  for (const auto& [key, value] : *object) {
    if (key != "url" && key != "alias") {
      return base::fail(Kind::invalid, fmt::format("unknown member \"{}\": expected url and alias",
                                                   std::string_view(key.data(), key.size())));
    }
    if (!value.is_string()) return base::fail(Kind::invalid, std::string(key) + ": expected a string");
    (key == "url" ? wish.url : wish.alias) = value.as_string();
  }
  TRY(check_url(wish.url));
  if (object->contains("alias")) TRY(check_alias(wish.alias));
  return wish;
}

LinksApi::LinksApi(LinkStore& store, CreateQueue& queue, Access access, std::string public_url)
    : store_(store), queue_(queue), access_(std::move(access)), public_url_(std::move(public_url)) {}

void LinksApi::create(const base::Request& request, base::Reply reply) {
  if (auto refused = refusal(access_, request)) return reply(std::move(*refused));
  if (auto refused = refusal_of_a_page(request)) return reply(std::move(*refused));
  auto wish = parse_new_link(request.body);
  if (!wish) {
    const int status = wish.error().kind == Kind::usage ? 400 : 422;
    return reply(base::problem_response(status, base::reason_phrase(status), wish.error().message));
  }
  wish->short_url = short_url_prefix(request);
  queue_.add(std::move(*wish), std::move(reply));
}

void LinksApi::show(const base::Request& request, const base::PathParameters& path, base::Reply reply) {
  const auto link = store_.find(path["code"]);
  if (link) return reply(base::json_response(200, link_json(*link, short_url_prefix(request))));
  const int status = link.error().kind == Kind::not_found ? 404 : 503;
  reply(base::problem_response(status, base::reason_phrase(status), status == 404 ? link.error().message : ""));
}

}  // namespace trunkline::shortener

#include "shortener/http/links_api.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/digest.h"
#include "base/core/json.h"
#include "shortener/links/rules.h"

namespace trunkline::shortener {
namespace {

using base::Kind;
using base::Response;

constexpr std::string_view kBearer = "Bearer ";
constexpr size_t kMaxHost = 255;

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

bool is_host(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(".:[]-").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= kMaxHost && std::all_of(text.begin(), text.end(), is_allowed);
}

// The client's own word for us is said back only where it cannot be anything but a host.
std::string short_url_prefix(const base::Request& request) {
  const std::string_view host = request.headers.find("Host").value_or("");
  return is_host(host) ? fmt::format("http://{}/", host) : "/";
}

}  // namespace

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

LinksApi::LinksApi(LinkStore& store, CreateQueue& queue, Access access)
    : store_(store), queue_(queue), access_(std::move(access)) {}

void LinksApi::create(const base::Request& request, base::Reply reply) {
  if (auto refused = refusal(access_, request)) return reply(std::move(*refused));
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

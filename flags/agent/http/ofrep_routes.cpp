#include "flags/agent/http/ofrep_routes.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fmt/format.h>
#include <optional>

#include "base/core/text.h"
#include "base/http/media_type.h"
#include "flags/agent/http/etag.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonObject;
using base::Request;
using base::Response;

// What a closed tab keeps a stream open for, at most.
constexpr int kInactivitySeconds = 120;

// {"key"?,"errorCode","errorDetails"}
JsonObject failure(std::optional<std::string_view> key, std::string_view code, std::string_view details) {
  JsonObject json;
  if (key) json["key"] = *key;
  json["errorCode"] = code;
  json["errorDetails"] = details;
  return json;
}

// One flag's part of a reply: a success, or a failure without a value. `flag` is null for a key that there is not.
void append_answer(std::string& out, std::string_view key, const Flag* flag, const View& view,
                   const Evaluation& evaluation) {
  if (!evaluation.error_code) return append_success(out, *flag, view.text_of(*flag), evaluation);
  JsonObject json = failure(key, to_string(*evaluation.error_code), describe_error(key, *evaluation.error_code));
  if (evaluation.metadata != nullptr && !evaluation.metadata->empty()) json["metadata"] = *evaluation.metadata;
  out += base::to_text(json);
}

// As the client named us, if that is a name.
std::string host_of(const Request& request) {
  const std::string_view host = request.headers.find("Host").value_or("");
  const auto fits = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr(".-_:[]", c); };
  return !host.empty() && std::all_of(host.begin(), host.end(), fits) ? std::string(host) : "localhost";
}

int status_of(const Evaluation& evaluation) {
  if (!evaluation.error_code) return 200;
  return *evaluation.error_code == ErrorCode::flag_not_found ? 404 : 400;
}

class Ofrep {
 public:
  Ofrep(const Gate& gate, const Evaluator& evaluator) : gate_(gate), evaluator_(evaluator) {}

  Response one(const Request& request, std::string_view key) const {
    const auto visit = gate_.admit(request);
    if (!visit) return visit.error();
    if (base::find_invalid_utf8(key) != std::string_view::npos) {
      return base::json_response(400, failure(std::nullopt, "PARSE_ERROR", "the key is no UTF-8"));
    }
    const auto context = read_context(request, key);
    if (!context) return context.error();
    const auto view = gate_.view(*visit);
    if (!view) return base::json_response(404, failure(key, "FLAG_NOT_FOUND", "the agent has no flags yet"));
    const Evaluation evaluation = evaluator_.evaluate(*view, key, *context);
    Response response{status_of(evaluation), {{"Content-Type", "application/json"}}, ""};
    append_answer(response.body, key, view->set().find(key), *view, evaluation);
    return response;
  }

  Response all(const Request& request) const {
    const auto visit = gate_.admit(request);
    if (!visit) return visit.error();
    const auto context = read_context(request, std::nullopt);
    if (!context) return context.error();
    const auto view = gate_.view(*visit);
    // Not an empty list: a client would forget the flags it has.
    if (!view) return base::json_response(503, JsonObject{{"errorDetails", "the agent has no flags yet"}});
    std::string body = R"({"flags":[)";
    for (const Flag& flag : view->set().flags()) {
      // Of flags that share a key only the one that the key means.
      if (view->set().find(flag.key) != &flag) continue;
      if (body.back() != '[') body += ',';
      append_answer(body, flag.key, &flag, *view, evaluator_.evaluate(*view, flag.key, *context));
    }
    body += R"(],"eventStreams":)" + base::to_text(event_streams(request, *visit));
    if (!view->set().metadata().empty()) body += R"(,"metadata":)" + base::to_text(view->set().metadata());
    body += '}';
    return tagged(request, std::move(body));
  }

 private:
  tl::expected<EvaluationContext, Response> read_context(const Request& request,
                                                         std::optional<std::string_view> key) const {
    const auto refuse = [&](std::string_view code, std::string_view details) {
      return tl::unexpected(base::json_response(400, failure(key, code, details)));
    };
    EvaluationContext context;
    if (!request.body.empty()) {
      if (!base::has_json_type(request)) {
        return tl::unexpected(
            base::problem_response(415, "Unsupported Media Type", "expected Content-Type: application/json"));
      }
      auto body = base::parse_json(request.body, "body");
      if (!body) return refuse("PARSE_ERROR", to_string(body.error()));
      if (!body->is_object()) return refuse("PARSE_ERROR", "expected a JSON object");
      if (Json* sent = body->get_object().if_contains("context"); sent != nullptr && !sent->is_null()) {
        auto read = context_from_json(std::move(*sent));
        if (!read) return refuse("INVALID_CONTEXT", read.error().message);
        context = *std::move(read);
      }
    }
    evaluator_.complete(context, [&](std::string_view name) { return request.headers.find(name); });
    return context;
  }

  // Where changes are told, for who asks this way.
  base::JsonArray event_streams(const Request& request, const Visit& visit) const {
    std::string query;
    const auto add = [&](std::string_view name, const std::string& value) {
      query += fmt::format("{}{}={}", query.empty() ? "?" : "&", name, base::percent_encode(value));
    };
    if (request.headers.find("Flagd-Selector") && visit.selection.ids && visit.selection.ids->size() == 1) {
      add("flagSetId", visit.selection.ids->front());
    }
    if (!visit.caller->ticket.empty()) add("ticket", visit.caller->ticket);
    const std::string host = host_of(request);
    // As the client came, also through a proxy that ends TLS.
    const bool is_https = request.headers.find("X-Forwarded-Proto") == "https";
    return {JsonObject{{"type", "sse"},
                       {"url", fmt::format("http{}://{}/ofrep/v1/events{}", is_https ? "s" : "", host, query)},
                       {"inactivityDelaySec", kInactivitySeconds}}};
  }

  static Response tagged(const Request& request, std::string body) {
    const std::string etag = etag_of(body);
    Response response{.headers = {{"ETag", etag}, {"Cache-Control", "no-cache"}}};
    if (names_etag(request, etag)) {
      response.status = 304;
      return response;
    }
    response.headers.add("Content-Type", "application/json");
    response.body = std::move(body);
    return response;
  }

  const Gate& gate_;
  const Evaluator& evaluator_;
};

}  // namespace

void add_ofrep_routes(base::Router& router, const Gate& gate, const Evaluator& evaluator, EventStreams& streams) {
  const Ofrep ofrep(gate, evaluator);
  router.add("POST", "/ofrep/v1/evaluate/flags/{key}",
             [ofrep](const Request& request, const base::PathParameters& path, base::Reply reply) {
               reply(ofrep.one(request, path["key"]));
             });
  router.add(
      "POST", "/ofrep/v1/evaluate/flags",
      [ofrep](const Request& request, const base::PathParameters&, base::Reply reply) { reply(ofrep.all(request)); });
  router.add("GET", "/ofrep/v1/events",
             [&gate, &streams](const Request& request, const base::PathParameters&, base::Reply reply) {
               const auto visit = gate.admit_stream(request);
               if (!visit) return reply(visit.error());
               streams.open(request, *visit, std::move(reply));
             });
}

}  // namespace trunkline::flags

#include "flags/agent/http/appconfig_routes.h"

#include <fmt/format.h>

#include "base/core/text.h"

namespace trunkline::flags {
namespace {

using base::JsonObject;
using base::Request;
using base::Response;

JsonObject attributes_of(const Evaluation& evaluation) {
  if (evaluation.value == nullptr || evaluation.error_code) return {{"enabled", false}};
  if (evaluation.value->is_bool()) return {{"enabled", *evaluation.value}};
  if (!evaluation.value->is_object()) return {{"enabled", true}, {"value", *evaluation.value}};
  JsonObject attributes = evaluation.value->get_object();
  if (!attributes.contains("enabled")) attributes["enabled"] = true;
  return attributes;
}

Response not_found(std::string_view detail) {
  return base::problem_response(404, "Not Found", detail);
}

class AppConfig {
 public:
  AppConfig(AppConfigNames names, const Gate& gate, const Evaluator& evaluator)
      : names_(std::move(names)), gate_(gate), evaluator_(evaluator) {}

  Response answer(const Request& request, const base::PathParameters& path) const {
    auto visit = gate_.admit(request);
    if (!visit) return visit.error();
    if (names_.application && *names_.application != path["app"]) return not_found("no such application");
    if (names_.environment && *names_.environment != path["env"]) return not_found("no such environment");
    const auto& edition = gate_.store().edition();
    if (!edition) return base::problem_response(503, "No flags", "the agent has no flags yet");
    const std::string id = flag_set_for(*edition, path["config"]);
    if (!visit->caller->sets.has(id)) return {.status = 403};
    const auto view = edition->view(Selection::of({id}));
    auto body = evaluate(*view, request);
    if (!body) return body.error();
    Response response = base::json_response(200, *body);
    response.headers.add("Configuration-Version", view->snapshot().revision.empty()
                                                      ? view->snapshot().etag.substr(1, 12)
                                                      : view->snapshot().revision);
    return response;
  }

 private:
  static std::string flag_set_for(const Edition& edition, const std::string& config) {
    for (const Flag& flag : edition.whole()->set().flags()) {
      if (flag.set_id() == config) return config;
    }
    return "";
  }

  tl::expected<JsonObject, Response> evaluate(const View& view, const Request& request) const {
    const EvaluationContext context = context_of(request);
    const std::vector<std::string> keys = request.queries("flag");
    if (keys.empty() && request.target.find("flag=") != std::string::npos) {
      return tl::unexpected(
          base::problem_response(400, "Bad Request", "a flag's key is not percent-encoded as it should be"));
    }
    for (const std::string& key : keys) {
      if (view.set().find(key) == nullptr) {
        return tl::unexpected(not_found(fmt::format("there is no flag \"{}\"", key)));
      }
    }
    const auto result = [&](std::string_view key) { return attributes_of(evaluator_.evaluate(view, key, context)); };
    if (keys.size() == 1) return result(keys.front());
    JsonObject all;
    for (const std::string& key : keys) all[key] = result(key);
    if (!keys.empty()) return all;
    for (const Flag& flag : view.set().flags()) all[flag.key] = result(flag.key);
    return all;
  }

  EvaluationContext context_of(const Request& request) const {
    EvaluationContext context;
    for (const std::string_view header : request.headers.find_all("Context")) {
      for (const std::string_view item : base::split(header, ',')) {
        const size_t equals = item.find('=');
        const std::string_view key = base::trim(item.substr(0, equals));
        if (key.empty() || equals == std::string_view::npos) continue;
        context.attributes.as_object()[key] = base::trim(item.substr(equals + 1));
      }
    }
    context.targeting_key = request.headers.find("Entity-Id").value_or("");
    evaluator_.complete(context, [&](std::string_view name) { return request.headers.find(name); });
    return context;
  }

  const AppConfigNames names_;
  const Gate& gate_;
  const Evaluator& evaluator_;
};

}  // namespace

void add_appconfig_routes(base::Router& router, AppConfigNames names, const Gate& gate, const Evaluator& evaluator) {
  const AppConfig appconfig(std::move(names), gate, evaluator);
  router.add("GET", "/applications/{app}/environments/{env}/configurations/{config}",
             [appconfig](const Request& request, const base::PathParameters& path, base::Reply reply) {
               reply(appconfig.answer(request, path));
             });
}

}  // namespace trunkline::flags

#include "flags/agent/http/evaluation_routes.h"

#include <map>

namespace trunkline::flags {

void add_evaluation_routes(base::Router& router, const Gate& gate, const base::Metrics& metrics, base::WallTime since) {
  router.add("GET", "/v1/evaluations",
             [&gate, &metrics, since](const base::Request& request, const base::PathParameters&, base::Reply reply) {
               const auto visit = gate.admit(request);
               if (!visit) return reply(visit.error());
               const auto view = gate.view(*visit);
               std::map<std::string, int64_t> counts;
               for (const auto& [labels, value] : metrics.counts("flag_evaluations_total")) {
                 const std::string& key = labels.at("flag");
                 if (view && view->set().find(key) != nullptr) counts[key] += static_cast<int64_t>(value);
               }
               base::JsonObject flags;
               for (const auto& [key, count] : counts) flags[key] = count;
               reply(base::json_response(
                   200, base::JsonObject{{"since", base::to_iso8601(since)}, {"flags", std::move(flags)}}));
             });
}

}  // namespace trunkline::flags

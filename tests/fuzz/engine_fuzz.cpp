#include "base/core/text.h"
#include "deployer/engine/engine.h"
#include "deployer/engine/event_json.h"

using namespace trunkline::deployer;

namespace {

Plan make_plan() {
  const auto rollout = parse_rollout(R"(apiVersion: trunkline/v1
kind: Rollout
metadata: { name: shop }
artifact: { ref: "file:shop.tar.zst" }
targets: { command: [bin/shop], instances: 2, ports: 9000-9003 }
traffic: { driver: haproxy, endpoints: ["unix:/h"], service: shop, twin: shop-twin, map: /m }
strategy: { type: canary, steps: [{ setWeight: 10 }, { bake: 10s }, { pause: { timeout: 1m } }] }
analysis:
  background: [slo]
  templates: { slo: { metrics: [{ name: errors, scrape: { value: errors }, successCondition: result < 1, interval: 1s }] } }
)",
                                     "fuzz.yaml");
  return *compile(*rollout, "fuzz", {trunkline::ledger::Revision{"1", "", "sha256:1", ""}, Pool::home},
                  {"2", "", "sha256:2", ""});
}

}  // namespace

// Whatever a journal claims to have happened, an event as JSON a line: the engine takes it, and can be asked when it
// wakes; what it reads it writes the same.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  if (size > 8192) return 0;
  static const Plan plan = make_plan();
  State state = initial_state(plan);
  trunkline::base::Millis now{0};
  for (const std::string_view line :
       trunkline::base::split(std::string_view(reinterpret_cast<const char*>(data), size), '\n')) {
    const auto json = trunkline::base::parse_json(line);
    const auto event = json ? event_from_json(*json) : trunkline::base::fail(json.error());
    if (!event) continue;
    const auto again = event_from_json(to_json(*event));
    if (!again || *again != *event) __builtin_trap();
    now += trunkline::base::Millis{500};
    state = advance(plan, std::move(state), *event, now).state;
    next_wake(plan, state);
  }
  return 0;
}

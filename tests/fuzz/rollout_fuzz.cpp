#include "deployer/engine/state.h"
#include "deployer/plan/forecast.h"

using namespace trunkline::deployer;

// Whatever the bytes are: an error with a place in the file, or a rollout whose plans can be made, there and back.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  if (size > 4096) return 0;
  const auto rollout = parse_rollout({reinterpret_cast<const char*>(data), size}, "fuzz.yaml");
  if (!rollout) {
    if (rollout.error().where.line < 1) __builtin_trap();
    return 0;
  }
  if (rollout->instances.size() > 64) return 0;  // as many steps again would take the fuzzer's time
  const trunkline::ledger::Revision one{"1", "", "sha256:1", ""}, two{"2", "", "sha256:2", ""};
  for (const Before& before : {Before{}, Before{one, Pool::home}, Before{one, Pool::twin}}) {
    const auto plan = compile(*rollout, "fuzz", before, two);
    if (!plan) continue;
    forecast(*plan);
    compile_rollback(*plan, initial_state(*plan).places, true);
  }
  return 0;
}

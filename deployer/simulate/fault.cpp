#include "deployer/simulate/fault.h"

#include <array>

namespace trunkline::deployer {
namespace {

constexpr std::array<FaultWords, kFaultKinds> kWords = {{
    {1, "killed", "kill -9, started again soon"},
    {2, "killed-for-long", "kill -9, and nobody comes back until every lease is over"},
    {3, "machine-reboots", "all instances and the deployer end; later it is resumed"},
    {3, "journal-lost", "the deployer and its folder are gone; a person lets what runs be adopted"},
    {4, "torn-record", "killed while a record is written"},
    {5, "disk-full", "nothing can be recorded for a while"},
    {6, "balancer-refuses", "no balancer's socket answers for a while"},
    {6, "balancer-hangs", "the same, after a timeout each"},
    {7, "balancer-restarts", "no balancer answers, then they come up with what their files say"},
    {8, "one-balancer-gone", "one of several balancers cannot be reached for a while, and goes on by itself"},
    {9, "share-changed", "a person sets the share at one balancer"},
    {10, "no-number", "measurements give NaN"},
    {11, "no-data", "measurements give nothing"},
    {12, "metrics-down", "measurements are errors"},
    {13, "metrics-slow", "measurements take long"},
    {14, "little-traffic", "hardly a request reaches the new side"},
    {15, "bad-revision", "users of the new revision fail, which the balancer counts"},
    {16, "never-ready", "the new revision does not pass its probes"},
    {17, "crashes-after-ready", "the new revision ends by itself on one place"},
    {17, "unready-after-ready", "the new revision goes on, but stops being ready on one place"},
    {18, "wrong-identity", "another process answers on one place"},
    {19, "slow-leak", "the new revision fails, but late"},
    {20, "old-files-lost", "the stable revision cannot be started any more"},
    {21, "old-unhealthy", "the stable revision does not pass its probes once it was stopped"},
    {22, "host-gone", "one host answers nothing for a while"},
    {23, "host-gone-on-way-back", "the same, on the way back"},
    {24, "start-hangs", "a start never answers"},
    {25, "second-deployer", "another deployer is started beside the one at work"},
    {26, "stopped", "SIGSTOP; it goes on later"},
    {26, "stopped-and-taken", "the same, but somebody else has taken the lock meanwhile"},
    {27, "deployer-clock", "the deployer's clock jumps by an hour"},
    {27, "balancer-clock", "a balancer's clock jumps by an hour"},
    {29, "drain-slow", "connections take long, but less than the drain's limit"},
    {29, "never-drains", "connections never end: they are cut when the limit is over"},
    {30, "hook-fails", "hooks end with an error"},
    {30, "hook-hangs", "hooks do not end before their timeout"},
    {30, "interrupted", "Ctrl-C; resumed later"},
    {0, "artifact-gone", "the new revision's artifact cannot be fetched"},
    {0, "aborted", "a person aborts it"},
    {0, "paused", "a person pauses it for a while"},
}};

}  // namespace

const FaultWords& words_of(FaultKind kind) {
  return kWords[static_cast<size_t>(kind)];
}

std::string_view to_string(FaultKind kind) {
  return words_of(kind).name;
}

}  // namespace trunkline::deployer

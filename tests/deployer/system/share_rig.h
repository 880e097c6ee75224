#pragma once

#include "base/http/message.h"
#include "tests/deployer/system/rig.h"

namespace trunkline::deployer {

// What the rollout file of a release by shares says; the rest is the same in all tests.
struct ShareText {
  std::string strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 1s }] }";
  std::string waves = "";  // below targets
  std::string lease = "3s";
  std::string drain = "10s";
  std::string background = "[slo]";
  std::string balancers = "";
  int quorum = 0;
  std::string extra = "";
};

const std::string kPreview = "X-Release: canary";

// The rig with a twin for each instance, and a HAProxy, as master and worker, that `deployer init` has set up for
// shares.
class ShareRig : public Rig {
 public:
  // With several `services` each has as many of the instances, in their order, and of the users; the first one is the
  // backend of the rollout file.
  explicit ShareRig(int instances = 3, std::vector<std::string> services = {"shortener"});

  void write(const ShareText& text = {}) const;

  // A version whose answers all carry X-Fault, so that the load's met_fault counts those who met it; none of them
  // fails.
  void pack_marked(const std::string& name) const;

  std::string twin_address(int instance) const { return "127.0.0.1:" + std::to_string(twins_[instance]); }
  // Where they run: "home 1" if all instances of that pool say they are version 1, and the other pool is empty.
  std::string fleet() const;
  // The share in the map of the running HAProxy, as a number of 10000 and without regard to its lease; -1 without one.
  int entry_share(const std::string& key = "shortener") const;
  double status_share() const;

  // Waits until a hundred requests in a row met no marked version; how long that took, without the hundred themselves.
  base::Millis until_nobody_meets_it() const;
  bool somebody_meets_it() const;  // eventually
  void wait_for_users() const;     // a hundred requests more
  // Of one user, who is not the load's.
  std::string version_for(const base::Headers& headers) const;

 private:
  void write_backends() const;
  void set_up(const std::string& service) const;

  const std::vector<std::string> services_;
  std::vector<int> twins_;
};

}  // namespace trunkline::deployer

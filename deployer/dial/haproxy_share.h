#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "deployer/dial/haproxy_answers.h"
#include "deployer/dial/haproxy_setting.h"
#include "deployer/dial/share_dial.h"

namespace trunkline::deployer {

// The share as one entry of a map of HAProxy, so that each change is one step, over the Runtime API. Ends are in the
// clock of each balancer. All balancers are spoken to at once.
class HaproxyShare final : public ShareDial {
 public:
  explicit HaproxyShare(HaproxySetting setting);

  base::Result<> set(const Exposure& exposure, Drift drift, const Endpoints& behind, std::stop_token stop) override;
  base::Result<> catch_up(const Endpoints& behind) override;
  base::Result<std::vector<ExposureView>> read(const std::string& key) override;
  void expect(const Exposure& exposure) override;
  std::vector<std::string> take_notes() override;

 private:
  // What a balancer shows before anything is done to it.
  struct Look {
    HaproxyProcess process;
    int64_t clock = 0;
    std::string text;  // of the entry; "": there is none
  };
  // What this dial knows of a balancer.
  struct Balancer {
    std::string endpoint;
    HaproxyProcess process;  // that answered last; pid 0: none did
    // By key, what it may have now: one entry, or two after a change whose outcome is not known.
    std::map<std::string, std::vector<DialEntry>> left;
    // By key, what was set last, if it did not take it.
    std::map<std::string, Exposure> missed;
  };
  using Looks = std::vector<base::Result<Look>>;

  base::Result<std::string> ask(const std::string& endpoint, const std::string& command) const;
  base::Result<Look> look(const std::string& endpoint, const std::string& key) const;
  Looks look_everywhere(const std::string& key) const;
  base::Result<> write(const Look& seen, const std::string& endpoint, const std::string& key,
                       const DialEntry& entry) const;
  bool notice_restart(Balancer& balancer, const HaproxyProcess& now);
  base::Result<> compare(Balancer& balancer, const Look& seen, const Exposure& wanted) const;
  void leave_out(const Endpoints& behind, const Exposure& exposure, Looks& looks) const;
  base::Result<> write_everywhere(const Looks& looks, const Exposure& exposure);
  base::Result<> judge(const std::vector<base::Result<>>& took, bool needs_quorum);
  base::Result<> catch_up(Balancer& balancer, const Exposure& exposure);
  base::Result<> reassert(Balancer& balancer, base::Result<Look>& seen, const std::string& key);
  base::Result<> save(const std::string& key, const DialEntry& entry) const;

  const HaproxySetting setting_;
  std::mutex mutex_;  // over all below
  std::vector<Balancer> balancers_;
  std::vector<std::string> notes_;
  std::string refused_;  // the last drift that a change was refused for
};

}  // namespace trunkline::deployer

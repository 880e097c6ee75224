#pragma once

#include "deployer/dial/dial.h"
#include "deployer/dial/haproxy_answers.h"

namespace trunkline::deployer {

// Instances are the servers of one backend, by name; every balancer of the list is set alike. Each command is read
// back, for HAProxy's answers carry no code.
class HaproxyDial final : public Dial {
 public:
  HaproxyDial(Traffic traffic, std::vector<std::string> instances);

  base::Result<std::vector<DialView>> read() override;
  base::Result<int64_t> admit(const std::string& instance, std::stop_token stop) override;
  base::Result<int64_t> drain(const std::string& instance, std::stop_token stop) override;

 private:
  base::Result<std::map<std::string, HaproxyServer>> servers(const std::string& endpoint) const;
  base::Result<HaproxyServer> server(const std::string& endpoint, const std::string& instance) const;
  base::Result<> set_state(const std::string& endpoint, const std::string& instance, const std::string& state) const;
  base::Result<int64_t> admit_at(const std::string& endpoint, const std::string& instance, std::stop_token stop) const;
  base::Result<> settle_at(const std::string& endpoint, const std::string& instance, base::SteadyTime deadline,
                           std::stop_token stop) const;

  const Traffic traffic_;
  const std::vector<std::string> instances_;
};

}  // namespace trunkline::deployer

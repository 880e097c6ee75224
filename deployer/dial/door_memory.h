#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "deployer/dial/dial.h"
#include "deployer/dial/haproxy_answers.h"

namespace trunkline::deployer {

// The states of a server, as HAProxy names them.
enum class Door { ready, drain, maint };
std::string_view to_string(Door door);

// What one deployer did to servers, and which balancers do not know of it: they did not answer, or were started anew
// since and forgot. Thread-safe.
class DoorMemory {
 public:
  struct Left {
    Server server;
    Door door = Door::ready;
  };

  // What was done to a server at every balancer but those that miss it.
  void remember(const Server& server, Door door);
  std::optional<Left> left(const std::string& path) const;  // by BACKEND/NAME

  // It did not take what was done last. True if it took all before that.
  bool missed(const std::string& endpoint, const Server& server);
  void took(const std::string& endpoint, const Server& server);

  // The process that answers there. Another one than before has forgotten everything, for all that is known: then true.
  bool met(const std::string& endpoint, const HaproxyProcess& process);
  bool has_met(const std::string& endpoint) const;

  // What it has yet to be told.
  std::vector<Left> missed_at(const std::string& endpoint) const;
  // Those that may not know of a door that was opened.
  Endpoints behind() const;

 private:
  mutable std::mutex mutex_;                             // over all below
  std::map<std::string, Left> left_;                     // by path
  std::map<std::string, HaproxyProcess> processes_;      // by endpoint
  std::map<std::string, std::set<std::string>> missed_;  // paths by endpoint
};

std::string path_of(const Server& server);

}  // namespace trunkline::deployer

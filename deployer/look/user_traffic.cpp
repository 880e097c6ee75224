#include "deployer/look/user_traffic.h"

#include <fmt/format.h>
#include <set>

#include "deployer/dial/dial.h"
#include "deployer/dial/haproxy_answers.h"
#include "deployer/dial/haproxy_socket.h"

namespace trunkline::deployer {
using base::Result;

namespace {

struct Count {
  int64_t answers = 0;
  int64_t errors = 0;
  double seconds = 0;
};

Result<Count> count_at(const std::string& endpoint, const std::set<std::string>& backends) {
  Count count;
  TRY_ASSIGN(const std::string info, ask_haproxy(endpoint, "show info"));
  TRY_ASSIGN(const HaproxyProcess process, parse_process(info));
  const auto now = std::chrono::duration<double>(base::system_clock().wall().time_since_epoch()).count();
  count.seconds = now - static_cast<double>(process.started);
  for (const std::string& backend : backends) {
    TRY_ASSIGN(const std::string stat, ask_haproxy(endpoint, fmt::format("show stat {} 4 -1", backend)));
    TRY_ASSIGN(const auto servers, parse_traffic(stat));
    for (const auto& [name, traffic] : servers) {
      count.answers += traffic.answers;
      count.errors += traffic.server_errors;
    }
  }
  return count;
}

}  // namespace

std::optional<UserTraffic> observe_user_traffic(const Rollout& rollout) {
  if (!rollout.traffic) return std::nullopt;
  std::set<std::string> backends;
  for (const Server& server : servers_of(rollout)) backends.insert(server.backend);
  UserTraffic traffic;
  int64_t answers = 0, errors = 0;
  for (const std::string& endpoint : rollout.traffic->endpoints) {
    const auto count = count_at(endpoint, backends);
    if (!count || count->seconds < 1) continue;
    traffic.requests_a_second += static_cast<double>(count->answers) / count->seconds;
    answers += count->answers;
    errors += count->errors;
  }
  if (answers == 0) return std::nullopt;
  traffic.error_ratio = static_cast<double>(errors) / static_cast<double>(answers);
  return traffic;
}

}  // namespace trunkline::deployer

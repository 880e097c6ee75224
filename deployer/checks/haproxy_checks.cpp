#include "deployer/checks/haproxy_checks.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "deployer/dial/haproxy_socket.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr int kBackendsAndServers = 2 + 4;      // the types of rows that are asked for
constexpr const char* kBackendRow = "BACKEND";  // the name of a backend's own row

std::set<std::string> backends_of(const std::vector<int>& side, const std::vector<Server>& servers) {
  std::set<std::string> backends;
  for (const int place : side) backends.insert(servers[static_cast<size_t>(place)].backend);
  return backends;
}

}  // namespace

HaproxyChecks::HaproxyChecks(std::vector<std::string> endpoints, std::vector<Server> servers, Ask ask)
    : endpoints_(std::move(endpoints)), servers_(std::move(servers)), ask_(std::move(ask)) {}

HaproxyChecks::HaproxyChecks(std::vector<std::string> endpoints, std::vector<Server> servers)
    : HaproxyChecks(
          std::move(endpoints), std::move(servers),
          [](const std::string& endpoint, const std::string& command) { return ask_haproxy(endpoint, command); }) {}

void HaproxyChecks::open(const std::vector<int>& fresh, const std::vector<int>& stable) {
  const std::scoped_lock lock(mutex_);
  tallies_.clear();
  fresh_ = fresh;
  stable_ = stable;
  (void)look();  // whoever does not answer is counted later
}

Result<> HaproxyChecks::look_at(const std::string& endpoint, const std::vector<std::string>& backends) {
  std::string stats;
  for (const std::string& backend : backends) {
    TRY_ASSIGN(const std::string answer,
               ask_(endpoint, fmt::format("show stat {} {} -1", backend, kBackendsAndServers)));
    stats += answer;
  }
  TRY_ASSIGN(const auto servers, parse_traffic(stats));
  for (const auto& [name, traffic] : servers) {
    const Key key{endpoint, name.first, name.second};
    const auto [tally, added] = tallies_.try_emplace(key, traffic);
    if (!added) tally->second.add(traffic);
  }
  return {};
}

Result<> HaproxyChecks::look() {
  std::set<std::string> backends = backends_of(fresh_, servers_);
  backends.merge(backends_of(stable_, servers_));
  Result<> first;
  size_t silent = 0;
  for (const std::string& endpoint : endpoints_) {
    const auto looked = look_at(endpoint, {backends.begin(), backends.end()});
    if (looked) continue;
    if (silent++ == 0) first = looked;
  }
  if (silent == endpoints_.size()) return first;
  for (const auto* side : {&fresh_, &stable_}) {
    for (const int place : *side) {
      const Server& server = servers_[static_cast<size_t>(place)];
      if (is_known(server)) continue;
      return fail(Kind::invalid, fmt::format("HAProxy has no server {}/{}", server.backend, server.name));
    }
  }
  return {};
}

bool HaproxyChecks::is_known(const Server& server) const {
  return std::any_of(endpoints_.begin(), endpoints_.end(), [&](const std::string& endpoint) {
    return tallies_.contains({endpoint, server.backend, server.name});
  });
}

template <typename Visit>
void HaproxyChecks::each(const std::vector<int>& side, Visit visit) const {
  for (const int place : side) {
    const Server& server = servers_[static_cast<size_t>(place)];
    for (const std::string& endpoint : endpoints_) {
      const auto tally = tallies_.find({endpoint, server.backend, server.name});
      if (tally != tallies_.end()) visit(tally->second);
    }
  }
}

Counts HaproxyChecks::counts(const std::vector<int>& side) const {
  Counts sum;
  each(side, [&](const TrafficTally& tally) {
    sum.requests += tally.counts().requests;
    sum.errors += tally.counts().errors;
  });
  const int64_t unserved = this->unserved(side);
  return {sum.requests + unserved, sum.errors + unserved};
}

int64_t HaproxyChecks::unserved(const std::vector<int>& side) const {
  const std::set<std::string> others = backends_of(&side == &fresh_ ? stable_ : fresh_, servers_);
  int64_t all = 0;
  for (const std::string& backend : backends_of(side, servers_)) {
    if (others.contains(backend)) continue;
    for (const std::string& endpoint : endpoints_) all += unserved(endpoint, backend);
  }
  return all;
}

int64_t HaproxyChecks::unserved(const std::string& endpoint, const std::string& backend) const {
  const auto whole = tallies_.find({endpoint, backend, kBackendRow});
  if (whole == tallies_.end()) return 0;
  int64_t own = whole->second.server_errors();
  for (auto row = tallies_.lower_bound({endpoint, backend, ""}); row != tallies_.end(); ++row) {
    const auto& [row_endpoint, row_backend, name] = row->first;
    if (row_endpoint != endpoint || row_backend != backend) break;
    if (name != kBackendRow) own -= row->second.counts().errors;
  }
  return std::max<int64_t>(0, own);
}

Measurement HaproxyChecks::value(const HaproxyQuery& query, const std::vector<int>& side) const {
  const Counts all = counts(side);
  const auto requests = static_cast<double>(all.requests);
  if (query.of == HaproxyQuery::Of::connection_errors) {
    double errors = 0;
    each(side, [&](const TrafficTally& tally) { errors += static_cast<double>(tally.connection_errors()); });
    return Measurement::of(errors, all.requests);
  }
  if (all.requests == 0) return Measurement::missing("no request since the bake began");
  if (query.of == HaproxyQuery::Of::error_ratio) {
    return Measurement::of(static_cast<double>(all.errors) / requests, all.requests);
  }
  double sum = 0, weight = 0;
  each(side, [&](const TrafficTally& tally) {
    const auto average = tally.response_ms();
    if (!average) return;
    sum += *average * static_cast<double>(tally.counts().requests);
    weight += static_cast<double>(tally.counts().requests);
  });
  if (weight == 0) return Measurement::missing("too few answers since the bake began");
  return Measurement::of(sum / weight, all.requests);
}

Measurement HaproxyChecks::measure(const HaproxyQuery& query) {
  const std::scoped_lock lock(mutex_);
  const std::vector<int>& side = query.side == Side::fresh ? fresh_ : stable_;
  if (side.empty()) return Measurement::missing(fmt::format("no instance is on the {} side", to_string(query.side)));
  if (const auto looked = look(); !looked) return Measurement::error(looked.error().message);
  return value(query, side);
}

Measurement HaproxyChecks::compare(const HaproxyQuery& query) {
  const std::scoped_lock lock(mutex_);
  if (fresh_.empty()) return Measurement::missing("no instance is on the new side");
  if (const auto looked = look(); !looked) return Measurement::error(looked.error().message);
  Measurement fresh = value(query, fresh_);
  const BothCounts both{counts(fresh_), counts(stable_)};
  if (both.stable.requests == 0) return Measurement::unopposed(std::move(fresh));
  Measurement measured = Measurement::of_both(std::move(fresh), value(query, stable_));
  const bool is_ratio = query.of == HaproxyQuery::Of::error_ratio;
  if (is_ratio && measured.kind == Measurement::Kind::value) measured.counts = both;
  return measured;
}

}  // namespace trunkline::deployer

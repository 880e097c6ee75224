#include "deployer/drivers/liveness.h"

#include <fmt/format.h>

#include "base/http/client.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
using base::Millis;

namespace {

constexpr size_t kMaxAnswer = 1024 * 1024;

Millis millis_or(const base::Json& json, std::string_view key, Millis fallback) {
  const base::Json* value = base::find(json, key);
  return value != nullptr && value->is_int64() ? Millis{value->as_int64()} : fallback;
}

}  // namespace

base::Json to_json(const LivenessProbe& probe) {
  base::JsonObject json{{"url", probe.url},
                        {"period_ms", probe.period.count()},
                        {"timeout_ms", probe.timeout.count()},
                        {"failure_threshold", probe.failure_threshold}};
  if (!probe.host.empty()) json["host"] = probe.host;
  return json;
}

LivenessProbe liveness_from_json(const base::Json& json) {
  LivenessProbe probe;
  probe.url = base::string_or(json, "url");
  probe.host = base::string_or(json, "host");
  probe.period = millis_or(json, "period_ms", probe.period);
  probe.timeout = millis_or(json, "timeout_ms", probe.timeout);
  probe.failure_threshold = static_cast<int>(millis_or(json, "failure_threshold", Millis{3}).count());
  return probe;
}

LivenessWatch::LivenessWatch(LivenessProbe probe) : probe_(std::move(probe)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

std::optional<std::string> LivenessWatch::verdict() const {
  const std::scoped_lock lock(mutex_);
  return verdict_;
}

void LivenessWatch::watch(const std::stop_token& stop) {
  const auto client = base::make_http_client({probe_.timeout, probe_.timeout, kMaxAnswer});
  bool came_up = false;
  for (int failures = 0; pause_for(probe_.period, stop);) {
    const auto response = base::get(*client, probe_.url, probe_.host);
    const bool well = response && response->status >= 200 && response->status < 300;
    came_up = came_up || well;
    failures = well || !came_up ? 0 : failures + 1;
    if (failures < probe_.failure_threshold) continue;
    const std::string how = response ? fmt::format("answered {}", response->status) : response.error().message;
    const std::scoped_lock lock(mutex_);
    verdict_ = fmt::format("liveness probe {}: {} ({} times)", probe_.url, how, failures);
    return;
  }
}

}  // namespace trunkline::deployer

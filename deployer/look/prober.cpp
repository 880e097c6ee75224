#include "deployer/look/prober.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/json.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Response;
using base::Result;

namespace {

constexpr int kLooks = 3;  // at one that ran all the time

Result<> accept_success(const Response& response) {
  if (response.status >= 200 && response.status < 300) return {};
  return fail(Kind::unavailable, fmt::format("answered {}", response.status));
}

// The process that answers must be the new one: an old one may still hold the port.
Result<> accept_identity(const Response& response, const ledger::Revision& revision) {
  TRY(accept_success(response));
  const auto json = base::parse_json(response.body);
  const std::string version = json ? base::string_or(*json, "version") : "";
  const std::string digest = json ? base::string_or(*json, "digest", revision.digest) : "";
  if (version == revision.version && digest == revision.digest) return {};
  return fail(Kind::unavailable, fmt::format("says it is version \"{}\", expected \"{}\"", version, revision.version));
}

}  // namespace

Prober::Prober(Probes probes, Observe observe) : probes_(std::move(probes)), observe_(std::move(observe)) {}

std::optional<std::string> Prober::version_said(const Instance& instance) const {
  if (!probes_.identity) return std::nullopt;
  const HttpProbe& probe = *probes_.identity;
  const auto client = base::make_http_client({probe.timeout, probe.timeout, 1024 * 1024});
  const auto response = base::get(*client, fmt::format("http://{}{}", instance.address(), probe.path));
  if (!response || !accept_success(*response)) return std::nullopt;
  const auto json = base::parse_json(response->body);
  if (!json) return std::nullopt;
  return base::string_or(*json, "version");
}

Result<> Prober::check_alive(const Instance& instance) const {
  TRY_ASSIGN(const InstanceView view, observe_(instance.id));
  if (view.restarts == 0 && view.status == InstanceStatus::running) return {};
  return fail(Kind::unavailable, view.last_exit.empty() ? "its supervisor ended"
                                                        : fmt::format("its process ended with {}", view.last_exit));
}

Result<> Prober::until_healthy(const HttpProbe& probe, const Instance& instance, std::string_view name,
                               const std::function<Result<>(const Response&)>& accept,
                               const std::function<Result<>()>& alive, const std::stop_token& stop) const {
  const auto client = base::make_http_client({probe.timeout, probe.timeout, 1024 * 1024});
  const std::string url = fmt::format("http://{}{}", instance.address(), probe.path);
  int successes = 0;
  for (int failures = 0;;) {
    TRY(alive());
    const auto response = base::get(*client, url);
    const Result<> answer = response ? accept(*response) : fail(response.error());
    if (answer && ++successes == probe.success_threshold) return {};
    if (!answer) {
      successes = 0;
      if (++failures == probe.failure_threshold) {
        return fail(Kind::unavailable,
                    fmt::format("{} probe {}: {} ({} times)", name, probe.path, answer.error().message, failures));
      }
    }
    TRY(pause_for(probe.period, stop));
  }
}

Result<> Prober::probe(const Instance& instance, const ledger::Revision& revision, const std::stop_token& stop) const {
  const auto alive = [&] { return check_alive(instance); };
  if (probes_.startup) TRY(until_healthy(*probes_.startup, instance, "startup", accept_success, alive, stop));
  if (probes_.readiness) TRY(until_healthy(*probes_.readiness, instance, "readiness", accept_success, alive, stop));
  const auto is_revision = [&](const Response& response) { return accept_identity(response, revision); };
  if (probes_.identity) TRY(until_healthy(*probes_.identity, instance, "identity", is_revision, alive, stop));
  return check_alive(instance);
}

Result<> Prober::look(const Instance& instance, const ledger::Revision& revision, const std::stop_token& stop) const {
  const auto briefly = [](HttpProbe probe) {
    probe.success_threshold = 1;
    probe.failure_threshold = std::min(probe.failure_threshold, kLooks);
    return probe;
  };
  const auto anyway = [] { return Result<>{}; };  // it may have been started again in all that time
  if (probes_.readiness) {
    TRY(until_healthy(briefly(*probes_.readiness), instance, "readiness", accept_success, anyway, stop));
  }
  const auto is_revision = [&](const Response& response) { return accept_identity(response, revision); };
  if (probes_.identity) {
    TRY(until_healthy(briefly(*probes_.identity), instance, "identity", is_revision, anyway, stop));
  }
  return {};
}

}  // namespace trunkline::deployer

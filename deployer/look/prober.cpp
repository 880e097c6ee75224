#include "deployer/look/prober.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/json.h"
#include "base/core/text.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Response;
using base::Result;

namespace {

constexpr int kLooks = 3;  // at one that ran all the time

constexpr size_t kShownAnswer = 100;

// The first line of an answer, as much of it as tells a person why: ": \"unknown Host\"", "" where there is none.
std::string reason_in(const Response& response) {
  std::string line(base::trim(std::string_view(response.body).substr(0, response.body.find('\n'))));
  std::replace_if(line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  if (line.size() > kShownAnswer) line = line.substr(0, kShownAnswer) + "...";
  return line.empty() ? "" : fmt::format(": \"{}\"", line);
}

Result<> accept_success(const Response& response) {
  if (response.status >= 200 && response.status < 300) return {};
  return fail(Kind::unavailable, fmt::format("answered {}{}", response.status, reason_in(response)));
}

// One probe of one instance, to be asked again and again.
class Asker {
 public:
  using Accept = std::function<Result<>(const Response&)>;

  Asker(const HttpProbe& probe, const Instance& instance)
      : client_(base::make_http_client({probe.timeout, probe.timeout, 1024 * 1024})),
        url_(fmt::format("http://{}{}", instance.address(), probe.path)),
        host_(probe.host) {}

  Result<> ask(const Accept& accept) const {
    TRY_ASSIGN(const Response response, base::get(*client_, url_, host_));
    return accept(response);
  }

 private:
  const std::unique_ptr<base::HttpClient> client_;
  const std::string url_, host_;
};

tl::unexpected<base::Error> given_up(std::string_view name, const HttpProbe& probe, const base::Error& last) {
  return fail(Kind::unavailable,
              fmt::format("{} probe {}: {} ({} times)", name, probe.path, last.message, probe.failure_threshold));
}

// The process that answers must be the new one: an old one may still hold the port.
Result<> accept_identity(const Response& response, const ledger::Revision& revision) {
  TRY(accept_success(response));
  const auto json = base::parse_json(response.body);
  if (!json || !json->is_object() || json->as_object().find("version") == json->as_object().end()) {
    return fail(Kind::unavailable,
                fmt::format("answered {}, but no JSON with a \"version\"{}", response.status, reason_in(response)));
  }
  const std::string version = base::string_or(*json, "version");
  const std::string digest = base::string_or(*json, "digest", revision.digest);
  if (version == revision.version && digest == revision.digest) return {};
  return fail(Kind::unavailable, fmt::format("says it is version \"{}\", expected \"{}\"", version, revision.version));
}

}  // namespace

Prober::Prober(Probes probes, Observe observe) : probes_(std::move(probes)), observe_(std::move(observe)) {}

std::optional<std::string> Prober::version_said(const Instance& instance) const {
  if (!probes_.identity) return std::nullopt;
  const HttpProbe& probe = *probes_.identity;
  std::optional<std::string> version;
  (void)Asker(probe, instance).ask([&](const Response& response) -> Result<> {
    TRY(accept_success(response));
    if (const auto json = base::parse_json(response.body)) version = base::string_or(*json, "version");
    return {};
  });
  return version;
}

Result<> Prober::check_alive(const Instance& instance) const {
  TRY_ASSIGN(const InstanceView view, observe_(instance.id));
  if (view.restarts == 0 && view.status == InstanceStatus::running) return {};
  return fail(Kind::unavailable, view.last_exit.empty() ? "its supervisor ended"
                                                        : fmt::format("its process ended with {}", view.last_exit));
}

// An answer says little about who gave it: another program may hold the address.
Result<> Prober::check_own(const Instance& instance) const {
  TRY_ASSIGN(const InstanceView view, observe_(instance.id));
  if (!view.supervisor) return {};
  const Holder holder = holder_of(instance.address(), *view.supervisor);
  if (holder == Holder::own || holder == Holder::unknown) return {};
  const bool answered = probes_.startup || probes_.readiness || probes_.identity;
  if (holder == Holder::nobody && !answered) return {};
  const auto who = who_listens(instance.address());
  return fail(Kind::unavailable,
              who ? fmt::format("what answers at {} is {}, and no process of {}", instance.address(), *who, instance.id)
                  : fmt::format("no process of {} listens at {}", instance.id, instance.address()));
}

Result<> Prober::until_healthy(const HttpProbe& probe, const Instance& instance, std::string_view name,
                               const std::function<Result<>(const Response&)>& accept,
                               const std::function<Result<>()>& alive, const std::stop_token& stop) const {
  const Asker asker(probe, instance);
  int successes = 0;
  for (int failures = 0;;) {
    TRY(alive());
    const Result<> answer = asker.ask(accept);
    if (answer && ++successes == probe.success_threshold) return {};
    if (!answer) {
      successes = 0;
      if (++failures == probe.failure_threshold) return given_up(name, probe, answer.error());
    }
    TRY(pause_for(probe.period, stop));
  }
}

Result<> Prober::watch_readiness(const Instance& instance, const std::stop_token& stop) const {
  if (!probes_.readiness) return fail(Kind::cancelled, "there is no readiness probe");
  const HttpProbe& probe = *probes_.readiness;
  const Asker asker(probe, instance);
  for (int failures = 0;;) {
    TRY(pause_for(probe.period, stop));
    const Result<> answer = asker.ask(accept_success);
    failures = answer ? 0 : failures + 1;
    if (failures == probe.failure_threshold) return given_up("readiness", probe, answer.error());
  }
}

Result<> Prober::probe(const Instance& instance, const ledger::Revision& revision, const std::stop_token& stop) const {
  const auto alive = [&] { return check_alive(instance); };
  if (probes_.startup) TRY(until_healthy(*probes_.startup, instance, "startup", accept_success, alive, stop));
  if (probes_.readiness) TRY(until_healthy(*probes_.readiness, instance, "readiness", accept_success, alive, stop));
  const auto is_revision = [&](const Response& response) { return accept_identity(response, revision); };
  if (probes_.identity) TRY(until_healthy(*probes_.identity, instance, "identity", is_revision, alive, stop));
  TRY(check_alive(instance));
  return check_own(instance);
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
  if (probes_.identity && ledger::is_managed(revision)) {
    TRY(until_healthy(briefly(*probes_.identity), instance, "identity", is_revision, anyway, stop));
  }
  return check_own(instance);
}

}  // namespace trunkline::deployer

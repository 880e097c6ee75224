#include "flags/agent/http/event_streams.h"

#include <fmt/format.h>

#include "base/core/json.h"

namespace trunkline::flags {
namespace {

// The tag without its quotes.
std::string id_of(std::string_view etag) {
  return std::string(etag.size() < 2 ? etag : etag.substr(1, etag.size() - 2));
}

std::string event_for(const std::string& etag) {
  const base::JsonObject data{{"type", "refetchEvaluation"}, {"etag", etag}};
  return fmt::format("id: {}\ndata: {}\n\n", id_of(etag), base::to_text(data));
}

}  // namespace

EventStreams::EventStreams(const Gate& gate, const base::Clock& clock, base::Metrics& metrics)
    : gate_(gate),
      clock_(clock),
      clients_(metrics.gauge("flag_agent_clients", "Clients that wait for a change.", {{"kind", "sse"}})),
      last_heartbeat_(clock.steady()) {}

std::string EventStreams::etag_for(const Visit& visit) const {
  const auto view = gate_.view(visit);
  return view ? view->snapshot().etag : "";
}

void EventStreams::open(const base::Request& request, const Visit& visit, base::Reply reply) {
  const std::string seen(request.headers.find("Last-Event-ID").value_or(""));
  std::string caller = caller_key(*visit.caller, request);
  const std::lock_guard lock(mutex_);
  if (subscribers_.size() >= kMost || !shares_.take(caller))
    return reply(base::problem_response(503, "Too many streams"));
  Subscriber subscriber{reply.stream({.headers = {{"Content-Type", "text/event-stream"},
                                                  {"Cache-Control", "no-store"},
                                                  {"X-Accel-Buffering", "no"}}}),
                        std::move(caller), visit, etag_for(visit)};
  const bool is_new = !subscriber.etag.empty() && seen != id_of(subscriber.etag);
  subscriber.stream->write(": connected\n\n" + (is_new ? event_for(subscriber.etag) : ""));
  subscribers_.push_back(std::move(subscriber));
  clients_.set(static_cast<double>(subscribers_.size()));
}

void EventStreams::announce() {
  const std::lock_guard lock(mutex_);
  for (Subscriber& subscriber : subscribers_) {
    std::string etag = etag_for(subscriber.visit);
    if (etag == subscriber.etag) continue;
    subscriber.stream->write(event_for(etag));
    subscriber.etag = std::move(etag);
  }
}

void EventStreams::tick() {
  const base::SteadyTime now = clock_.steady();
  const std::lock_guard lock(mutex_);
  subscribers_.remove_if([this](const Subscriber& subscriber) {
    if (subscriber.stream->is_open()) return false;
    shares_.release(subscriber.caller);
    return true;
  });
  clients_.set(static_cast<double>(subscribers_.size()));
  if (now - last_heartbeat_ < kHeartbeat) return;
  last_heartbeat_ = now;
  for (Subscriber& subscriber : subscribers_) subscriber.stream->write(": still here\n\n");
}

}  // namespace trunkline::flags

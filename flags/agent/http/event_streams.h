#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "base/core/metrics.h"
#include "base/http/reply.h"
#include "flags/agent/access/caller_shares.h"
#include "flags/agent/http/gate.h"

namespace trunkline::flags {

// Clients that are told of changes by server-sent events, in OFREP's form (ADR 8): `refetchEvaluation` with the tag of
// the flags as `etag` and `id`. Thread-safe.
class EventStreams {
 public:
  static constexpr size_t kMost = 20'000;
  static constexpr size_t kMostOfOne = 2'000;  // for each caller
  // So that a proxy on the way does not take a quiet stream for a dead one.
  static constexpr base::Millis kHeartbeat{15'000};

  EventStreams(const Gate& gate, const base::Clock& clock, base::Metrics& metrics);

  // Tells at once what the flags' tag is, unless the request's Last-Event-ID names it: what changed before the stream
  // was open is not missed. 503 where kMost are open, or
  // kMostOfOne of this caller's.
  void open(const base::Request& request, const Visit& visit, base::Reply reply);

  // Tells those for whom the new edition is new.
  void announce();
  // Lets go of those who are gone, and keeps the others warm; called now and then.
  void tick();

 private:
  struct Subscriber {
    std::shared_ptr<base::BodyStream> stream;
    std::string caller;
    Visit visit;
    std::string etag;  // that it was told last
  };
  std::string etag_for(const Visit& visit) const;

  const Gate& gate_;
  const base::Clock& clock_;
  base::Gauge clients_;
  std::mutex mutex_;
  std::list<Subscriber> subscribers_;
  CallerShares shares_{kMostOfOne};
  base::SteadyTime last_heartbeat_;
};

}  // namespace trunkline::flags

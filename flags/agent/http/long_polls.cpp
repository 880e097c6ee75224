#include "flags/agent/http/long_polls.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "flags/agent/http/flag_set_reply.h"

namespace trunkline::flags {

namespace {

// A thousand of them wait at once: no header is kept that nobody will look at.
base::Request what_counts(const base::Request& request) {
  base::Request asked{.method = request.method};
  for (const std::string_view tags : request.headers.find_all("If-None-Match"))
    asked.headers.add("If-None-Match", tags);
  return asked;
}

}  // namespace

LongPolls::LongPolls(const Gate& gate, const base::Clock& clock, base::Metrics& metrics)
    : gate_(gate),
      clock_(clock),
      clients_(metrics.gauge("flag_agent_clients", "Clients that wait for a change.", {{"kind", "long_poll"}})) {}

base::Response LongPolls::response_to(const Waiting& waiting) const {
  const auto view = gate_.view(waiting.visit);
  base::Response response = flag_set_response(waiting.asked, view.get());
  // Who has no flags to give does not wait for them either.
  if (view) response.headers.set("Preference-Applied", waiting.preference);
  return response;
}

void LongPolls::hold(const base::Request& request, const Visit& visit, std::chrono::seconds wait, base::Reply reply) {
  wait = std::min(wait, kLongest);
  Waiting waiting{what_counts(request),
                  caller_key(*visit.caller, request),
                  visit,
                  fmt::format("wait={}", wait.count()),
                  clock_.steady() + wait,
                  std::move(reply)};
  std::unique_lock lock(mutex_);
  // Looked at under the lock: an edition that comes later finds this one waiting.
  base::Response response = response_to(waiting);
  if (response.status != 304 || closed_ || waiting_.size() >= kMost || !shares_.take(waiting.caller)) {
    // A 304 that comes at once has not waited, and must not say so: it would be asked for again and again.
    if (response.status == 304) response = flag_set_response(request, gate_.view(visit).get());
    lock.unlock();
    return waiting.reply(std::move(response));
  }
  waiting_.push_back(std::move(waiting));
  clients_.set(static_cast<double>(waiting_.size()));
}

// Answers each for whom `answer` has something.
template <typename Answer>
void LongPolls::answer_each(Answer&& answer) {
  const std::lock_guard lock(mutex_);
  waiting_.remove_if([&](Waiting& waiting) {
    std::optional<base::Response> response = answer(waiting);
    if (!response) return false;
    waiting.reply(*std::move(response));
    shares_.release(waiting.caller);
    return true;
  });
  clients_.set(static_cast<double>(waiting_.size()));
}

void LongPolls::announce() {
  answer_each([&](const Waiting& waiting) -> std::optional<base::Response> {
    base::Response response = response_to(waiting);
    if (response.status == 304) return std::nullopt;
    return response;
  });
}

void LongPolls::tick() {
  answer_each([&, now = clock_.steady()](const Waiting& waiting) -> std::optional<base::Response> {
    if (waiting.until > now && waiting.reply.is_open()) return std::nullopt;
    return response_to(waiting);
  });
}

void LongPolls::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  answer_each([&](const Waiting& waiting) -> std::optional<base::Response> { return response_to(waiting); });
}

}  // namespace trunkline::flags

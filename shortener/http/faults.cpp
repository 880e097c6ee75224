#include "shortener/http/faults.h"

#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "base/core/text.h"

namespace trunkline::shortener {
namespace {

using base::Kind;

base::Counter fault_counter(base::Metrics& metrics, const char* kind) {
  return metrics.counter("faults_injected_total", "Answers that met a fault put in on purpose.", {{"kind", kind}});
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// Takes the real handler's answer and gives it to the timer.
class LateReply final : public base::ReplyTarget {
 public:
  LateReply(DelayedReplies& delayed, base::Millis latency, base::Reply reply)
      : delayed_(delayed), due_(reply.received() + latency), reply_(std::move(reply)) {}

  void reply(base::Response response, base::ReplyObserver*) override {
    response.headers.add("X-Fault", "latency");
    delayed_.add(due_, std::move(*reply_), std::move(response));
  }
  // Of a stream nothing is late: what matters there is not its beginning.
  std::shared_ptr<base::BodyStream> stream(base::Response head, base::ReplyObserver*) override {
    return reply_->stream(std::move(head));
  }
  bool is_open() const override { return reply_->is_open(); }

 private:
  DelayedReplies& delayed_;
  const base::SteadyTime due_;
  std::optional<base::Reply> reply_;
};

}  // namespace

base::Result<Fault> parse_fault(std::string_view text) {
  const auto refuse = [&] {
    return base::fail(Kind::usage, fmt::format("fault \"{}\": expected latency=400ms,rate=0.3, status=500,rate=0.1 "
                                               "or unready-after=5s (status 400 to 599, rate 0 to 1)",
                                               text));
  };
  Fault fault;
  constexpr std::string_view kUnready = "unready-after=";
  if (text.starts_with(kUnready)) {
    const auto after = base::parse_duration(text.substr(kUnready.size()));
    if (!after || after->count() == 0) return refuse();
    fault.unready_after = *after;
    return fault;
  }
  bool has_rate = false;
  for (const std::string_view part : base::split(text, ',')) {
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) return refuse();
    const std::string_view name = part.substr(0, equals);
    const std::string_view value = part.substr(equals + 1);
    if (name == "latency") {
      const auto latency = base::parse_duration(value);
      if (!latency || latency->count() == 0) return refuse();
      fault.latency = *latency;
    } else if (name == "status") {
      if (!read_number(value, fault.status) || fault.status < 400 || fault.status > 599) return refuse();
    } else if (name == "rate") {
      has_rate = read_number(value, fault.rate) && fault.rate >= 0 && fault.rate <= 1;
      if (!has_rate) return refuse();
    } else {
      return refuse();
    }
  }
  if (!has_rate || (fault.latency.count() > 0) == (fault.status > 0)) return refuse();
  return fault;
}

DelayedReplies::DelayedReplies() : thread_([this] { work(); }) {}

DelayedReplies::~DelayedReplies() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void DelayedReplies::add(base::SteadyTime due, base::Reply reply, base::Response response) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(due, Delayed{std::move(reply), std::move(response)});
  }
  changed_.notify_one();
}

void DelayedReplies::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (waiting_.empty()) {
      if (ended_) return;
      changed_.wait(lock);
      continue;
    }
    const base::SteadyTime due = waiting_.begin()->first;
    if (!ended_ && due > std::chrono::steady_clock::now()) {
      changed_.wait_until(lock, due);
      continue;
    }
    Delayed next = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    lock.unlock();
    next.reply(std::move(next.response));
    lock.lock();
  }
}

Faults::Faults(std::vector<Fault> faults, std::function<double()> random, base::Metrics& metrics)
    : faults_(std::move(faults)),
      random_(std::move(random)),
      latency_count_(fault_counter(metrics, "latency")),
      status_count_(fault_counter(metrics, "status")) {}

base::Result<> Faults::readiness() const {
  const base::SteadyTime now = base::system_clock().steady();
  for (const Fault& fault : faults_) {
    if (fault.unready_after.count() == 0 || now - begun_ < fault.unready_after) continue;
    return base::fail(Kind::unavailable, "a fault drill");
  }
  return {};
}

base::RouteHandler Faults::apply(base::RouteHandler handler) {
  if (faults_.empty()) return handler;
  return [this, handler = std::move(handler)](const base::Request& request, const base::PathParameters& path,
                                              base::Reply reply) { handle(handler, request, path, std::move(reply)); };
}

void Faults::handle(const base::RouteHandler& handler, const base::Request& request, const base::PathParameters& path,
                    base::Reply reply) {
  for (const Fault& fault : faults_) {
    if (random_() >= fault.rate) continue;
    if (fault.status > 0) {
      status_count_.add();
      base::Response response =
          base::problem_response(fault.status, base::reason_phrase(fault.status), "a fault drill");
      response.headers.add("X-Fault", "status");
      return reply(std::move(response));
    }
    latency_count_.add();
    const base::SteadyTime received = reply.received();
    const auto late = std::make_shared<LateReply>(delayed_, fault.latency, std::move(reply));
    return handler(request, path, base::Reply(late, received));
  }
  handler(request, path, std::move(reply));
}

}  // namespace trunkline::shortener

#include "flags/client/poller.h"

#include <algorithm>
#include <fmt/format.h>
#include <random>

#include "base/core/files.h"

namespace trunkline::flags {

using base::Millis;
using base::Result;

Poller::Poller(ClientOptions options, std::unique_ptr<base::HttpClient> http)
    : options_(std::move(options)),
      http_(std::move(http)),
      backoff_(std::min(Millis{200}, options_.poll_interval), 2, std::max(Millis{5000}, options_.poll_interval)) {}

void Poller::load() {
  if (options_.cache_file.empty()) return;
  const auto text = base::read_file(options_.cache_file);
  auto set = text ? parse_json_flag_set(*text, options_.cache_file.string()) : base::fail(text.error());
  // A missing or broken file is no more than a start without flags.
  if (!set) return;
  flags_.publish(std::make_shared<const FlagSet>(*std::move(set)));
  state_ = ClientState::stale;
}

Millis Poller::poll(double random) {
  if (!refresh()) {
    state_ = flags_.get() ? ClientState::stale : ClientState::error;
    return backoff_.next(random);
  }
  backoff_.reset();
  state_ = ClientState::ready;
  return std::chrono::duration_cast<Millis>(options_.poll_interval * (0.9 + 0.1 * random));
}

Result<> Poller::refresh() {
  base::Request request;
  if (!etag_.empty()) request.headers.set("If-None-Match", etag_);
  TRY_ASSIGN(const base::Response response, http_->send(options_.agent_url + "/v1/flagset", request));
  if (response.status == 304 && !etag_.empty()) return {};
  if (response.status != 200) {
    return base::fail(base::Kind::unavailable, fmt::format("the agent answered {}", response.status));
  }
  TRY(take(response.body));
  etag_ = response.headers.find("ETag").value_or("");
  return {};
}

Result<> Poller::take(const std::string& document) {
  TRY_ASSIGN(FlagSet set, parse_json_flag_set(document, options_.agent_url));
  flags_.publish(std::make_shared<const FlagSet>(std::move(set)));
  // Without the file the program runs on; a start without the agent is what it loses.
  if (!options_.cache_file.empty()) static_cast<void>(base::write_file_atomically(options_.cache_file, document));
  return {};
}

PollerThread::PollerThread(Poller& poller) : poller_(poller), thread_([this] { run(); }) {}

PollerThread::~PollerThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void PollerThread::run() {
  std::mt19937 random{std::random_device{}()};
  std::uniform_real_distribution<double> share(0, 1);
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const Millis wait = poller_.poll(share(random));
    lock.lock();
    wake_.wait_for(lock, wait, [this] { return stopping_; });
  }
}

}  // namespace trunkline::flags

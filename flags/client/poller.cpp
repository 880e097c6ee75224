#include "flags/client/poller.h"

#include <algorithm>
#include <fmt/format.h>
#include <random>

#include "base/core/files.h"
#include "base/core/text.h"

namespace trunkline::flags {

using base::Kind;
using base::Millis;
using base::Result;

namespace {

// From one request that the agent may hold to the next: one that answers at once does not make this a busy loop.
constexpr Millis kShortest{100};
// For the answer itself, after the time that the agent waits.
constexpr Millis kGrace{5000};

bool has_waited(const base::Response& response) {
  const auto applied = base::split(response.headers.find("Preference-Applied").value_or(""), ',');
  return std::any_of(applied.begin(), applied.end(),
                     [](std::string_view preference) { return base::trim(preference).starts_with("wait="); });
}

// Anything else would end the header and begin another one.
bool fits_header(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

Result<> check(const ClientOptions& options) {
  if (!fits_header(options.token)) return base::fail(Kind::usage, "the token has a character that no header may have");
  if (!fits_header(options.flag_set)) {
    return base::fail(Kind::usage, "the name of the flag set has a character that no header may have");
  }
  return {};
}

}  // namespace

Poller::Poller(ClientOptions options, ClientStore& store, std::unique_ptr<base::HttpClient> http,
               const base::Clock& clock)
    : options_(std::move(options)),
      store_(store),
      http_(std::move(http)),
      clock_(clock),
      backoff_(std::min(Millis{200}, options_.poll_interval), 2, std::max(Millis{5000}, options_.poll_interval)) {
  options_.wait = std::chrono::floor<std::chrono::seconds>(std::max(options_.wait, Millis{0}));
}

void Poller::load() {
  if (options_.cache_file.empty()) return;
  const auto text = base::read_file(options_.cache_file);
  auto set = text ? parse_json_flag_set(*text, options_.cache_file.string()) : base::fail(text.error());
  // A missing or broken file is no more than a start without flags.
  if (set) store_.publish_stale(*std::move(set));
}

Millis Poller::poll(double random) {
  // When the agent comes back its first answer is wanted now, not at its next change.
  const bool may_wait = in_touch_ && !etag_.empty() && options_.wait > Millis{0};
  const base::SteadyTime asked = clock_.steady();
  auto response = check(options_).and_then([&] {
    return http_->send(options_.agent_url + "/v1/flagset", next_request(may_wait),
                       may_wait ? std::optional(options_.wait + kGrace) : std::nullopt);
  });
  const auto taken = response ? take(*response) : base::fail(response.error());
  in_touch_ = taken.has_value();
  if (!taken) {
    if (taken.error().kind != Kind::cancelled) lose(taken.error());
    return backoff_.next(random);
  }
  backoff_.reset();
  return pause(!may_wait || has_waited(*response), asked, random);
}

Millis Poller::pause(bool may_wait_next, base::SteadyTime asked, double random) const {
  if (may_wait_next && !etag_.empty() && options_.wait > Millis{0}) {
    const auto taken = std::chrono::floor<Millis>(clock_.steady() - asked);
    return std::max(kShortest - taken, Millis{0});
  }
  return std::chrono::duration_cast<Millis>(options_.poll_interval * (0.9 + 0.1 * random));
}

base::Request Poller::next_request(bool may_wait) const {
  base::Request request;
  if (!etag_.empty()) request.headers.set("If-None-Match", etag_);
  if (may_wait) {
    request.headers.set("Prefer",
                        fmt::format("wait={}", std::chrono::floor<std::chrono::seconds>(options_.wait).count()));
  }
  if (!options_.token.empty()) request.headers.set("Authorization", "Bearer " + options_.token);
  if (!options_.flag_set.empty()) request.headers.set("Flagd-Selector", "flagSetId=" + options_.flag_set);
  return request;
}

Result<> Poller::take(const base::Response& response) {
  if (response.status == 304 && !etag_.empty()) {
    store_.status().change(ClientState::ready, "");
    return {};
  }
  if (response.status == 401 || response.status == 403) {
    const char* what = options_.token.empty() ? "wants a token" : "refuses the token";
    return base::fail(Kind::denied, fmt::format("the agent {}: it answered {}", what, response.status));
  }
  if (response.status == 503) return base::fail(Kind::not_found, "the agent has no flags yet: it answered 503");
  if (response.status != 200) {
    return base::fail(Kind::unavailable, fmt::format("the agent answered {}", response.status));
  }
  TRY_ASSIGN(FlagSet set, parse_json_flag_set(response.body, options_.agent_url));
  etag_ = response.headers.find("ETag").value_or("");
  save(response.body);
  store_.publish(std::move(set));
  return {};
}

void Poller::save(const std::string& document) const {
  if (options_.cache_file.empty() || base::read_file(options_.cache_file) == document) return;
  // Without the file the program runs on; a start without the agent is what it loses.
  static_cast<void>(base::write_file_atomically(options_.cache_file, document, 0600));
}

void Poller::lose(const base::Error& error) {
  const bool has_flags = store_.flags() != nullptr;
  ClientState state = has_flags ? ClientState::stale : ClientState::error;
  if (error.kind == Kind::denied) state = ClientState::error;
  if (error.kind == Kind::not_found && !has_flags) state = ClientState::not_ready;
  store_.status().change(state, to_string(error));
}

PollerThread::PollerThread(Poller& poller) : poller_(poller), thread_([this] { run(); }) {}

PollerThread::~PollerThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  poller_.cancel();
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

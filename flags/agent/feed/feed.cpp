#include "flags/agent/feed/feed.h"

#include <algorithm>

#include "base/core/log.h"
#include "flags/agent/feed/feed_cache.h"

namespace trunkline::flags {
namespace {

using base::LogLevel;
using base::Millis;

constexpr Millis kFirstRetry{250};
constexpr Millis kLongestRetry{30'000};

base::Counter polls(base::Metrics& metrics, const std::string& source, const std::string& result) {
  return metrics.counter("flag_source_polls_total", "How often the source was asked, by what came of it.",
                         {{"source", source}, {"result", result}});
}

}  // namespace

Feed::Feed(Options options, Source& source, FlagStore& store, size_t place, const base::Clock& clock,
           base::Metrics& metrics)
    : options_(std::move(options)),
      source_(source),
      store_(store),
      place_(place),
      clock_(clock),
      up_(metrics.gauge("flag_source_up", "1 if the last poll gave or confirmed a good flag set.",
                        {{"source", options_.source}})),
      age_seconds_(metrics.gauge("flag_source_age_seconds", "Since the source last gave or confirmed a good flag set.",
                                 {{"source", options_.source}})),
      changed_(polls(metrics, options_.source, "changed")),
      unchanged_(polls(metrics, options_.source, "unchanged")),
      failed_(polls(metrics, options_.source, "failed")),
      backoff_(std::min(kFirstRetry, options_.poll_interval), 2, std::min(kLongestRetry, options_.poll_interval)),
      last_success_(clock.wall()) {}

void Feed::load() {
  if (options_.cache_dir.empty()) return;
  auto cached = load_cache(options_.cache_dir, options_.source);
  if (!cached) {
    const bool none = cached.error().kind == base::Kind::not_found;
    base::log(none ? LogLevel::info : LogLevel::warn, "no flags on disk", {{"error", to_string(cached.error())}});
    return;
  }
  last_success_ = cached->saved_at;
  give(std::make_shared<const Snapshot>(std::move(cached->snapshot)));
  base::log(LogLevel::info, "serving the flags on disk", {{"saved_at", base::to_iso8601(cached->saved_at)}});
}

Millis Feed::poll(double random) {
  auto text = source_.poll();
  const auto taken = !text ? base::Result<>(base::fail(text.error())) : *text ? take(**text) : base::Result<>();
  if (!taken) {
    fail(taken.error());
    // Bad text stays bad until it changes: only a source that does not answer is asked sooner.
    if (!text) return backoff_.next(random);
  } else if (*text || !bad_text_) {
    (*text ? changed_ : unchanged_).add();
    succeed();
  } else {
    unchanged_.add();
    lose(*bad_text_);
  }
  backoff_.reset();
  update_age();
  const Millis interval = source_.interval(options_.poll_interval);
  return std::chrono::duration_cast<Millis>(interval * (0.9 + 0.1 * random));
}

base::Result<> Feed::take(const SourceText& text) {
  auto read = make_snapshot(text);
  bad_text_ = read ? std::nullopt : std::optional(read.error());
  TRY_ASSIGN(Snapshot snapshot, std::move(read));
  for (const base::Error& problem : snapshot.set.problems()) {
    base::log(LogLevel::warn, "a flag is wrong", {{"problem", to_string(problem)}});
  }
  const auto shared = std::make_shared<const Snapshot>(std::move(snapshot));
  give(shared);
  if (options_.cache_dir.empty()) return {};
  const auto saved = save_cache(options_.cache_dir, options_.source, *shared, clock_.wall());
  // The set is served all the same; what is lost is a start without the source.
  if (!saved) base::log(LogLevel::warn, "cannot keep the flags on disk", {{"error", to_string(saved.error())}});
  return {};
}

void Feed::give(std::shared_ptr<const Snapshot> snapshot) {
  {
    const std::lock_guard lock(mutex_);
    snapshot_ = snapshot;
  }
  store_.take(place_, std::move(snapshot));
}

void Feed::fail(const base::Error& error) {
  failed_.add();
  lose(error);
}

void Feed::lose(const base::Error& error) {
  up_.set(0);
  update_age();
  store_.miss(place_);
  const std::lock_guard lock(mutex_);
  is_up_ = false;
  const bool again = last_error_ == error;
  last_error_ = error;
  base::log(again ? LogLevel::debug : LogLevel::warn, "the source gives no good flags",
            {{"source", options_.source}, {"error", to_string(error)}});
}

void Feed::succeed() {
  last_success_ = clock_.wall();
  up_.set(1);
  const std::lock_guard lock(mutex_);
  is_up_ = true;
  if (std::exchange(last_error_, std::nullopt)) {
    base::log(LogLevel::info, "source is back", {{"source", options_.source}});
  }
}

void Feed::update_age() {
  age_seconds_.set(std::chrono::duration<double>(clock_.wall() - last_success_.load()).count());
}

FeedHealth Feed::health() const {
  const base::Millis age = clock_.wall() - last_success_.load();
  const std::lock_guard lock(mutex_);
  FeedHealth health{.source = options_.source, .up = is_up_, .age = age, .error = last_error_};
  if (snapshot_) {
    health.has_flags = true;
    health.revision = snapshot_->revision;
    health.flags = snapshot_->set.flags().size();
  }
  return health;
}

}  // namespace trunkline::flags

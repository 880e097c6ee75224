#include "flags/agent/feed.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/log.h"

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

Feed::Feed(Options options, Source& source, const base::Clock& clock, base::Metrics& metrics)
    : options_(std::move(options)),
      source_(source),
      clock_(clock),
      up_(metrics.gauge("flag_source_up", "1 if the last poll gave or confirmed a good flag set.",
                        {{"source", options_.source}})),
      age_seconds_(metrics.gauge("flag_source_age_seconds", "Since the source last gave or confirmed a good flag set.",
                                 {{"source", options_.source}})),
      flags_(metrics.gauge("flag_set_flags", "Flags in the set that is served.")),
      problems_(metrics.gauge("flag_set_problems", "Problems in the set that is served.")),
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
  flags_.set(static_cast<double>(cached->snapshot.set.flags().size()));
  current_.publish(std::make_shared<const Snapshot>(std::move(cached->snapshot)));
  base::log(LogLevel::info, "serving the flags on disk", {{"saved_at", base::to_iso8601(cached->saved_at)}});
}

Millis Feed::poll(double random) {
  auto text = source_.poll();
  const auto taken = !text ? base::Result<>(base::fail(text.error())) : *text ? take(**text) : base::Result<>();
  if (!taken) {
    fail(taken.error());
    // Bad text stays bad until it changes: only a source that does not answer is asked sooner.
    if (!text) return backoff_.next(random);
  } else if (*text || !last_text_bad_) {
    (*text ? changed_ : unchanged_).add();
    succeed();
  } else {
    unchanged_.add();
  }
  backoff_.reset();
  update_age();
  const Millis interval = source_.interval(options_.poll_interval);
  return std::chrono::duration_cast<Millis>(interval * (0.9 + 0.1 * random));
}

base::Result<> Feed::take(const SourceText& text) {
  last_text_bad_ = true;
  TRY_ASSIGN(Snapshot snapshot, make_snapshot(text));
  last_text_bad_ = false;
  for (const base::Error& problem : snapshot.set.problems()) {
    base::log(LogLevel::warn, "a flag is wrong", {{"problem", to_string(problem)}});
  }
  flags_.set(static_cast<double>(snapshot.set.flags().size()));
  problems_.set(static_cast<double>(snapshot.set.problems().size()));
  const auto next = std::make_shared<const Snapshot>(std::move(snapshot));
  current_.publish(next);
  base::log(LogLevel::info, "new flags", {{"revision", next->revision}, {"etag", next->etag}});
  if (!options_.cache_dir.empty()) {
    const auto saved = save_cache(options_.cache_dir, options_.source, *next, clock_.wall());
    // The set is served all the same; what is lost is a start without the source.
    if (!saved) base::log(LogLevel::warn, "cannot keep the flags on disk", {{"error", to_string(saved.error())}});
  }
  return {};
}

void Feed::fail(const base::Error& error) {
  failed_.add();
  up_.set(0);
  update_age();
  const std::lock_guard lock(mutex_);
  const bool again = last_error_ == error;
  last_error_ = error;
  base::log(again ? LogLevel::debug : LogLevel::warn, "the source gives no good flags", {{"error", to_string(error)}});
}

void Feed::succeed() {
  last_success_ = clock_.wall();
  up_.set(1);
  const std::lock_guard lock(mutex_);
  if (std::exchange(last_error_, std::nullopt)) base::log(LogLevel::info, "source is back");
}

void Feed::update_age() {
  age_seconds_.set(std::chrono::duration<double>(clock_.wall() - last_success_.load()).count());
}

base::Result<> Feed::ready() const {
  if (current_.get()) return {};
  const std::lock_guard lock(mutex_);
  return base::fail(
      base::Kind::unavailable,
      fmt::format("no flags yet: {}", last_error_ ? to_string(*last_error_) : "the source was not asked yet"));
}

}  // namespace trunkline::flags

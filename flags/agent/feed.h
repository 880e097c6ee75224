#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/core/metrics.h"
#include "base/core/retry.h"
#include "flags/agent/snapshot.h"
#include "flags/evaluation/current.h"
#include "flags/source/source.h"

namespace trunkline::flags {

// Keeps the agent's snapshot the source's last good text: takes new text from the source, refuses bad text, saves good
// text on disk, and counts. load() and poll() belong to one thread; the other functions are thread-safe.
class Feed {
 public:
  struct Options {
    std::string source;  // SourceSpec::display: the metrics' label and the cache's owner
    base::Millis poll_interval;
    std::filesystem::path cache_dir;  // empty: no cache
  };

  // `source`, `clock` and `metrics` outlive this.
  Feed(Options options, Source& source, const base::Clock& clock, base::Metrics& metrics);

  // Serves what is on disk, if anything is.
  void load();

  // Asks the source once; how long to wait until the next time. `random` in [0, 1) spreads many agents.
  base::Millis poll(double random);

  // Lets the metric of the age grow; called now and then, also while a poll is under way.
  void update_age();

  // Null until there is a good set.
  std::shared_ptr<const Snapshot> snapshot() const { return current_.get(); }
  // Why there is no set yet; an error only while there is none.
  base::Result<> ready() const;

 private:
  base::Result<> take(const SourceText& text);
  void fail(const base::Error& error);
  void succeed();

  Options options_;
  Source& source_;
  const base::Clock& clock_;
  base::Gauge up_;
  base::Gauge age_seconds_;
  base::Gauge flags_;
  base::Gauge problems_;
  base::Counter changed_;
  base::Counter unchanged_;
  base::Counter failed_;
  base::Backoff backoff_;
  Current<Snapshot> current_;
  std::atomic<base::WallTime> last_success_;
  bool last_text_bad_ = false;
  mutable std::mutex mutex_;               // for last_error_
  std::optional<base::Error> last_error_;  // of the last poll
};

}  // namespace trunkline::flags

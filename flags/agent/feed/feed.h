#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/core/metrics.h"
#include "base/core/retry.h"
#include "flags/agent/store/flag_store.h"
#include "flags/source/source.h"

namespace trunkline::flags {

// How a source does.
struct FeedHealth {
  std::string source;
  bool up = false;
  base::Millis age{0};  // since it last gave or confirmed a good set; of a set from the disk since it was saved
  bool has_flags = false;
  std::string revision{};              // of the set
  size_t flags = 0;                    // in it
  std::optional<base::Error> error{};  // of the last poll
};

// Gives the store a source's last good text: takes new text from the source, refuses bad text, saves good text on disk,
// and counts. load() and poll() belong to one thread; the other functions are thread-safe.
class Feed {
 public:
  struct Options {
    std::string source;  // SourceSpec::display: the metrics' label and the cache's owner
    base::Millis poll_interval;
    std::filesystem::path cache_dir;  // empty: no cache
  };

  // `place` is the source's in the store. The references outlive this.
  Feed(Options options, Source& source, FlagStore& store, size_t place, const base::Clock& clock,
       base::Metrics& metrics);

  // Takes what is on disk, if anything is.
  void load();

  // Asks the source once; how long to wait until the next time. `random` in [0, 1) spreads many agents.
  base::Millis poll(double random);

  // Lets the metric of the age grow; called now and then, also while a poll is under way.
  void update_age();

  FeedHealth health() const;
  Source& source() { return source_; }

 private:
  base::Result<> take(const SourceText& text);
  void fail(const base::Error& error);
  void lose(const base::Error& error);
  void succeed();
  void give(std::shared_ptr<const Snapshot> snapshot);

  Options options_;
  Source& source_;
  FlagStore& store_;
  const size_t place_;
  const base::Clock& clock_;
  base::Gauge up_;
  base::Gauge age_seconds_;
  base::Counter changed_;
  base::Counter unchanged_;
  base::Counter failed_;
  base::Backoff backoff_;
  std::atomic<base::WallTime> last_success_;
  std::optional<base::Error> bad_text_;  // what is wrong with the source's last text
  mutable std::mutex mutex_;             // for what follows
  bool is_up_ = false;
  std::shared_ptr<const Snapshot> snapshot_;
  std::optional<base::Error> last_error_;  // of the last poll
};

}  // namespace trunkline::flags

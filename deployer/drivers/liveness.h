#pragma once

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "base/core/clock.h"
#include "base/core/json.h"

// Whether a program that runs still lives: one that hangs does not end by itself.
namespace trunkline::deployer {

struct LivenessProbe {
  std::string url;
  base::Millis period{5000};
  base::Millis timeout{2000};
  int failure_threshold = 3;  // so many failures in a row, and it is ended
  std::string host = {};      // of the Host field; "" for the URL's

  bool operator==(const LivenessProbe&) const = default;
};

base::Json to_json(const LivenessProbe& probe);
LivenessProbe liveness_from_json(const base::Json& json);

// Asks, on a thread of its own, while it lives. Failures count from the first success on: how long a program may take
// to come up is the startup probe's business.
class LivenessWatch {
 public:
  explicit LivenessWatch(LivenessProbe probe);

  // Why the program is to be ended: "liveness probe http://...: answered 500 (3 times)"; nothing while it lives.
  std::optional<std::string> verdict() const;

 private:
  void watch(const std::stop_token& stop);

  const LivenessProbe probe_;
  mutable std::mutex mutex_;
  std::optional<std::string> verdict_;
  std::jthread thread_;
};

}  // namespace trunkline::deployer

#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/core/clock.h"
#include "deployer/plan/metric.h"

// The steps of a plan: the only thing that the engine knows of a strategy.
namespace trunkline::deployer {

// Places where an instance may run, by their index in Plan::places.
using Batch = std::vector<int>;

// A share of users in hundredths of a percent.
constexpr int kAllUsers = 10'000;
std::string share_text(int share);  // "10 %", "0.5 %"

// What happens when a bake's time is over, but it saw too few requests to say anything.
enum class OnInsufficient { extend, hold, roll_back };
// What happens when nobody answered.
enum class OnTimeout { hold, roll_back, promote };

// Where hooks may run.
enum class HookPoint {
  pre_rollout,
  before_drain,
  after_drain,
  before_traffic,
  after_traffic,
  post_rollout,
  on_rollback
};
std::string_view to_string(HookPoint point);  // "preRollout", the words of the file

namespace step {
// PREPARE
struct Fetch {
  bool operator==(const Fetch&) const = default;
};
struct Task {  // a command of the new artifact, once a revision
  int task = 0;
  bool contract = false;  // after the old revision is gone for good
  bool operator==(const Task&) const = default;
};
struct Start {
  Batch batch;
  Side side;
  bool operator==(const Start&) const = default;
};
struct Probe {  // healthy, ready, and the revision it should be
  Batch batch;
  Side side;
  bool once = false;  // it ran all the time: one look must do
  bool operator==(const Probe&) const = default;
};
// EXPOSE
struct Admit {  // the balancer may send users to these instances
  Batch batch;
  bool operator==(const Admit&) const = default;
};
struct Expose {  // so many of the users of these dials meet the new side, on a lease
  std::vector<int> dials;
  int share = 0;
  bool preview = false;  // also who asks for it by a header, at a share of 0 too
  bool operator==(const Expose&) const = default;
};
struct Bake {  // time passes, analyses judge; only time in which all of them are content counts
  base::Millis length{0};
  std::vector<int> metrics = {};  // of Analysis::metrics, beside those in the background
  int64_t min_samples = 0;        // requests to the new side without which nothing can be said
  OnInsufficient on_insufficient = OnInsufficient::extend;
  base::Millis extend_max{0};  // how much longer it may take
  bool operator==(const Bake&) const = default;
};
struct Ask {  // a person's word; analyses go on judging meanwhile
  base::Millis timeout{0};
  OnTimeout on_timeout = OnTimeout::hold;
  bool operator==(const Ask&) const = default;
};
// SETTLE
struct Promote {  // the new side becomes the stable one at these dials, for good
  std::vector<int> dials;
  bool operator==(const Promote&) const = default;
};
struct Drain {  // nobody new reaches these instances; ends when their last request did
  Batch batch;
  bool operator==(const Drain&) const = default;
};
struct Stop {
  Batch batch;
  bool operator==(const Stop&) const = default;
};
struct Hook {
  HookPoint point;
  bool operator==(const Hook&) const = default;
};
}  // namespace step

using Step = std::variant<step::Fetch, step::Task, step::Start, step::Probe, step::Admit, step::Expose, step::Bake,
                          step::Ask, step::Promote, step::Drain, step::Stop, step::Hook>;

// Whether it acts on dials, not on places.
bool on_dials(const Step& step);

// "drain web1, web2", "bake for 10m". `places` are the names of Plan::places.
std::string to_string(const Step& step, const std::vector<std::string>& places);

}  // namespace trunkline::deployer

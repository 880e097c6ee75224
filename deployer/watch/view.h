#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "deployer/look/status.h"
#include "deployer/watch/plot.h"
#include "deployer/watch/story.h"

// What there is to see of a rollout, as plain values. Pure.
namespace trunkline::deployer {

// What is seen beside the journal.
struct Seen {
  std::string at_work;           // "dev@host is at work with `run shop.yaml`"; "" where nobody is
  std::optional<Status> status;  // of instances and balancers, as they were last asked
  std::vector<Note> notes = {};  // the last ones of this rollout
};

struct WatchView {
  enum class Mark { done, current, ahead };
  struct StepRow {
    Mark mark = Mark::ahead;
    std::string text;
  };
  struct BakeRow {
    base::Millis length{0};
    base::Millis left{0};
    int64_t samples = 0;
    int64_t min_samples = 0;
  };
  struct ShareRow {
    std::string name;
    double of_users = 0;
  };
  struct MetricRow {
    std::string name;
    std::vector<PlotPoint> points;
    std::optional<double> limit;  // where one number is the limit
    std::string last;             // the last value in words
    std::string limit_text;
    std::optional<Verdict> verdict;
    int failures = 0;
    int failure_limit = 0;
    bool dry_run = false;
  };
  struct NoteRow {
    base::Millis age{0};  // of the rollout, when it was noted
    std::string text;
  };

  std::string service, environment, strategy, from, to;
  std::string phase;
  base::cli::Colour phase_colour = base::cli::Colour::plain;
  base::Millis age{0};
  std::string actor;   // who is at work, or what becomes of it without anybody
  std::string reason;  // why it is held, paused or taken back
  std::vector<StepRow> steps;
  std::optional<BakeRow> bake;
  std::optional<base::Millis> word_within;  // a person's word is waited for, for so long
  std::vector<ShareRow> shares;
  std::vector<MetricRow> metrics;
  std::vector<NoteRow> notes;
  std::vector<Status::Row> instances;
  std::string warning;            // why the balancer could not be asked
  std::vector<std::string> told;  // the last lines
};

// `now`: as the wall clock says. What the story told is added by who listened.
WatchView view_of(const Story& story, const Seen& seen, base::WallTime now);

}  // namespace trunkline::deployer

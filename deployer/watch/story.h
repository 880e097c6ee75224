#pragma once

#include <map>
#include <vector>

#include "deployer/look/reporter.h"
#include "deployer/record/begun.h"
#include "deployer/record/notes.h"

namespace trunkline::deployer {

// The course of one metric in the last bake.
struct MetricCourse {
  struct Point {
    Measurement measurement;
    Verdict verdict = Verdict::pass;
  };
  MetricRun run;              // with all measurements
  std::vector<Point> points;  // the last kMostPoints
};

constexpr size_t kMostPoints = 200;

// A rollout as its journal and its notes tell it: each record goes through the engine again, as it did when it was
// written, and is told in the words of `run`.
class Story {
 public:
  // `begun` is what stands in the journal's first line; its events come by take().
  Story(Begun begun, const Telling& telling)
      : begun_(std::move(begun)), reporter_(begun_.plan, telling), wall_(begun_.journal.header.started_at) {}
  Story(const Story&) = delete;

  void take(const Recorded& recorded);
  void take(const Note& note);
  // That it is at rest is told last, for notes may come behind the record that ends it: here, or when it is taken up
  // again.
  void end();

  // Its journal's events are left out.
  const Begun& begun() const { return begun_; }
  const State& state() const { return begun_.state; }
  base::WallTime wall() const { return wall_; }                            // of the last record
  const std::map<int, MetricCourse>& courses() const { return courses_; }  // by metric, of the last bake
  // Nothing goes on by itself any more: it is done, or held for a person.
  bool at_rest() const { return state().phase == Phase::held || state().phase == Phase::done; }

 private:
  void count_in(const event::Measured& measured, const MetricRun& before, base::Millis at);

  Begun begun_;
  Reporter reporter_;
  base::WallTime wall_;
  std::map<int, MetricCourse> courses_;
  bool ending_ = false;  // it is at rest, which was not told yet
};

}  // namespace trunkline::deployer

#include "deployer/engine/contest.h"

namespace trunkline::deployer {
namespace {

void add(std::vector<double>& values, double value) {
  if (values.size() == kMostValues) values.erase(values.begin());
  values.push_back(value);
}

Counts grown(const Counts& from, const Counts& to) {
  return {to.requests - from.requests, to.errors - from.errors};
}

void count_errors(Contest& contest, const Against& against, const BothCounts& counts) {
  if (!observe(contest.test, grown(contest.fresh, counts.fresh), grown(contest.stable, counts.stable), against.burst)) {
    return;
  }
  contest.fresh = counts.fresh;
  contest.stable = counts.stable;
}

}  // namespace

void count_in(Contest& contest, const Against& against, const Measurement& measurement) {
  if (measurement.alone) return;
  contest.met = true;
  if (measurement.counts) count_errors(contest, against, *measurement.counts);
  if (against.test != Against::Test::mann_whitney || !measurement.stable) return;
  add(contest.fresh_values, measurement.value);
  add(contest.stable_values, *measurement.stable);
}

bool lost(const Contest& contest, const Against& against) {
  return against.test == Against::Test::sequential && alarmed(contest.test, against.alpha) &&
         rise(contest.test) > against.max_ratio;
}

std::optional<Classification> classify_all(const Contest& contest, const Against& against) {
  if (contest.fresh_values.size() < kLeastValues) return std::nullopt;
  EffectGate gate;
  gate.direction = Direction::increase;
  gate.allowed_increase = against.max_ratio;
  return classify(contest.fresh_values, contest.stable_values, gate);
}

bool exceeds(const Against& against, double fresh, double stable) {
  return fresh > against.max_ratio * stable && fresh - stable > against.min_difference;
}

}  // namespace trunkline::deployer

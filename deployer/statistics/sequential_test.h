#pragma once

#include <array>
#include <cstdint>

// Does the new side fail more often than the stable side? A test that may be looked at after every sample, and stopped
// at any: over ALL looks of a run it raises a false alarm with a chance of at most alpha. Pure and deterministic.
//
// One increment: the new side answered n requests, x of them with an error; both sides together N and k. If both fail
// equally often, each choice of k failed requests out of N is equally likely, so x is hypergeometric, whatever the
// ratio of errors is and however it, or the share of traffic, changed since the last increment. For a factor t > 1,
//     t^x / (1 + mean / draws * (t - 1))^draws,   mean = k n / N,   draws = min(k, n)
// is an e-value: it is at least 0 and its expectation is at most 1, because a hypergeometric is below the binomial of
// the same mean in the convex order (Hoeffding, "Probability Inequalities for Sums of Bounded Random Variables", 1963,
// theorem 4; k and n may be exchanged). This needs no approximation for small ratios. If the new side fails less often
// the expectation is smaller still. Products over increments, and their average over the grid of t (a mixture, as in
// Robbins, "Statistical Methods Related to the Law of the Iterated Logarithm", 1970), are nonnegative
// supermartingales; by Ville's inequality (1939) one that starts at 1 ever reaches 1/alpha with a chance of at most
// alpha. Confidence sequences and p-values that are always valid: Howard, Ramdas et al. (2021), Johari et al., "Always
// Valid Inference" (2022).
//
// The bound holds as long as a request's failure says nothing about its neighbour's within an increment beyond what
// both sides share. An outage behind both sides is no harm. Errors that come in bursts on one side (one client that
// repeats a request which cannot succeed) are: see docs/reliability.md. For bursts of at most b, each of which is on
// the new side with a chance of q = n / N,
//     t^(x / b) * exp(-q (t - 1) k / b)
// is an e-value: t^s <= 1 + s (t - 1) for s in [0, 1], so a burst of s * b errors has at most the expectation
// 1 + q s (t - 1) <= exp(q s (t - 1)). It takes about b times the evidence.
namespace trunkline::deployer {

// What one side answered since the last sample.
struct Counts {
  std::int64_t requests = 0;
  std::int64_t errors = 0;

  bool operator==(const Counts&) const = default;
};

// The logarithms of the factors t: 1.1, 1.2, 1.5, 2.2, 5.0, 24.5. Each point serves the rises around it.
constexpr std::array<double, 6> kLogFactors = {0.1, 0.2, 0.4, 0.8, 1.6, 3.2};

// The state; all zeros at the begin of a run.
struct SequentialTest {
  std::array<double, kLogFactors.size()> log_products = {};
  double log_peak = 0;  // the largest mixture so far
  // Sums of Mantel and Haenszel: errors of one side times the share of requests of the other one.
  double fresh_weight = 0;
  double stable_weight = 0;

  bool operator==(const SequentialTest&) const = default;
};

// Counts one increment in. False, and nothing is counted, where it cannot be: a negative number, more errors than
// requests. An increment without errors, or without requests on one side, says nothing and changes nothing. Cut
// increments where the share changes, or a change of load at the same moment blurs them.
// `burst`, 1 or more: so many errors may be one event.
[[nodiscard]] bool observe(SequentialTest& test, Counts fresh, Counts stable, int burst = 1);

// The evidence now against "the new side fails no more often": 1 is none, 100 is much.
double e_value(const SequentialTest& test);

// Whether the evidence has ever reached 1/alpha. Once true it stays true.
bool alarmed(const SequentialTest& test, double alpha);

// The smallest alpha that would have alarmed by now.
double always_valid_p(const SequentialTest& test);

// How many times as often the new side fails, over all increments (Mantel and Haenszel's ratio of risks, which a change
// of the share does not bend). Infinite without an error on the stable side, 1 without any. An estimate to show: it
// takes no part in the alarm.
double rise(const SequentialTest& test);

}  // namespace trunkline::deployer

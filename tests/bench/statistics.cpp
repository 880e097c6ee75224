#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "base/cli/tool.h"
#include "deployer/statistics/classification.h"
#include "deployer/statistics/detectable.h"
#include "deployer/statistics/mann_whitney.h"
#include "deployer/statistics/sequential_test.h"

// Draws runs of the deployer's statistics and prints, as markdown, how often they alarm with and without a reason.
// Each run is a bake of 10 min with a look every 10 s. The same arguments print the same tables.
namespace {

namespace cli = trunkline::base::cli;
using namespace trunkline::deployer;
using Random = std::mt19937_64;

constexpr int kLooks = 60;
constexpr int kSecondsALook = 10;
constexpr double kAlpha = 0.01;

struct Options {
  int64_t seed = 1;
  int64_t runs = 100'000;       // without a rise, each row
  int64_t found_runs = 10'000;  // with a rise, each row and rise
  int64_t rank_runs = 10'000;   // of Mann and Whitney's test, each row
};

struct Tally {
  int64_t runs = 0;
  std::vector<int> alarms;  // the look at which each run that alarmed did

  double rate() const { return static_cast<double>(alarms.size()) / static_cast<double>(runs); }
};

// "0.31 % (0.28-0.35)": with Wilson's interval of 95 %.
std::string percent_with_interval(const Tally& tally) {
  constexpr double kZ = 1.96;
  const auto n = static_cast<double>(tally.runs);
  const double p = tally.rate(), middle = (p + kZ * kZ / 2 / n) / (1 + kZ * kZ / n);
  const double half = kZ / (1 + kZ * kZ / n) * std::sqrt(p * (1 - p) / n + kZ * kZ / 4 / n / n);
  return fmt::format("{:.2f} % ({:.2f}-{:.2f})", 100 * p, 100 * std::max(0.0, middle - half), 100 * (middle + half));
}

// "97 %, 40 s": how many alarm, and the median time of those that do.
std::string power(Tally tally) {
  if (tally.alarms.empty()) return "0 %";
  const auto median = tally.alarms.begin() + static_cast<std::ptrdiff_t>(tally.alarms.size() / 2);
  std::nth_element(tally.alarms.begin(), median, tally.alarms.end());
  return fmt::format("{:.0f} %, {} s", 100 * tally.rate(), *median * kSecondsALook);
}

// Errors of one look's requests. In bursts, each draw stands for `burst` failed requests of one client.
class Errors {
 public:
  Errors(int64_t requests, double ratio, int64_t burst)
      : requests_(requests), burst_(burst), draw_(requests / burst, ratio) {}
  Counts operator()(Random& random) { return {requests_, draw_(random) * burst_}; }

 private:
  int64_t requests_, burst_;
  std::binomial_distribution<int64_t> draw_;
};

using Alarm = std::function<bool(Counts fresh, Counts stable)>;

// That errors may come in bursts of so many is known to it.
Alarm sequential_by(int burst) {
  return [test = SequentialTest{}, burst](Counts fresh, Counts stable) mutable {
    return observe(test, fresh, stable, burst) && alarmed(test, kAlpha);
  };
}

Alarm sequential() {
  return sequential_by(1);
}

// The one-sided z-test of two proportions at level alpha, made anew at each look.
Alarm naive() {
  return [a = Counts{}, b = Counts{}](Counts fresh, Counts stable) mutable {
    a = {a.requests + fresh.requests, a.errors + fresh.errors};
    b = {b.requests + stable.requests, b.errors + stable.errors};
    const auto n = static_cast<double>(a.requests), m = static_cast<double>(b.requests);
    const auto x = static_cast<double>(a.errors), y = static_cast<double>(b.errors);
    const double pooled = (x + y) / (n + m), deviation = std::sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
    return deviation > 0 && (x / n - y / m) / deviation > 2.3263;
  };
}

// The look, from 1, at which a run alarms; 0: never.
int first_alarm(const Alarm& look, Errors& fresh, Errors& stable, Random& random) {
  for (int i = 1; i <= kLooks; ++i) {
    if (look(fresh(random), stable(random))) return i;
  }
  return 0;
}

struct Traffic {
  const char* name;
  int64_t fresh;  // requests a look
  double share;

  int64_t stable() const { return std::llround(static_cast<double>(fresh) * (1 - share) / share); }
};

Tally draw(const std::function<Alarm()>& start, const Traffic& traffic, double ratio, double rise, int64_t burst,
           int64_t runs, Random& random) {
  Tally tally{runs, {}};
  Errors fresh(traffic.fresh, ratio * rise, burst), stable(traffic.stable(), ratio, burst);
  for (int64_t run = 0; run < runs; ++run) {
    if (const int look = first_alarm(start(), fresh, stable, random); look > 0) tally.alarms.push_back(look);
  }
  return tally;
}

std::string detectable(const Traffic& traffic, double ratio) {
  const auto requests = static_cast<double>(traffic.fresh + traffic.stable());
  const auto rise = detectable_rise(ratio, {requests / kSecondsALook, traffic.share, std::chrono::minutes(10)}, kAlpha);
  return rise ? fmt::format("x{:.3g}", *rise) : "none";
}

void print_sequential(const Options& options) {
  constexpr Traffic kRows[] = {{"10/min", 2, 0.1},      {"1/s", 10, 0.1},    {"10/s", 100, 0.1}, {"100/s", 1000, 0.1},
                               {"1000/s", 10'000, 0.1}, {"10/s", 100, 0.01}, {"10/s", 100, 0.5}, {"100/s", 1000, 0.5}};
  fmt::print("| traffic of the new side | share | errors | false alarms (95 %) | x2 | x5 | x10 | detectable |\n");
  fmt::print("|---|---|---|---|---|---|---|---|\n");
  Random random(static_cast<std::uint64_t>(options.seed));
  for (const Traffic& traffic : kRows) {
    for (const double ratio : {0.001, 0.01}) {
      const Tally null = draw(sequential, traffic, ratio, 1, 1, options.runs, random);
      fmt::print("| {} | {:.0f} % | {} % | {} |", traffic.name, 100 * traffic.share, 100 * ratio,
                 percent_with_interval(null));
      for (const double rise : {2.0, 5.0, 10.0}) {
        fmt::print(" {} |", power(draw(sequential, traffic, ratio, rise, 1, options.found_runs, random)));
      }
      fmt::print(" {} |\n", detectable(traffic, ratio));
    }
  }
}

// False alarms where assumptions are strained: many errors, bursts, and a test that is not made for many looks.
void print_strained(const Options& options) {
  struct Row {
    const char* name;
    std::function<Alarm()> start;
    Traffic traffic;
    double ratio;
    int64_t burst;
  };
  const Row rows[] = {
      {"sequential, errors 20 %, share 10 %", sequential, {"", 100, 0.1}, 0.2, 1},
      {"sequential, errors 20 %, share 50 %", sequential, {"", 100, 0.5}, 0.2, 1},
      {"sequential, errors 1 % in bursts of 2", sequential, {"", 100, 0.1}, 0.01, 2},
      {"sequential, errors 1 % in bursts of 5", sequential, {"", 100, 0.1}, 0.01, 5},
      {"z-test at every look, errors 1 %", naive, {"", 100, 0.1}, 0.01, 1},
      {"sequential, errors 1 % in bursts of 2, `burst: 2`", [] { return sequential_by(2); }, {"", 100, 0.1}, 0.01, 2},
      {"sequential, errors 1 % in bursts of 5, `burst: 5`", [] { return sequential_by(5); }, {"", 100, 0.1}, 0.01, 5},
  };
  fmt::print("\n| test, 10/s to the new side | false alarms (95 %) |\n|---|---|\n");
  Random random(static_cast<std::uint64_t>(options.seed) + 1);
  for (const Row& row : rows) {
    const Tally null = draw(row.start, row.traffic, row.ratio, 1, row.burst, options.runs, random);
    fmt::print("| {} | {} |\n", row.name, percent_with_interval(null));
  }
}

// Whether `judge` condemns two sides with the same distribution (latencies: lognormal) at any look from `first` on.
using Condemns = std::function<bool(std::span<const double> fresh, std::span<const double> stable)>;

Tally draw_ranks(const Condemns& condemns, int first, int64_t runs, Random& random) {
  Tally tally{runs, {}};
  std::lognormal_distribution<double> latency(0, 0.3);
  std::vector<double> fresh(kLooks), stable(kLooks);
  for (int64_t run = 0; run < runs; ++run) {
    std::generate(fresh.begin(), fresh.end(), [&] { return latency(random); });
    std::generate(stable.begin(), stable.end(), [&] { return latency(random); });
    for (size_t n = static_cast<size_t>(first); n <= kLooks; ++n) {
      if (!condemns({fresh.data(), n}, {stable.data(), n})) continue;
      tally.alarms.push_back(static_cast<int>(n));
      break;
    }
  }
  return tally;
}

void print_ranks(const Options& options) {
  const Condemns by_p = [](auto fresh, auto stable) {
    return mann_whitney(fresh, stable, Alternative::greater).p <= kAlpha;
  };
  const auto by_gate = [](double allowed) -> Condemns {
    return [allowed](auto fresh, auto stable) {
      const EffectGate gate{.direction = Direction::increase, .allowed_increase = allowed};
      return classify(fresh, stable, gate).label == Comparison::high;
    };
  };
  const struct {
    const char* name;
    Condemns condemns;
  } rows[] = {{"p <= 0.01", by_p},
              {"classified high, as Kayenta's judge (98 %, tolerance 0.25)", by_gate(1)},
              {"the same, an increase of 1.2 allowed", by_gate(1.2)}};
  fmt::print(
      "\n| Mann-Whitney | one look, at 60 samples a side | a look at each sample from 5 to 60 |\n|---|---|---|\n");
  Random random(static_cast<std::uint64_t>(options.seed) + 2);
  for (const auto& row : rows) {
    const Tally once = draw_ranks(row.condemns, kLooks, options.rank_runs, random);
    const Tally always = draw_ranks(row.condemns, 5, options.rank_runs, random);
    fmt::print("| {} | {} | {} |\n", row.name, percent_with_interval(once), percent_with_interval(always));
  }
}

}  // namespace

int main(int argc, char** argv) {
  cli::Tool tool("statistics-bench", "Measures false alarms and power of the deployer's statistics.");
  auto options = std::make_shared<Options>();
  tool.root()
      .option("--seed", options->seed, "N", "the same seed prints the same tables")
      .option("--runs", options->runs, "N", "runs without a rise, each row")
      .option("--found-runs", options->found_runs, "N", "runs with a rise, each row and rise")
      .option("--rank-runs", options->rank_runs, "N", "runs of Mann and Whitney's test, each row")
      .action([options]() -> trunkline::base::Result<int> {
        print_sequential(*options);
        print_strained(*options);
        print_ranks(*options);
        return 0;
      });
  return tool.run(argc, argv);
}

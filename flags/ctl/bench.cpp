#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <memory>

#include "base/cli/terminal.h"
#include "flags/ctl/commands.h"
#include "flags/ctl/input.h"
#include "flags/definition/yaml/flag_document.h"
#include "flags/evaluation/evaluation.h"

namespace trunkline::flags {
namespace {

using base::Result;

struct BenchOptions {
  std::string file;
  std::string key;
  std::string context = "{}";
  base::Millis length{1000};
  bool json = false;
};

// Evaluations in one second of this thread. The answers are used, so that none can be left out.
double measure(const FlagSet& set, const std::string& key, const EvaluationContext& context, base::Millis length) {
  constexpr int kRound = 10'000;
  const base::Clock& clock = base::system_clock();
  const base::WallTime now = clock.wall();
  const base::SteadyTime begin = clock.steady();
  uint64_t count = 0;
  uintptr_t used = 0;
  std::chrono::duration<double> taken{};
  do {
    for (int i = 0; i < kRound; ++i) used += reinterpret_cast<uintptr_t>(evaluate(set, key, context, now).value);
    count += kRound;
    taken = clock.steady() - begin;
  } while (taken < length);
  asm volatile("" : : "r"(used));
  return static_cast<double>(count) / taken.count();
}

Result<int> bench(const BenchOptions& options) {
  TRY_ASSIGN(const EvaluationContext context, read_context_argument(options.context));
  TRY_ASSIGN(const std::string text, read_named_file(options.file));
  TRY_ASSIGN(const FlagSet set, parse_flag_set(text, options.file));
  if (set.find(options.key) == nullptr) {
    return base::fail(base::Kind::not_found, fmt::format("no flag \"{}\"", options.key), {options.file, 0, 0});
  }
  const double speed = measure(set, options.key, context, options.length);
  if (options.json) {
    base::cli::print_json({{"evaluations_per_second", static_cast<int64_t>(std::llround(speed))}});
  } else {
    base::cli::print(fmt::format("{}: {:.2f} million evaluations a second, {:.0f} ns each\n", options.key, speed / 1e6,
                                 1e9 / speed));
  }
  return 0;
}

}  // namespace

void add_bench(base::cli::Tool& tool) {
  auto options = std::make_shared<BenchOptions>();
  auto command = tool.command("bench", "measure how fast one thread evaluates a flag");
  command.option("--flags", options->file, "FILE", "the flag file")
      .required()
      .option("--key", options->key, "KEY", "the flag")
      .required()
      .option("--context", options->context, "JSON|@FILE", "whom to evaluate for")
      .option("--for", options->length, "TIME", "how long to measure")
      .flag("--json", options->json, "print {\"evaluations_per_second\": N}")
      .footer(R"(flagctl bench --flags flags.json --key new-page --context '{"targetingKey":"ada"}')")
      .action([options] { return bench(*options); });
}

}  // namespace trunkline::flags

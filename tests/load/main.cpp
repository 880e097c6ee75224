#include <memory>

#include "base/cli/progress.h"
#include "base/cli/tool.h"
#include "tests/load/links.h"
#include "tests/load/load_run.h"

namespace {

namespace cli = trunkline::base::cli;
namespace load = trunkline::load;

struct MakeOptions {
  int64_t count = 1'000'000;
  int64_t seed = 1;
  std::string output = "links.csv";
};

}  // namespace

int main(int argc, char** argv) {
  cli::Tool tool("load-generator", "Asks a shortener for links at a fixed rate and checks every answer.");
  auto options = std::make_shared<load::LoadOptions>();
  tool.root()
      .option("--url", options->url, "URL", "http://IPV4:PORT")
      .option("--links", options->links, "CSV", "the links that are there: code,url")
      .option("--report", options->report, "FILE", "JSON, written anew five times a second")
      .option("--rate", options->rate, "N", "requests a second")
      .option("--duration", options->duration, "TIME", "0: until SIGTERM")
      .option("--slow-over", options->slow_over, "TIME", "what counts as slow")
      .option("--connections", options->connections, "N", "the most requests at once")
      .option("--timeout", options->timeout, "TIME", "for one answer")
      .action([options] { return load::run_load(*options); });
  auto make = std::make_shared<MakeOptions>();
  tool.command("make-links", "write a CSV file of made-up links")
      .option("--count", make->count, "N", "how many")
      .option("--seed", make->seed, "N", "the same seed gives the same file")
      .option("-o,--output", make->output, "FILE", "where to")
      .action([make]() -> trunkline::base::Result<int> {
        trunkline::base::cli::Progress progress("links");
        TRY(load::make_links(make->output, static_cast<std::uint64_t>(make->count),
                             static_cast<std::uint64_t>(make->seed),
                             [&](std::uint64_t count) { progress.show(count); }));
        return 0;
      });
  return tool.run(argc, argv);
}

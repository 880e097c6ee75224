#include <cstdlib>
#include <memory>
#include <optional>

#include "base/cli/tool.h"
#include "base/core/files.h"
#include "base/core/log.h"
#include "base/core/signals.h"
#include "base/http/server.h"
#include "base/http/service.h"
#include "flags/agent/feed.h"
#include "flags/agent/feed_thread.h"
#include "flags/agent/routes.h"

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Millis;
using base::Result;

constexpr Millis kAgeTick{500};

struct Options {
  std::string source;
  std::string listen = "127.0.0.1:8016";
  Millis poll_interval{30'000};
  std::string cache_dir;
  std::string log_level = "info";
};

Result<> check(const Options& options) {
  TRY_ASSIGN(const base::LogLevel level, base::parse_log_level(options.log_level));
  base::set_log_level(level);
  if (options.poll_interval >= Millis{50}) return {};
  return base::fail(Kind::usage, "--poll-interval: expected at least 50ms");
}

Result<int> serve(const Options& options) {
  TRY(check(options));
  TRY_ASSIGN(const SourceSpec spec, parse_source_spec(options.source));
  std::optional<base::TempFolder> temporary;
  std::filesystem::path folder = options.cache_dir;
  if (folder.empty()) {
    TRY_ASSIGN(base::TempFolder made, base::TempFolder::make("flag-agent"));
    folder = made.path();
    temporary.emplace(std::move(made));
  }
  const auto source = make_source(spec, folder);

  base::Metrics metrics;
  Feed feed({spec.display, options.poll_interval, options.cache_dir}, *source, base::system_clock(), metrics);
  base::Service service(metrics, base::BuildInfo::from_environment(), [&] { return feed.ready(); });
  add_flag_routes(service.router(), feed);
  feed.load();
  TRY_ASSIGN(const auto server,
             base::Server::start({.listen = options.listen, .refused = service.refused()}, service.handler()));
  FeedThread thread(feed);
  base::print_listening(server->address());

  // Here and not where the source is asked: the age must grow while a remote keeps us waiting.
  while (!base::wait_for_termination(kAgeTick)) feed.update_age();
  service.begin_stop();
  server->stop(Millis{5000});
  // libgit2 cannot be interrupted: a fetch from a host that is silent is left behind with the process.
  if (!thread.stop(Millis{2000})) {
    temporary.reset();
    std::_Exit(0);
  }
  return 0;
}

}  // namespace
}  // namespace trunkline::flags

int main(int argc, char** argv) {
  using namespace trunkline;
  base::hold_termination_signals();
  base::cli::Tool tool("flag-agent", "Serves feature flags from a file or a git repository to the programs of a host.");
  auto options = std::make_shared<flags::Options>();
  tool.root()
      .option("--source", options->source, "SOURCE", "file:PATH or git:URL#BRANCH:PATH")
      .required()
      .option("--listen", options->listen, "ADDR:PORT", "where to serve; unix:PATH for a socket")
      .option("--poll-interval", options->poll_interval, "TIME", "how often a git source is asked")
      .option("--cache-dir", options->cache_dir, "DIR", "keeps the last good flags for a start without the source")
      .option("--log-level", options->log_level, "LEVEL", "debug, info, warn or error")
      .action([options] { return flags::serve(*options); });
  return tool.run(argc, argv);
}

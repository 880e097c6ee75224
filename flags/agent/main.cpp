#include <cstdlib>
#include <memory>

#include "base/cli/tool.h"
#include "base/core/log.h"
#include "base/core/signals.h"
#include "base/http/server.h"
#include "flags/agent/agent.h"
#include "flags/agent/grpc/open_grpc.h"

namespace trunkline::flags {
namespace {

constexpr base::Millis kTick{250};

base::Result<int> serve(const AgentOptions& options) {
  TRY_ASSIGN(const base::LogLevel level, base::parse_log_level(options.log_level));
  base::set_log_level(level);
  TRY_ASSIGN(const auto agent, Agent::start(options, open_grpc));
  base::print_listening(agent->address());
  while (!base::wait_for_termination(kTick)) agent->tick();
  // libgit2 cannot be interrupted: a fetch from a host that is silent is left behind with the process.
  if (!agent->stop()) std::_Exit(0);
  return 0;
}

void add_options(base::cli::Command command, AgentOptions& options) {
  command
      .option("--source", options.sources, "SOURCE",
              "file:PATH, git:URL#BRANCH[@COMMIT]:PATH or http(s)://URL; may be given again, the later wins")
      .required()
      .option("--listen", options.listen, "ADDR:PORT", "where to serve; unix:PATH for a socket")
      .option("--socket-mode", options.socket_mode, "MODE",
              "permissions of a unix socket, such as 660; else by the umask")
      .option("--poll-interval", options.poll_interval, "TIME", "how often git and http sources are asked")
      .option("--cache-dir", options.cache_dir, "DIR",
              "keeps the last good flags and overrides for a start without the source")
      .option("--tokens", options.tokens_file, "FILE",
              "who may ask for what, and whether without a token; without it everybody may ask for everything")
      .option("--allow-host", options.allowed_hosts, "NAME",
              "a name by which clients ask an open agent on loopback, beside localhost and addresses")
      .option("--source-token-file", options.source_token_files, "[URL=]FILE",
              "holds the bearer token for an http source, or for those whose URL begins so")
      .option("--hook-secret-file", options.hook_secret_file, "FILE",
              "opens POST /hooks/refresh to those who know this secret")
      .option("--static-context", options.static_context, "KEY=VALUE",
              "put into every context, over what a request says")
      .option("--context-from-header", options.context_from_header, "HEADER=KEY",
              "puts the value of a request's header into its context")
      .option("--rate-limit", options.rate_limit, "N",
              "requests a second for each token, or without tokens for each address; 0: no limit")
      .option("--metrics-listen", options.metrics_listen, "ADDR:PORT",
              "serves /metrics, /healthz, /readyz and /version here too, without a token")
      .option("--appconfig-listen", options.appconfig_listen, "ADDR:PORT",
              "serves the AppConfig agent's API here too; off unless given")
      .bare("127.0.0.1:2772")
      .option("--appconfig-app", options.appconfig_app, "NAME", "the one application there is; else any name will do")
      .option("--appconfig-env", options.appconfig_env, "NAME", "the one environment there is; else any name will do")
      .option("--grpc-listen", options.grpc_listen, "ADDR:PORT",
              "evaluates for flagd's SDKs in rpc mode here too; off unless given")
      .bare("127.0.0.1:8013")
      .option("--sync-listen", options.sync_listen, "ADDR:PORT",
              "serves the flags to flagd's SDKs in in-process mode; off unless given")
      .bare("127.0.0.1:8015")
      .option("--threads", options.threads, "N", "that answer requests; 0: one a core")
      .option("--log-level", options.log_level, "LEVEL", "debug, info, warn or error");
}

}  // namespace
}  // namespace trunkline::flags

int main(int argc, char** argv) {
  using namespace trunkline;
  base::hold_termination_signals();
  base::cli::Tool tool("flag-agent",
                       "Serves feature flags from files, git repositories and HTTP servers to the programs of a host.");
  auto options = std::make_shared<flags::AgentOptions>();
  flags::add_options(tool.root(), *options);
  tool.root()
      .footer("flag-agent --source git:https://host/flags.git#main:flags/flags.json --cache-dir /var/lib/flag-agent")
      .action([options] { return flags::serve(*options); });
  return tool.run(argc, argv);
}

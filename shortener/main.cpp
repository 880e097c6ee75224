#include <cstdlib>

#include "base/cli/tool.h"
#include "shortener/ctl/import_command.h"
#include "shortener/ctl/serve.h"

namespace {

namespace cli = trunkline::base::cli;
namespace shortener = trunkline::shortener;

void add_serve(cli::Tool& tool) {
  auto options = std::make_shared<shortener::ServeOptions>();
  tool.command("serve", "serve links and redirects")
      .option("--listen", options->listen, "ADDR", "ADDR:PORT or unix:PATH; port 0: any free one")
      .environment("SHORTENER_LISTEN")
      .option("--socket-mode", options->socket_mode, "MODE",
              "permissions of a unix socket, such as 660; else by the umask")
      .environment("SHORTENER_SOCKET_MODE")
      .option("--store", options->store, "STORE", "sqlite:PATH; made if it is not there")
      .environment("SHORTENER_STORE")
      .option("--flags", options->flags, "URL", "the flag-agent; without it the defaults apply")
      .environment("SHORTENER_FLAGS")
      .option("--flags-poll", options->flags_poll, "TIME",
              "how often to ask a flag-agent that does not tell of changes by itself")
      .environment("SHORTENER_FLAGS_POLL")
      .option("--flags-cache", options->flags_cache, "FILE", "keeps the last flags for a start without the agent")
      .environment("SHORTENER_FLAGS_CACHE")
      .option("--threads", options->threads, "N", "server threads; 0: one a core")
      .environment("SHORTENER_THREADS")
      .option("--cache-mb", options->cache_mb, "MIB", "memory for links asked for lately")
      .environment("SHORTENER_CACHE_MB")
      .option("--grace", options->grace, "TIME", "how long running requests may take after SIGTERM")
      .environment("SHORTENER_GRACE")
      .option("--log-level", options->log_level, "LEVEL", "debug, info, warn or error")
      .environment("SHORTENER_LOG_LEVEL")
      .option("--public-url", options->public_url, "URL",
              "what short URLs begin with; else http:// and the Host of a request")
      .environment("SHORTENER_PUBLIC_URL")
      .flag("--open", options->open, "anybody may create links, without SHORTENER_API_KEY")
      .environment("SHORTENER_OPEN")
      .flag("--allow-faults", options->allow_faults, "allow --fault")
      .environment("SHORTENER_ALLOW_FAULTS")
      .option("--fault", options->faults, "FAULT", "for drills: latency=400ms,rate=0.3 or status=500,rate=0.1")
      .environment("SHORTENER_FAULT")
      .footer("Creating a link needs Authorization: Bearer and the key in SHORTENER_API_KEY, or --open.")
      .action([options] {
        if (const char* key = std::getenv("SHORTENER_API_KEY")) options->api_key = key;
        return shortener::serve(*options);
      });
}

void add_import(cli::Tool& tool) {
  auto command = std::make_shared<shortener::ImportCommand>();
  tool.command("import", "read links from a CSV file: all of it or nothing")
      .positional("FILE", command->file, "CSV with the header code,url[,created_at]")
      .option("--store", command->store, "STORE", "sqlite:PATH; made if it is not there")
      .environment("SHORTENER_STORE")
      .option("--on-conflict", command->on_conflict, "WHAT", "for a code that is taken: fail, skip or replace")
      .one_of({"fail", "skip", "replace"})
      .flag("--skip-bad", command->skip_bad, "leave bad rows out instead of importing nothing")
      .flag("--json", command->json, "print the counts as JSON")
      .action([command] { return shortener::run_import(*command); });
}

}  // namespace

int main(int argc, char** argv) {
  cli::Tool tool("shortener", "Short links: create them, follow them.");
  add_serve(tool);
  add_import(tool);
  return tool.run(argc, argv);
}

#include "flags/agent/agent.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>

#include "base/core/files.h"
#include "base/core/log.h"
#include "base/core/text.h"
#include "base/http/listen.h"
#include "base/http/server.h"
#include "base/http/service.h"
#include "flags/agent/feed/feed_thread.h"
#include "flags/agent/http/appconfig_routes.h"
#include "flags/agent/http/detail_guard.h"
#include "flags/agent/http/evaluation_routes.h"
#include "flags/agent/http/flag_set_routes.h"
#include "flags/agent/http/host_check.h"
#include "flags/agent/http/ofrep_routes.h"
#include "flags/agent/http/override_routes.h"
#include "flags/agent/http/refresh_routes.h"
#include "flags/agent/http/status_routes.h"
#include "flags/agent/store/leftover_files.h"

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Millis;
using base::Result;

constexpr size_t kMostBody = 1024 * 1024;
constexpr Millis kServerGrace{5000};
constexpr Millis kSourceGrace{2000};

// A file that holds one secret, and perhaps a newline.
Result<std::string> read_secret(const std::string& file) {
  TRY_ASSIGN(const std::string text, base::read_file(file, 64 * 1024));
  std::string secret(base::trim(text));
  if (secret.empty()) return base::fail(Kind::invalid, "expected a secret, the file is empty", {file, 0, 0});
  return secret;
}

// --source-token-file [URL-PREFIX=]FILE: the token goes to the http sources whose URL begins so, and to no other.
Result<> give_tokens(const std::vector<std::string>& token_files, std::vector<SourceSpec>& specs) {
  for (const std::string& text : token_files) {
    const bool has_prefix = text.starts_with("http://") || text.starts_with("https://") || text.starts_with("unix:");
    const size_t equals = has_prefix ? text.rfind('=') : std::string::npos;
    if (has_prefix && equals == std::string::npos) {
      return base::fail(Kind::usage, fmt::format("--source-token-file: expected URL=FILE, got \"{}\"", text));
    }
    const std::string prefix = has_prefix ? text.substr(0, equals) : "";
    TRY_ASSIGN(const std::string token, read_secret(has_prefix ? text.substr(equals + 1) : text));
    size_t given = 0;
    for (SourceSpec& spec : specs) {
      if (spec.kind != SourceSpec::Kind::http || !spec.location.starts_with(prefix)) continue;
      spec.token = token;
      ++given;
    }
    if (given == 1 || (given > 1 && has_prefix)) continue;
    return base::fail(Kind::usage, given == 0 ? "--source-token-file: there is no such http source"
                                              : "--source-token-file: there are several http sources, "
                                                "so say which: URL-PREFIX=FILE");
  }
  return {};
}

Result<std::vector<SourceSpec>> read_sources(const AgentOptions& options) {
  std::vector<SourceSpec> specs;
  for (const std::string& text : options.sources) {
    TRY_ASSIGN(SourceSpec spec, parse_source_spec(text));
    const bool twice =
        std::any_of(specs.begin(), specs.end(), [&](const SourceSpec& other) { return other.display == spec.display; });
    if (twice) return base::fail(Kind::usage, fmt::format("--source {} stands there twice", spec.display));
    specs.push_back(std::move(spec));
  }
  TRY(give_tokens(options.source_token_files, specs));
  return specs;
}

Result<Access> read_access(const std::optional<std::string>& file) {
  if (!file) return Access();
  TRY_ASSIGN(const std::string text, base::read_file(*file));
  return Access::parse(text, *file);
}

// "country=CH".
Result<std::pair<std::string, std::string>> parse_pair(std::string_view text, std::string_view option) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return base::fail(Kind::usage, fmt::format("{}: expected KEY=VALUE, got \"{}\"", option, text));
  }
  return std::pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

Result<Evaluator::Options> read_context(const AgentOptions& options) {
  Evaluator::Options context;
  for (const std::string& text : options.static_context) {
    TRY_ASSIGN(const auto pair, parse_pair(text, "--static-context"));
    context.static_context[pair.first] = pair.second;
  }
  for (const std::string& text : options.context_from_header) {
    TRY_ASSIGN(auto pair, parse_pair(text, "--context-from-header"));
    context.header_keys.push_back({std::move(pair.first), std::move(pair.second)});
  }
  return context;
}

Result<> check(const AgentOptions& options) {
  if (options.poll_interval < Millis{50}) return base::fail(Kind::usage, "--poll-interval: expected at least 50ms");
  if (options.rate_limit < 0) return base::fail(Kind::usage, "--rate-limit: expected 0 or more");
  if (options.threads < 0 || options.threads > 1024) return base::fail(Kind::usage, "--threads: expected 0 to 1024");
  if (!options.appconfig_listen && (options.appconfig_app || options.appconfig_env)) {
    return base::fail(Kind::usage, "--appconfig-app and --appconfig-env need --appconfig-listen");
  }
  return {};
}

bool is_loopback(const base::ListenAddress& address) {
  return !address.is_unix && (address.host.starts_with("127.") || address.host == "::1");
}

// Flags and who flips them are nobody's business: an agent that asks for no token belongs on the machine itself.
void warn_if_open(const std::string& listen, const Access& access) {
  const auto address = base::parse_listen_address(listen);
  const bool is_local = address && (address->is_unix || is_loopback(*address));
  if (!access.is_open() || is_local) return;
  base::log(base::LogLevel::warn, "serving other machines without a token", {{"listen", listen}});
}

}  // namespace

struct Agent::Parts {
  Parts(const AgentOptions& options, std::vector<SourceSpec> specs, Access tokens, Evaluator::Options context,
        std::optional<base::TempFolder> scratch)
      : temporary(std::move(scratch)),
        access(std::move(tokens)),
        limit(options.rate_limit),
        store(specs.size(), metrics),
        overrides(options.cache_dir, store, clock, metrics),
        evaluator(std::move(context), clock),
        gate(access, limit, store, clock),
        polls(gate, clock, metrics),
        streams(gate, clock, metrics),
        health(feeds, store, overrides),
        service(metrics, base::BuildInfo::from_environment(), [this] { return health.ready(); }),
        appconfig(metrics, base::BuildInfo::from_environment(), [this] { return health.ready(); }) {
    const std::filesystem::path folder = temporary ? temporary->path() : std::filesystem::path(options.cache_dir);
    for (const SourceSpec& spec : specs) {
      sources.push_back(make_source(spec, folder));
      feeds.push_back(std::make_unique<Feed>(Feed::Options{spec.display, options.poll_interval, options.cache_dir},
                                             *sources.back(), store, feeds.size(), clock, metrics));
    }
    store.listen([this](const auto&) {
      polls.announce();
      streams.announce();
      if (more) more->announce();
    });
  }

  // Who waits is answered while there are metrics to count it; who comes later is not kept waiting.
  ~Parts() { polls.close(); }

  void add_routes(const AgentOptions& options, std::optional<std::string> hook_secret) {
    add_flag_set_routes(service.router(), gate, polls);
    add_ofrep_routes(service.router(), gate, evaluator, streams);
    add_override_routes(service.router(), gate, overrides, clock);
    add_status_routes(service.router(), gate, health);
    add_evaluation_routes(service.router(), gate, metrics, clock.wall());
    if (hook_secret) add_refresh_routes(service.router(), *std::move(hook_secret), [this] { wake(); });
    add_appconfig_routes(appconfig.router(), {options.appconfig_app, options.appconfig_env}, gate, evaluator);
  }

  void wake() {
    if (!threads_started) return;
    for (const auto& thread : threads) thread->wake();
  }

  std::optional<base::TempFolder> temporary;
  const base::Clock& clock = base::system_clock();
  base::Metrics metrics;
  Access access;
  RateLimit limit;
  FlagStore store;
  OverrideBoard overrides;
  Evaluator evaluator;
  Gate gate;
  LongPolls polls;
  EventStreams streams;
  std::vector<std::unique_ptr<Source>> sources;
  std::vector<std::unique_ptr<Feed>> feeds;
  Health health;
  base::Service service;
  base::Service appconfig;
  std::unique_ptr<Listener> more;
  std::unique_ptr<base::Server> server;
  std::unique_ptr<base::Server> appconfig_server;
  std::unique_ptr<base::Server> metrics_server;
  std::vector<std::unique_ptr<FeedThread>> threads;
  std::atomic<bool> threads_started{false};  // from then on `threads` does not change
};

Agent::Agent(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Agent::~Agent() = default;

Result<std::unique_ptr<Agent>> Agent::start(const AgentOptions& options, const OpenListener& open_more) {
  TRY(check(options));
  TRY_ASSIGN(std::vector<SourceSpec> specs, read_sources(options));
  TRY_ASSIGN(Access access, read_access(options.tokens_file));
  TRY_ASSIGN(Evaluator::Options context, read_context(options));
  std::optional<std::string> hook_secret;
  if (options.hook_secret_file) {
    TRY_ASSIGN(hook_secret, read_secret(*options.hook_secret_file));
  }
  std::optional<base::TempFolder> temporary;
  if (options.cache_dir.empty()) {
    TRY_ASSIGN(base::TempFolder made, base::TempFolder::make("flag-agent"));
    temporary.emplace(std::move(made));
  }
  auto parts =
      std::make_unique<Parts>(options, std::move(specs), std::move(access), std::move(context), std::move(temporary));
  if (!options.cache_dir.empty())
    remove_leftover_files(options.cache_dir, std::filesystem::file_time_type::clock::now());
  parts->add_routes(options, std::move(hook_secret));
  for (const auto& feed : parts->feeds) feed->load();
  parts->overrides.load();

  // Before anything that can make a new edition runs.
  TRY_ASSIGN(parts->more, open_more(options, {parts->gate, parts->evaluator, parts->metrics}));
  for (const auto& address : {options.grpc_listen, options.sync_listen}) {
    if (address) warn_if_open(*address, parts->access);
  }
  std::optional<unsigned> socket_mode;
  if (options.socket_mode) {
    TRY_ASSIGN(socket_mode, base::parse_socket_mode(*options.socket_mode));
  }
  const auto listen = [&](const std::string& address, base::Service& service,
                          base::Handler handler) -> Result<std::unique_ptr<base::Server>> {
    TRY_ASSIGN(const base::ListenAddress parsed, base::parse_listen_address(address));
    // Browsers reach no unix socket, and have no token.
    if (parts->access.is_open() && (is_loopback(parsed) || (!parsed.is_unix && !options.allowed_hosts.empty()))) {
      handler = check_hosts(std::move(handler), options.allowed_hosts, *service.refused());
    }
    return base::Server::start({.listen = address,
                                .socket_mode = socket_mode,
                                .threads = static_cast<int>(options.threads),
                                .max_body = kMostBody,
                                .refused = service.refused()},
                               std::move(handler));
  };
  const auto guarded = [&](base::Service& service) {
    return guard_details(service.handler(), parts->access, *service.refused());
  };
  TRY_ASSIGN(parts->server, listen(options.listen, parts->service, guarded(parts->service)));
  warn_if_open(parts->server->address(), parts->access);
  if (options.appconfig_listen) {
    TRY_ASSIGN(parts->appconfig_server, listen(*options.appconfig_listen, parts->appconfig, guarded(parts->appconfig)));
    base::log(base::LogLevel::info, "serving AppConfig's API", {{"listening", parts->appconfig_server->address()}});
  }
  if (options.metrics_listen) {
    TRY_ASSIGN(parts->metrics_server, listen(*options.metrics_listen, parts->service,
                                             operational_routes(parts->service.handler(), *parts->service.refused())));
    base::log(base::LogLevel::info, "serving metrics", {{"listening", parts->metrics_server->address()}});
  }
  for (const auto& feed : parts->feeds) parts->threads.push_back(std::make_unique<FeedThread>(*feed));
  parts->threads_started = true;
  return std::unique_ptr<Agent>(new Agent(std::move(parts)));
}

const std::string& Agent::address() const {
  return parts_->server->address();
}

void Agent::tick() {
  // Here and not where the source is asked: the age must grow while a remote keeps us waiting.
  for (const auto& feed : parts_->feeds) feed->update_age();
  parts_->overrides.tick();
  parts_->polls.tick();
  parts_->streams.tick();
}

bool Agent::stop() {
  parts_->service.begin_stop();
  parts_->appconfig.begin_stop();
  parts_->polls.close();
  if (parts_->more) parts_->more->stop();
  parts_->server->stop(kServerGrace);
  if (parts_->appconfig_server) parts_->appconfig_server->stop(kServerGrace);
  if (parts_->metrics_server) parts_->metrics_server->stop(Millis(0));
  const auto end = parts_->clock.steady() + kSourceGrace;
  bool all = true;
  for (const auto& thread : parts_->threads) {
    const auto left = std::chrono::duration_cast<Millis>(end - parts_->clock.steady());
    all = thread->stop(std::max(left, Millis{0})) && all;
  }
  // What a thread that is left behind may still write to goes with the process; the rest is tidied up here.
  if (!all) parts_->temporary.reset();
  return all;
}

}  // namespace trunkline::flags

#include "shortener/ctl/serve.h"

#include <random>

#include "base/core/log.h"
#include "base/core/signals.h"
#include "base/http/listen.h"
#include "base/http/server.h"
#include "base/http/service.h"
#include "base/http/url.h"
#include "shortener/http/client_flags.h"
#include "shortener/http/faults.h"
#include "shortener/http/links_api.h"
#include "shortener/http/redirect.h"
#include "shortener/store/measured_store.h"

namespace trunkline::shortener {
namespace {

using base::PathParameters;
using base::Reply;
using base::Request;

// The kernel's randomness: codes are not to be guessed.
std::uint64_t secure_random() {
  static thread_local std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

double quick_random() {
  static thread_local std::mt19937_64 engine(secure_random());
  return std::uniform_real_distribution<>(0, 1)(engine);
}

base::Result<std::vector<Fault>> read_faults(const ServeOptions& options) {
  std::vector<Fault> faults;
  for (const std::string& text : options.faults) {
    TRY_ASSIGN(const Fault fault, parse_fault(text));
    faults.push_back(fault);
  }
  if (!faults.empty() && !options.allow_faults) {
    return base::fail(base::Kind::usage, "--fault: only together with --allow-faults");
  }
  return faults;
}

base::Result<std::unique_ptr<FlagReader>> read_flags(const ServeOptions& options) {
  if (!options.flags) return std::make_unique<DefaultFlags>();
  if (const auto url = base::parse_url(*options.flags); !url) {
    return base::fail(base::Kind::usage, "--flags: " + url.error().message);
  }
  if (options.flags_poll < base::Millis(10))
    return base::fail(base::Kind::usage, "--flags-poll: expected at least 10ms");
  return std::make_unique<ClientFlags>(flags::ClientOptions{.agent_url = *options.flags,
                                                            .poll_interval = options.flags_poll,
                                                            .cache_file = options.flags_cache.value_or("")});
}

// The whole service but its socket. Members are in the order in which they need each other: the queue of creates and
// the timer of the faults, whose threads answer what still waits when they end, go before what they answer through.
class App {
 public:
  App(const ServeOptions& options, std::string public_url, std::unique_ptr<FlagReader> flags,
      std::unique_ptr<LinkStore> store, std::vector<Fault> faults)
      : flags_(std::move(flags)),
        store_(std::move(store), metrics_),
        cache_(static_cast<size_t>(options.cache_mb) * 1024 * 1024),
        service_(metrics_, base::BuildInfo::from_environment(), [this] { return readiness(); }),
        redirect_(store_, cache_, *flags_, metrics_),
        faults_(std::move(faults), quick_random, metrics_),
        queue_(store_, *flags_, base::system_clock(), secure_random),
        api_(store_, queue_, {options.open, options.api_key}, std::move(public_url)) {
    add("GET", "/{code}",
        [this](const Request&, const PathParameters& path, Reply reply) { redirect_(path, std::move(reply)); });
    add("POST", "/api/v1/links",
        [this](const Request& request, const PathParameters&, Reply reply) { api_.create(request, std::move(reply)); });
    add("GET", "/api/v1/links/{code}", [this](const Request& request, const PathParameters& path, Reply reply) {
      api_.show(request, path, std::move(reply));
    });
  }

  base::Service& service() { return service_; }

 private:
  base::Result<base::JsonObject> readiness() {
    TRY(faults_.readiness());
    TRY(store_.check());
    return base::JsonObject{};
  }

  void add(const char* method, const char* pattern, base::RouteHandler handler) {
    service_.router().add(method, pattern, faults_.apply(std::move(handler)));
  }

  base::Metrics metrics_;
  const std::unique_ptr<FlagReader> flags_;
  MeasuredStore store_;
  LinkCache cache_;
  base::Service service_;
  Redirect redirect_;
  Faults faults_;
  CreateQueue queue_;
  LinksApi api_;
};

}  // namespace

base::Result<int> serve(const ServeOptions& options) {
  TRY_ASSIGN(const base::LogLevel level, base::parse_log_level(options.log_level));
  base::set_log_level(level);
  if (options.cache_mb < 0 || options.cache_mb > 1'000'000) {
    return base::fail(base::Kind::usage, "--cache-mb: expected 0 to 1000000");
  }
  if (options.threads < 0 || options.threads > 1024) {
    return base::fail(base::Kind::usage, "--threads: expected 0 to 1024");
  }
  TRY(base::parse_listen_address(options.listen));
  TRY_ASSIGN(std::vector<Fault> faults, read_faults(options));
  std::optional<unsigned> socket_mode;
  if (options.socket_mode) {
    TRY_ASSIGN(socket_mode, base::parse_socket_mode(*options.socket_mode));
  }
  std::string public_url;
  if (options.public_url) {
    TRY_ASSIGN(public_url, parse_public_url(*options.public_url));
  }
  base::hold_termination_signals();
  TRY_ASSIGN(std::unique_ptr<FlagReader> flags, read_flags(options));
  TRY_ASSIGN(std::unique_ptr<LinkStore> store, open_store(options.store));
  App app(options, std::move(public_url), std::move(flags), std::move(store), std::move(faults));
  TRY_ASSIGN(const auto server, base::Server::start({.listen = options.listen,
                                                     .socket_mode = socket_mode,
                                                     .threads = static_cast<int>(options.threads),
                                                     .refused = app.service().refused()},
                                                    app.service().handler()));
  base::print_listening(server->address());
  base::log(base::LogLevel::info, "serving", {{"address", server->address()}, {"store", options.store}});

  const int signal = base::wait_for_termination();
  base::log(base::LogLevel::info, "stopping", {{"signal", signal}});
  app.service().begin_stop();
  const bool in_time = server->stop(options.grace);
  base::log(base::LogLevel::info, "stopped", {{"all_answered", in_time}});
  return in_time ? 0 : 1;
}

}  // namespace trunkline::shortener

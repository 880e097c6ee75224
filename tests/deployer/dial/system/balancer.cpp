#include "tests/deployer/dial/system/balancer.h"

#include <arpa/inet.h>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <netinet/in.h>
#include <poll.h>
#include <random>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/core/text.h"
#include "deployer/dial/haproxy_socket.h"
#include "tests/support/soon.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::Millis;

namespace {

template <typename T>
T need(base::Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return *std::move(result);
}

}  // namespace

// Below the range from which the kernel takes its own, so that no connection gets it.
Port::Port() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  static std::mt19937 random{std::random_device{}()};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  do {
    number_ = std::uniform_int_distribution<>(20'000, 32'000)(random);
    address.sin_port = htons(static_cast<uint16_t>(number_));
  } while (bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0);
  const int yes = 1;
  setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
}

Place::Place(std::string name) : name_(std::move(name)) {
  base::ServerOptions options;
  options.threads = 1;
  server_ = need(base::Server::start(options, [this](const base::Request& request, base::Reply reply) {
    if (request.path() == "/slow") {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(reply));
    } else if (request.path() == "/health") {
      reply(base::text_response(healthy_ ? 200 : 503, ""));
    } else {
      reply(base::text_response(200, name_));
    }
  }));
}

Place::~Place() {
  answer_waiting();
  server_->stop(Millis{0});
}

void Place::answer_waiting() {
  std::vector<base::Reply> replies;
  {
    const std::lock_guard lock(mutex_);
    replies.swap(waiting_);
  }
  for (base::Reply& reply : replies) reply(base::text_response(200, name_));
}

size_t Place::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

Balancer::Balancer(const fs::path& folder, const std::string& name)
    : folder_(folder), name_(name), socket_((folder / (name + ".sock")).string()) {
  std::ofstream(map()) << "";
}

Balancer::~Balancer() {
  kill();
}

std::string Balancer::head() const {
  return fmt::format(R"(global
  stats socket {} mode 600 level admin expose-fd listeners
  server-state-file {}
  maxconn 500
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  load-server-state-from-file global
)",
                     socket_, state_file().string());
}

int64_t Balancer::pid() const {
  const auto now = parse_process(ask_haproxy(socket_, "show info", Millis{500}).value_or(""));
  return now ? now->pid : 0;
}

void Balancer::signal(int number) const {
  ::kill(process_->pid(), number);
}

void Balancer::start(const std::string& config) {
  std::ofstream(config_file()) << config;
  restart();
}

void Balancer::restart() {
  kill();
  const fs::path log_file = folder_ / (name_ + ".log");
  const base::Descriptor log{open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
  process_ = need(base::Child::start({.argv = {"haproxy", "-W", "-f", config_file()}}, log));
  const bool up = base::soon([this] { return process_->poll().has_value() || pid() != 0; });
  if (!up || process_->poll()) {
    throw std::runtime_error("HAProxy does not start: " + base::read_file(log_file).value_or(""));
  }
}

void Balancer::reload() {
  const int64_t before = pid();
  const auto is_new = [&] {
    const int64_t now = pid();
    return now != before && now != 0;
  };
  // A master that has only just started its worker may miss the signal.
  for (int i = 0; i < 20; ++i) {
    signal(SIGUSR2);
    if (base::soon(is_new, Millis{1000})) return;
  }
  throw std::runtime_error("HAProxy does not reload");
}

void Balancer::kill() {
  if (!process_) return;
  process_->signal_group(SIGKILL);
  base::soon([this] { return process_->poll().has_value() && !ask_haproxy(socket_, "show info", Millis{200}); });
  process_.reset();
}

// The signal is only on its way when kill() returns.
void Balancer::freeze() const {
  int64_t worker = 0;
  base::soon([&] { return (worker = pid()) != 0; });  // a busy one may not say so at once
  const fs::path stat = fs::path("/proc") / std::to_string(worker) / "stat";
  process_->signal_group(SIGSTOP);
  base::soon([&] { return base::read_file(stat).value_or("").find(") T ") != std::string::npos; });
}

void Balancer::thaw() const {
  process_->signal_group(SIGCONT);
}

std::string Balancer::ask(const std::string& command) const {
  return need(ask_haproxy(socket_, command));
}

void Balancer::set_entry(const std::string& value) const {
  ask(fmt::format("{} map {} shop {}", entry().empty() ? "add" : "set", map().string(), value));
}

std::string Balancer::entry() const {
  const auto values = need(parse_map(ask("show map " + map().string()), "shop"));
  return values.empty() ? "" : values.front();
}

HaproxyServer Balancer::server(const std::string& backend, const std::string& name) const {
  return need(parse_servers(ask("show servers state " + backend), ask("show stat " + backend + " 4 -1"), backend))
      .at(name);
}

FakeHaproxy::FakeHaproxy(std::string socket, Answer answer)
    : answer_(std::move(answer)), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket.c_str(), sizeof(address.sun_path) - 1);
  if (bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener_.get(), 16) != 0) {
    throw std::runtime_error("no socket at " + socket);
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

FakeHaproxy::~FakeHaproxy() {
  thread_.request_stop();
  shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

void FakeHaproxy::serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    base::Descriptor peer{accept(listener_.get(), nullptr, nullptr)};
    if (!peer) return;
    std::string command(4096, '\0');
    const ssize_t got = read(peer.get(), command.data(), command.size());
    const auto text =
        answer_(std::string(base::trim(command.substr(0, static_cast<size_t>(std::max<ssize_t>(got, 0))))));
    if (text) {
      (void)base::write_all(peer.get(), *text, "the fake");
    } else {
      waiting_.push_back(std::move(peer));
    }
  }
}

base::Response visit(const std::string& address, const base::Headers& headers) {
  static const auto client = base::make_http_client();
  base::Request request;
  request.headers = headers;
  return need(client->send("http://" + address + "/", request));
}

std::string side(const std::string& address, const base::Headers& headers) {
  const base::Response answer = visit(address, headers);
  return answer.status == 200 ? std::string(answer.content()) : std::to_string(answer.status);
}

std::map<std::string, int> count_sides(const std::string& address, int users) {
  std::map<std::string, int> counts;
  for (int i = 0; i < users; ++i) ++counts[side(address, {{"Cookie", fmt::format("uid=u{}", i)}})];
  return counts;
}

}  // namespace trunkline::deployer

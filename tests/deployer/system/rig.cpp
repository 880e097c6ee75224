#include "tests/deployer/system/rig.h"

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <netinet/in.h>
#include <random>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "base/core/text.h"
#include "base/http/client.h"
#include "deployer/dial/haproxy_answers.h"
#include "deployer/dial/haproxy_socket.h"
#include "tests/load/links.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::Millis;

namespace {

constexpr Millis kPoll{5};
const std::string kDeployer = TRUNKLINE_BIN_DIR "/deployer";

template <typename T>
T need(base::Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return *std::move(result);
}
void need(const base::Result<>& result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

// Like a shell's: what the program was started with; "" once it has ended.
std::string command_line(const fs::path& process) {
  std::string text = base::read_file(process / "cmdline").value_or("");
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

std::vector<pid_t> find_processes(const std::function<bool(const fs::path& process)>& wanted) {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t pid = std::stoi(name);
    if (wanted(entry.path()) && base::identify_process(pid)) found.push_back(pid);
  }
  return found;
}

}  // namespace

const fs::path kShortener = TRUNKLINE_BIN_DIR "/shortener";

Ran run_command(const std::vector<std::string>& argv) {
  const base::ProcessOutput output = need(base::run_process({.argv = argv}, kPatience));
  const bool ended = !output.timed_out && output.status.signal == 0;
  return {ended ? output.status.code : -1, output.out, output.err};
}

bool eventually(const std::function<bool()>& condition, Millis limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

int64_t number(const base::Json& json, std::string_view key) {
  const base::Json* value = base::find(json, key);
  return value != nullptr && value->is_number() ? value->to_number<int64_t>() : -1;
}

Background::Background(const std::vector<std::string>& argv, fs::path output) : output_(std::move(output)) {
  const base::Descriptor file{open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)};
  child_ = need(base::Child::start({.argv = argv}, file));
}

Background::~Background() {
  if (child_->poll()) return;
  signal(SIGKILL);
  eventually([this] { return child_->poll().has_value(); });
}

void Background::signal(int signal) const {
  kill(child_->pid(), signal);
}

void Background::limit_file_size(size_t bytes) const {
  const rlimit limit{bytes, bytes};
  if (prlimit(child_->pid(), RLIMIT_FSIZE, &limit, nullptr) != 0) throw std::runtime_error("no limit could be set");
}

Ran Background::wait() {
  eventually([this] { return child_->poll().has_value(); });
  const auto status = child_->poll();
  return {status && status->signal == 0 ? status->code : -1, output(), ""};
}

std::string Background::output() const {
  return base::read_file(output_).value_or("");
}

Rig::Rig() : Rig({"-db"}, 3) {
  start_haproxy();
}

Rig::Rig(std::vector<std::string> haproxy_mode, int instances, const std::string& service)
    : folder_(need(base::TempFolder::make("deployer"))),
      haproxy_mode_(std::move(haproxy_mode)),
      front_port_(reserve_port()),
      front_("127.0.0.1:" + std::to_string(front_port_)),
      service_(path("state"), service) {
  for (int i = 0; i < instances; ++i) ports_.push_back(reserve_port());
  fs::create_directory(path("dist"));
  need(load::make_links(path("links.csv"), 300, 1));
  if (run_command({kShortener, "import", path("links.csv"), "--store", "sqlite:" + path("links.db").string()}).code !=
      0) {
    throw std::runtime_error("the links could not be imported");
  }
  std::string servers;
  for (int i = 0; i < instances; ++i) servers += fmt::format("  server web{} {}\n", i + 1, address(i));
  write(path("haproxy.cfg"), fmt::format(R"(global
  stats socket "{}" mode 600 level admin expose-fd listeners
  maxconn 1000
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 10s
  retries 3
  option redispatch
frontend front
  bind "{}"
  default_backend shortener
backend shortener
  balance roundrobin
  option httpchk GET /readyz
  default-server check inter 200ms fall 2 rise 1
{})",
                                         path("haproxy.sock").string(), front_, servers));
  write_rollout();
}

Rig::~Rig() {
  load_.reset();
  for (const pid_t pid : processes()) kill(pid, SIGKILL);
  eventually([this] {
    for (const pid_t pid : processes()) kill(pid, SIGKILL);  // one may have been started just then
    return processes().empty();
  });
  kill_haproxy();
}

// Below the range from which the kernel takes its own, so that no connection gets it. A socket that is bound to it but
// does not listen keeps it from other tests; the servers that are meant to have it set SO_REUSEADDR.
int Rig::reserve_port() {
  static std::mt19937 random{std::random_device{}()};
  for (;;) {
    const int port = std::uniform_int_distribution<>(20'000, 32'000)(random);
    base::Descriptor fd{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) continue;
    const int yes = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    reserved_.push_back(std::move(fd));
    return port;
  }
}

void Rig::start_haproxy() {
  const base::Descriptor log{open(path("haproxy.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
  std::vector<std::string> argv = {"haproxy", "-f", path("haproxy.cfg")};
  argv.insert(argv.end(), haproxy_mode_.begin(), haproxy_mode_.end());
  haproxy_ = need(base::Child::start({.argv = argv}, log));
  const bool up = eventually(
      [this] { return haproxy_->poll().has_value() || ask_haproxy(path("haproxy.sock"), "show info").has_value(); });
  if (!up || haproxy_->poll()) {
    throw std::runtime_error("HAProxy does not start: " + base::read_file(path("haproxy.log")).value_or(""));
  }
}

void Rig::kill_haproxy() {
  if (!haproxy_) return;
  haproxy_->signal_group(SIGKILL);
  eventually([this] { return haproxy_->poll().has_value() && !ask_haproxy(path("haproxy.sock"), "show info"); });
}

void Rig::reload_haproxy() {
  const auto pid = [this] {
    const auto process = parse_process(ask_haproxy(path("haproxy.sock"), "show info").value_or(""));
    return process ? process->pid : 0;
  };
  const int64_t before = pid();
  const auto is_new = [&] {
    const int64_t now = pid();
    return now != 0 && now != before;
  };
  // A master that has only just started its worker may miss the signal.
  for (int i = 0; i < 20; ++i) {
    kill(haproxy_->pid(), SIGUSR2);  // to the master alone
    if (eventually(is_new, Millis{1000})) return;
  }
  throw std::runtime_error("HAProxy does not reload");
}

namespace {

std::map<std::string, HaproxyServer> ask_servers(const fs::path& socket) {
  const auto ask = [&](const char* command) { return ask_haproxy(socket, command).value_or(""); };
  return parse_servers(ask("show servers state shortener"), ask("show stat shortener 4 -1"), "shortener")
      .value_or(std::map<std::string, HaproxyServer>{});
}

}  // namespace

std::vector<std::string> Rig::servers() const {
  std::vector<std::string> states;
  for (const auto& [name, server] : ask_servers(path("haproxy.sock"))) {
    states.emplace_back(server.in_maintenance ? "maint" : server.draining ? "drain" : "ready");
  }
  return states;
}

int64_t Rig::sessions() const {
  int64_t sum = 0;
  for (const auto& [name, server] : ask_servers(path("haproxy.sock"))) sum += server.sessions;
  return sum;
}

void Rig::pack(const std::string& name, const std::string& serve, const fs::path& program) const {
  const fs::path build = path("build-" + name);
  fs::create_directories(build / "bin");
  fs::copy_file(program, build / "bin" / program.filename());
  write(build / "bin/serve", "#!/bin/sh\n" + serve + "\n");
  fs::permissions(build / "bin/serve", fs::perms::owner_all);
  const Ran packed = run_command(
      {kDeployer, "pack", build, "--version", name, "--commit", "c" + name, "-o", path("dist") / (name + ".tar.zst")});
  if (packed.code != 0) throw std::runtime_error(packed.err);
}

void Rig::write_rollout(const RolloutText& text) const {
  std::string list = text.instances;
  for (int i = 0; text.instances.empty() && i < instances(); ++i) {
    if (i == 0) list = "  instances:\n";
    const std::string id = i + 1 < instances() ? fmt::format("web{}", i + 1) : text.last_instance;
    list += fmt::format("    - {{ id: {}, address: \"{}\" }}\n", id, address(i));
  }
  write(
      path("rollout.yaml"),
      fmt::format(R"(apiVersion: trunkline/v1
kind: Rollout
metadata: {{ name: shortener, environment: test }}
artifact: {{ ref: "file:{artifact}", keep: {keep} }}
targets:
  command: [bin/serve, --listen, "{{{{instance.address}}}}", --threads, "1", --log-level, warn]
  environment: {{ SHORTENER_STORE: "sqlite:{folder}/links.db" }}
  stopGrace: {stop_grace}
  minHealthy: {min_healthy}
{instances}
traffic:
  driver: haproxy
  endpoints: ["unix:{folder}/haproxy.sock"{balancers}]
  service: {backend}
  drain: {{ timeout: {drain} }}
{traffic}probes:
  startup: {{ http: /healthz, period: 50ms, failureThreshold: 60 }}
  readiness: {{ http: /readyz, period: 50ms, successThreshold: 2 }}
  identity: {{ http: /version, period: 50ms, failureThreshold: 10 }}
{probes}strategy: {strategy}
analysis:
  background: {background}
  templates:
    slo:
      metrics:
        - name: error-ratio
          scrape:
            ratio: {{ of: 'http_requests_total{{route="/{{code}}",status=~"5.."}}', over: 'http_requests_total{{route="/{{code}}"}}' }}
            window: 5s
          successCondition: result < 0.05
          interval: 200ms
          initialDelay: 200ms
        - name: mean-seconds
          scrape:
            ratio: {{ of: 'http_request_duration_seconds_sum{{route="/{{code}}"}}', over: 'http_request_duration_seconds_count{{route="/{{code}}"}}' }}
            window: 5s
          successCondition: result < 0.1
          interval: 200ms
          initialDelay: 200ms
{extra})",
                  fmt::arg("artifact", text.artifact), fmt::arg("folder", folder_.path().string()),
                  fmt::arg("instances", list), fmt::arg("stop_grace", text.stop_grace), fmt::arg("keep", text.keep),
                  fmt::arg("probes", text.probes), fmt::arg("balancers", text.balancers),
                  fmt::arg("backend", text.backend), fmt::arg("min_healthy", text.min_healthy),
                  fmt::arg("drain", text.drain), fmt::arg("strategy", text.strategy), fmt::arg("traffic", text.traffic),
                  fmt::arg("background", text.background), fmt::arg("extra", text.extra)));
}

Ran Rig::deployer(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), kDeployer);
  arguments.insert(arguments.end(), {"--state", path("state")});
  return run_command(arguments);
}

std::unique_ptr<Background> Rig::begin(std::vector<std::string> arguments) const {
  static int count = 0;
  // A file size limit is to be an error of one write, as a full disk is, and not a signal.
  arguments.insert(arguments.begin(), {"/bin/sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh", kDeployer});
  arguments.insert(arguments.end(), {"--state", path("state")});
  return std::make_unique<Background>(arguments, path(fmt::format("deployer-{}.out", ++count)));
}

Ran Rig::release(const std::string& name) const {
  return deployer({"run", path("rollout.yaml"), "--artifact", artifact(name)});
}

std::unique_ptr<Background> Rig::begin_release(const std::string& name) const {
  return begin({"run", path("rollout.yaml"), "--artifact", artifact(name)});
}

void Rig::release_first() {
  pack("1");
  const Ran ran = release("1");
  if (ran.code != 0) throw std::runtime_error("the first release: " + ran.out + ran.err);
}

std::unique_ptr<Background> Rig::begin_load(const std::string& address, const std::string& name) const {
  const fs::path file = path("load-" + name + ".json");
  fs::remove(file);  // of others before them
  auto load = std::make_unique<Background>(
      std::vector<std::string>{LOAD_GENERATOR, "--url", "http://" + address, "--links", path("links.csv"), "--rate",
                               "200", "--connections", "32", "--report", file},
      path("load-" + name + ".out"));
  const auto report = [&] { return base::parse_json(base::read_file(file).value_or("")); };
  if (!eventually([&] { return report() && number(*report(), "requests") > 0; })) {
    throw std::runtime_error("no load: " + load->output());
  }
  return load;
}

void Rig::start_load() {
  load_ = begin_load(front_, "front");
}

base::Json Rig::load() const {
  return need(base::parse_json(need(base::read_file(path("load-front.json")))));
}

base::Json Rig::end_load() {
  load_->signal(SIGTERM);
  const Ran ended = load_->wait();
  if (ended.code != 0) throw std::runtime_error("the load generator failed: " + ended.out);
  return load();
}

State Rig::state() const {
  const auto begun = load_begun(service_);
  if (begun && *begun) return (*begun)->state;
  State none;
  none.phase = Phase::done;
  return none;
}

std::string Rig::step() const {
  const auto begun = load_begun(service_);
  if (!begun || !*begun || (*begun)->finished() || (*begun)->journal.events.empty()) return "";
  const State& now = (*begun)->state;
  return now.step < now.steps.size() ? to_string(now.steps[now.step], (*begun)->plan.places) : "";
}

bool Rig::wait_for_step(const std::string& begins_with) const {
  return eventually([&] { return step().starts_with(begins_with); });
}

base::Json Rig::status() const {
  return base::parse_json(deployer({"status", "--json"}).out).value_or(base::Json());
}

std::vector<base::Json> Rig::history() const {
  std::vector<base::Json> releases;
  const std::string text = deployer({"history", "--json"}).out;
  for (const std::string_view line : base::split(base::trim(text), '\n')) {
    releases.push_back(base::parse_json(line).value_or(base::Json()));
  }
  return releases;
}

std::string Rig::version_at(const std::string& address) {
  const auto client = base::make_http_client({Millis(2000), Millis(2000), 65536});
  const auto answer = base::get(*client, "http://" + address + "/version");
  const auto json = answer ? base::parse_json(answer->body) : base::Result<base::Json>(base::Json());
  return json ? base::string_or(*json, "version") : "";
}

std::vector<std::string> Rig::versions() const {
  std::vector<std::string> versions;
  for (int i = 0; i < instances(); ++i) versions.push_back(version_at(address(i)));
  return versions;
}

std::vector<pid_t> Rig::programs_at(const std::string& address) {
  return find_processes([&](const fs::path& process) {
    const std::string line = command_line(process);
    return line.starts_with("bin/shortener ") && line.find(address) != std::string::npos;
  });
}

size_t Rig::programs(int instance) const {
  return programs_at(address(instance)).size();
}

pid_t Rig::program(int instance) const {
  const auto pids = programs_at(address(instance));
  return pids.empty() ? 0 : pids.front();
}

std::vector<pid_t> Rig::processes() const {
  const std::string home = folder_.path();
  return find_processes([&](const fs::path& process) {
    std::error_code ignored;
    if (fs::read_symlink(process / "cwd", ignored).string().starts_with(home)) return true;
    return command_line(process).find(" supervise " + home) != std::string::npos;
  });
}

}  // namespace trunkline::deployer

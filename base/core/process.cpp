#include "base/core/process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace trunkline::base {
namespace {

constexpr Millis kTerminateGrace{2000};
constexpr Millis kPoll{5};

constexpr std::array<std::string_view, 8> kNeeded = {"PATH", "HOME",   "USER", "LOGNAME",
                                                     "LANG", "LC_ALL", "TZ",   "TMPDIR"};

std::vector<std::string> merged_environment(const ProcessSpec& spec) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    if (!spec.inherit && std::find(kNeeded.begin(), kNeeded.end(), name) == kNeeded.end()) continue;
    if (!spec.environment.contains(std::string(name))) entries.emplace_back(text);
  }
  for (const auto& [name, value] : spec.environment) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// posix_spawn's two settings objects, freed together.
struct SpawnSettings {
  SpawnSettings() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

// A child starts with no signal blocked or ignored, whatever we did to ours.
void reset_signals(posix_spawnattr_t& attributes, short extra_flags) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes,
                           static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | extra_flags));
}

Result<pid_t> spawn(const ProcessSpec& spec, int out, int err, short flags) {
  if (spec.argv.empty()) return fail(Kind::internal, "a process needs an argv");
  SpawnSettings settings;
  reset_signals(settings.attributes, flags);
  posix_spawn_file_actions_addopen(&settings.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&settings.files, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&settings.files, err, STDERR_FILENO);
  if (!spec.folder.empty()) posix_spawn_file_actions_addchdir_np(&settings.files, spec.folder.c_str());
  std::vector<std::string> argv = spec.argv, environment = merged_environment(spec);
  pid_t pid = 0;
  const int code = posix_spawnp(&pid, argv[0].c_str(), &settings.files, &settings.attributes, pointers(argv).data(),
                                pointers(environment).data());
  if (code != 0) return fail(system_error("start " + argv[0], code));
  return pid;
}

ExitStatus status_of(int raw) {
  if (WIFSIGNALED(raw)) return {0, WTERMSIG(raw)};
  return {WEXITSTATUS(raw), 0};
}

struct Pipe {
  Descriptor read_end, write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail(system_error("make a pipe", errno));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// Takes what is there, and closes the pipe at its end. What is beyond the limit is read and dropped, so that the
// process never blocks on it.
void drain(Descriptor& pipe, std::string& into, size_t limit) {
  std::array<char, 16384> block{};
  const ssize_t got = read(pipe.get(), block.data(), block.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) return pipe.reset();
  into.append(block.data(), std::min(static_cast<size_t>(got), limit - std::min(limit, into.size())));
}

}  // namespace

std::string to_string(ExitStatus status) {
  return status.signal != 0 ? fmt::format("signal {}", status.signal) : fmt::format("exit {}", status.code);
}

Result<ProcessOutput> run_process(const ProcessSpec& spec, Millis timeout, size_t max_output,
                                  const std::stop_token& stop) {
  TRY_ASSIGN(Pipe out, make_pipe());
  TRY_ASSIGN(Pipe err, make_pipe());
  TRY_ASSIGN(const pid_t pid, spawn(spec, out.write_end.get(), err.write_end.get(), POSIX_SPAWN_SETPGROUP));
  out.write_end.reset();
  err.write_end.reset();
  ProcessOutput output;
  const auto& clock = system_clock();
  SteadyTime deadline = clock.steady() + timeout;
  int raw = 0;
  bool ended = false;
  while (!ended || out.read_end || err.read_end) {
    std::array<pollfd, 2> waits{{{out.read_end.get(), POLLIN, 0}, {err.read_end.get(), POLLIN, 0}}};
    poll(waits.data(), waits.size(), static_cast<int>(kPoll.count()));
    if (waits[0].revents != 0) drain(out.read_end, output.out, max_output);
    if (waits[1].revents != 0) drain(err.read_end, output.err, max_output);
    if (!ended) ended = waitpid(pid, &raw, WNOHANG) == pid;
    const bool stopped = stop.stop_requested() && !output.timed_out;
    if (clock.steady() < deadline && !stopped) continue;
    if (ended) break;  // a grandchild may hold the pipes open for ever
    kill(-pid, output.timed_out ? SIGKILL : SIGTERM);
    output.timed_out = true;
    deadline = clock.steady() + kTerminateGrace;
  }
  output.status = status_of(raw);
  return output;
}

Result<Child> Child::start(const ProcessSpec& spec, const Descriptor& output) {
  TRY_ASSIGN(const pid_t pid, spawn(spec, output.get(), output.get(), POSIX_SPAWN_SETSID));
  return Child(pid);
}

std::optional<ExitStatus> Child::poll() {
  int raw = 0;
  if (!status_ && waitpid(pid_, &raw, WNOHANG) == pid_) status_ = status_of(raw);
  return status_;
}

void Child::signal_group(int signal) const {
  if (!status_) kill(-pid_, signal);
}

std::optional<ProcessIdentity> identify_process(pid_t pid) {
  std::ifstream stat(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(stat, line)) return std::nullopt;
  // The name may hold spaces and brackets; the fields go on behind its last bracket, the first is the state.
  std::istringstream fields(line.substr(std::min(line.size(), line.rfind(')') + 1)));
  std::string state, skipped;
  fields >> state;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  ProcessIdentity identity{pid, 0, {}};
  if (state == "Z" || state == "X" || !(fields >> identity.start_time)) return std::nullopt;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), identity.boot_id);
  return identity;
}

bool is_running(const ProcessIdentity& identity) {
  return identify_process(identity.pid) == identity;
}

}  // namespace trunkline::base

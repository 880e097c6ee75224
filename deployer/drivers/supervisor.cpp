#include "deployer/drivers/supervisor.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/core/files.h"
#include "base/core/json.h"
#include "base/core/retry.h"
#include "base/core/signals.h"
#include "deployer/support/json_file.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::fail;
using base::Json;
using base::JsonArray;
using base::JsonObject;
using base::Kind;
using base::Millis;
using base::Result;

namespace {

constexpr Millis kPoll{20};
constexpr Millis kFirstBackoff{200};
constexpr Millis kLongestBackoff{10'000};
constexpr Millis kKilledWithin{1'000};
constexpr Millis kStableAfter{10'000};  // so long up, and the next backoff begins anew
constexpr off_t kMaxLog = 16 * 1024 * 1024;

Json to_json(const base::ProcessIdentity& identity) {
  return JsonObject{{"pid", identity.pid}, {"start_time", identity.start_time}, {"boot_id", identity.boot_id}};
}

std::optional<base::ProcessIdentity> identity_from_json(const Json* json) {
  if (json == nullptr) return std::nullopt;
  const Json* pid = base::find(*json, "pid");
  const Json* start = base::find(*json, "start_time");
  if (pid == nullptr || !pid->is_int64() || start == nullptr || !start->is_number()) return std::nullopt;
  return base::ProcessIdentity{static_cast<pid_t>(pid->as_int64()), start->to_number<uint64_t>(),
                               base::string_or(*json, "boot_id")};
}

// The program writes to the log itself, so that it never waits for us. When the file is too long its text is copied
// aside and cut; what is written in between the two is lost.
void bound_log(const fs::path& log) {
  struct stat info{};
  if (stat(log.c_str(), &info) != 0 || info.st_size < kMaxLog) return;
  std::error_code ignored;
  fs::copy_file(log, log.string() + ".1", fs::copy_options::overwrite_existing, ignored);
  fs::resize_file(log, 0, ignored);
}

// One supervised program.
class Supervisor {
 public:
  Supervisor(fs::path instance, SupervisorSpec spec) : instance_(std::move(instance)), spec_(std::move(spec)) {
    state_.supervisor = base::identify_process(getpid()).value_or(base::ProcessIdentity{});
    state_.revision = spec_.revision;
  }

  Result<int> run() {
    TRY(start());
    for (;;) {
      if (wait_for_end()) return stop();
      if (base::wait_for_termination(backoff_.next(0.5))) return stop();
      ++state_.restarts;
      // A disk that is full now may not be so later: the next turn tries again.
      if (const auto started = start(); !started) note_end(to_string(started.error()));
    }
  }

 private:
  Result<> start() {
    log_ = base::Descriptor{open(spec_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    if (!log_) return fail(base::system_error("open " + spec_.log.string(), errno));
    started_ = base::system_clock().steady();
    auto child = base::Child::start({spec_.argv, spec_.environment, false, spec_.folder}, log_);
    child_.reset();
    if (child) child_ = *child;
    state_.child = child ? base::identify_process(child->pid()) : std::nullopt;
    state_.status = child ? InstanceStatus::running : InstanceStatus::backing_off;
    if (!child) note_end(child.error().message);
    if (child && spec_.liveness) liveness_.emplace(*spec_.liveness);
    return write_supervisor_state(instance_, state_);
  }

  // True if we are to end, false if the program did.
  bool wait_for_end() {
    while (child_) {
      if (base::wait_for_termination(kPoll)) return true;
      bound_log(spec_.log);
      reap_strays();
      std::string how;
      if (const auto status = child_->poll()) {
        end_group(base::system_clock().steady());
        how = base::to_string(*status);
      } else if (const auto verdict = liveness_ ? liveness_->verdict() : std::nullopt) {
        end_program();
        how = *verdict;
      } else {
        continue;
      }
      liveness_.reset();
      note_end(how);
      if (base::system_clock().steady() - started_ > kStableAfter) backoff_.reset();
      state_.child.reset();
      state_.status = InstanceStatus::backing_off;
      (void)write_supervisor_state(instance_, state_);
      return false;
    }
    return false;
  }

  // What the program started and left to us: there may be no init that reaps it.
  void reap_strays() {
    siginfo_t ended{};
    while (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0 &&
           ended.si_pid != child_->pid()) {
      waitpid(ended.si_pid, nullptr, WNOHANG);
      ended = {};
    }
  }

  // Once the program has ended: a shell that did not exec ends at once, what it started holds the port for a while.
  void end_group(base::SteadyTime deadline) {
    for (;;) {
      reap_strays();
      const auto now = base::system_clock().steady();
      if (waitpid(-child_->pid(), nullptr, WNOHANG) < 0 || now > deadline + kKilledWithin) return;
      if (now >= deadline) kill(-child_->pid(), SIGKILL);
      usleep(static_cast<useconds_t>(std::chrono::microseconds(kPoll).count()));
    }
  }

  // SIGTERM, then after the grace SIGKILL, to all that it started.
  void end_program() {
    child_->signal_group(SIGTERM);
    const auto deadline = base::system_clock().steady() + spec_.stop_grace;
    while (!child_->poll()) {
      if (base::system_clock().steady() > deadline) child_->signal_group(SIGKILL);
      usleep(static_cast<useconds_t>(std::chrono::microseconds(kPoll).count()));
    }
    end_group(deadline);
  }

  Result<int> stop() {
    if (child_ && !child_->poll()) {
      end_program();
      note_end(base::to_string(*child_->poll()));
    }
    state_.child.reset();
    state_.status = InstanceStatus::stopped;
    TRY(write_supervisor_state(instance_, state_));
    return 0;
  }

  // How the program ended; also as a line of ours among its own, where a person looks first.
  void note_end(const std::string& how) {
    state_.last_exit = how;
    const std::string line = fmt::format("{{\"ts\":\"{}\",\"level\":\"info\",\"msg\":\"ended\",\"how\":{}}}\n",
                                         base::to_iso8601(base::system_clock().wall()), base::to_text(Json(how)));
    (void)base::write_all(log_.get(), line, spec_.log.string());
  }

  const fs::path instance_;
  const SupervisorSpec spec_;
  SupervisorState state_;
  base::Descriptor log_;
  std::optional<base::Child> child_;
  std::optional<LivenessWatch> liveness_;  // of the program that runs now
  base::SteadyTime started_{};
  base::Backoff backoff_{kFirstBackoff, 2, kLongestBackoff};
};

}  // namespace

std::string_view to_string(InstanceStatus status) {
  switch (status) {
    case InstanceStatus::running:
      return "running";
    case InstanceStatus::backing_off:
      return "backing_off";
    case InstanceStatus::stopped:
      return "stopped";
  }
  return "stopped";
}

Result<> write_spec(const fs::path& instance, const SupervisorSpec& spec) {
  JsonObject environment;
  for (const auto& [name, value] : spec.environment) environment[name] = value;
  JsonObject json{{"format", 1},
                  {"argv", JsonArray(spec.argv.begin(), spec.argv.end())},
                  {"environment", environment},
                  {"folder", spec.folder.string()},
                  {"log", spec.log.string()},
                  {"stop_grace_ms", spec.stop_grace.count()},
                  {"revision", ledger::to_json(spec.revision)}};
  if (spec.liveness) json["liveness"] = to_json(*spec.liveness);
  TRY(base::make_folders(instance));
  return base::write_file_atomically(instance / "spec.json", base::to_pretty_text(json), 0600);
}

Result<SupervisorSpec> read_spec(const fs::path& instance) {
  TRY_ASSIGN(const Json json, read_json_file(instance / "spec.json"));
  SupervisorSpec spec;
  const Json* argv = base::find(json, "argv");
  if (argv == nullptr || !argv->is_array() || argv->as_array().empty()) {
    return fail(Kind::invalid, "expected argv", {(instance / "spec.json").string(), 0, 0});
  }
  for (const Json& word : argv->as_array()) spec.argv.emplace_back(word.is_string() ? word.as_string() : "");
  if (const Json* environment = base::find(json, "environment"); environment != nullptr && environment->is_object()) {
    for (const auto& member : environment->as_object()) spec.environment[member.key()] = member.value().as_string();
  }
  spec.folder = base::string_or(json, "folder");
  spec.log = base::string_or(json, "log");
  if (const Json* grace = base::find(json, "stop_grace_ms"); grace != nullptr && grace->is_int64()) {
    spec.stop_grace = Millis{grace->as_int64()};
  }
  if (const Json* revision = base::find(json, "revision")) spec.revision = ledger::revision_from_json(*revision);
  if (const Json* liveness = base::find(json, "liveness")) spec.liveness = liveness_from_json(*liveness);
  return spec;
}

Result<> write_supervisor_state(const fs::path& instance, const SupervisorState& state) {
  JsonObject json{{"format", 1}, {"supervisor", to_json(state.supervisor)}};
  if (state.child) json["child"] = to_json(*state.child);
  json["status"] = to_string(state.status);
  json["restarts"] = state.restarts;
  json["last_exit"] = state.last_exit;
  json["revision"] = ledger::to_json(state.revision);
  return base::write_file_atomically(instance / "state.json", base::to_pretty_text(json), 0600);
}

Result<std::optional<SupervisorState>> read_supervisor_state(const fs::path& instance) {
  const auto json = read_json_file(instance / "state.json");
  if (!json && json.error().kind == Kind::not_found) return std::nullopt;
  if (!json) return fail(json.error());
  SupervisorState state;
  state.supervisor = identity_from_json(base::find(*json, "supervisor")).value_or(base::ProcessIdentity{});
  state.child = identity_from_json(base::find(*json, "child"));
  const std::string status = base::string_or(*json, "status");
  state.status = status == "running"       ? InstanceStatus::running
                 : status == "backing_off" ? InstanceStatus::backing_off
                                           : InstanceStatus::stopped;
  if (const Json* restarts = base::find(*json, "restarts"); restarts != nullptr && restarts->is_int64()) {
    state.restarts = static_cast<int>(restarts->as_int64());
  }
  state.last_exit = base::string_or(*json, "last_exit");
  if (const Json* revision = base::find(*json, "revision")) state.revision = ledger::revision_from_json(*revision);
  return state;
}

Result<int> supervise(const fs::path& instance) {
  TRY_ASSIGN(SupervisorSpec spec, read_spec(instance));
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  return Supervisor(instance, std::move(spec)).run();
}

}  // namespace trunkline::deployer

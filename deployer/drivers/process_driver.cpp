#include "deployer/drivers/process_driver.h"

#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/core/digest.h"
#include "base/core/files.h"
#include "base/core/text.h"
#include "deployer/drivers/find_supervisor.h"
#include "deployer/support/file_lock.h"
#include "deployer/support/pause.h"
#include "ledger/artifact.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::fail;
using base::Kind;
using base::Millis;
using base::Result;

namespace {

constexpr Millis kPoll{10};
constexpr Millis kStartWithin{5'000};
constexpr Millis kAfterGrace{3'000};  // how much longer than the grace a supervisor may take
constexpr size_t kTailBytes = 64 * 1024;

bool supervised(const std::optional<SupervisorState>& state) {
  return state && state->status != InstanceStatus::stopped && base::is_running(state->supervisor);
}

// The supervisor is gone but what it started is not: end it by ourselves.
Result<> end_orphan(const SupervisorState& state, Millis grace, const std::stop_token& stop) {
  if (!state.child || !base::is_running(*state.child)) return {};
  kill(-state.child->pid, SIGTERM);
  const auto deadline = base::system_clock().steady() + grace;
  while (base::is_running(*state.child)) {
    if (base::system_clock().steady() > deadline) kill(-state.child->pid, SIGKILL);
    TRY(pause_for(kPoll, stop));
  }
  kill(-state.child->pid, SIGKILL);  // what it left behind
  return {};
}

// Locked by the supervisor of the instance as long as it lives. It gets the lock with its output from the deployer, so
// that there is no moment between the two.
Result<base::Descriptor> open_supervisor_log(const fs::path& home) {
  base::Descriptor log{open((home / "supervisor.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
  if (!log) return fail(base::system_error("open " + (home / "supervisor.log").string(), errno));
  return log;
}

// What was last said of the instance. A supervisor that was started just now, by a deployer that is gone, is given the
// time to say so.
Result<std::optional<SupervisorState>> settled_state(const fs::path& home, const std::stop_token& stop) {
  const auto deadline = base::system_clock().steady() + kStartWithin;
  for (;;) {
    TRY_ASSIGN(auto state, read_supervisor_state(home));
    if (state || !fs::exists(home)) return state;
    TRY_ASSIGN(const base::Descriptor log, open_supervisor_log(home));
    if (!is_locked_elsewhere(log) || base::system_clock().steady() > deadline) return state;
    TRY(pause_for(kPoll, stop));
  }
}

// The right to supervise the instance. One that was given back just now may for a moment be held by a child of ours
// that has not become its program yet.
Result<base::Descriptor> seize(const fs::path& home, const std::stop_token& stop) {
  TRY_ASSIGN(base::Descriptor log, open_supervisor_log(home));
  const auto deadline = base::system_clock().steady() + kStartWithin;
  while (!try_lock(log)) {
    if (base::system_clock().steady() > deadline) {
      return fail(Kind::conflict, "another supervisor does not end", {home.string(), 0, 0});
    }
    TRY(pause_for(kPoll, stop));
  }
  return log;
}

}  // namespace

Result<> ProcessDriver::fetch(const fs::path& artifact, const ledger::Revision& revision) const {
  return ledger::unpack_artifact(artifact, revision.digest, folder_.release(revision));
}

SupervisorSpec ProcessDriver::spec_of(const Instance& instance, const InstanceCommand& command,
                                      const ledger::Revision& revision, Millis stop_grace) const {
  return {command.argv, command.environment, folder_.release(revision), folder_.log(instance.id, revision), stop_grace,
          revision,     command.liveness};
}

Result<> ProcessDriver::start(const Instance& instance, const InstanceCommand& command,
                              const ledger::Revision& revision, Millis stop_grace, std::stop_token stop) const {
  const fs::path home = folder_.instance(instance.id);
  TRY(base::make_folders(home));
  TRY_ASSIGN(const auto before, settled_state(home, stop));
  if (supervised(before)) {
    if (before->revision == revision) return {};
    return fail(Kind::conflict, fmt::format("{} still runs {}", instance.id, before->revision.version));
  }
  if (before) TRY(end_orphan(*before, stop_grace, stop));
  TRY_ASSIGN(const base::Descriptor output, seize(home, stop));
  TRY(write_spec(home, spec_of(instance, command, revision, stop_grace)));
  std::error_code ignored;
  fs::remove(home / "state.json", ignored);  // it tells of the one before
  TRY_ASSIGN(base::Child supervisor,
             base::Child::start({{self_.string(), "supervise", home.string(), instance.address()}}, output));
  const auto deadline = base::system_clock().steady() + kStartWithin;
  for (;;) {
    TRY_ASSIGN(const auto state, read_supervisor_state(home));
    if (state && state->status == InstanceStatus::running) return {};
    if (supervisor.poll() || base::system_clock().steady() > deadline) {
      return fail(Kind::internal, fmt::format("{} did not start{}", instance.id,
                                              state && !state->last_exit.empty() ? ": " + state->last_exit : ""));
    }
    TRY(pause_for(kPoll, stop));
  }
}

Result<> ProcessDriver::stop(const std::string& instance, std::stop_token stop) const {
  const fs::path home = folder_.instance(instance);
  TRY_ASSIGN(auto state, settled_state(home, stop));
  if (!state) return {};
  TRY_ASSIGN(const SupervisorSpec spec, read_spec(home));
  if (!base::is_running(state->supervisor)) return end_orphan(*state, spec.stop_grace, stop);
  kill(state->supervisor.pid, SIGTERM);
  const auto deadline = base::system_clock().steady() + spec.stop_grace + kAfterGrace;
  while (base::is_running(state->supervisor)) {
    if (base::system_clock().steady() > deadline) kill(state->supervisor.pid, SIGKILL);
    TRY(pause_for(kPoll, stop));
  }
  TRY_ASSIGN(state, read_supervisor_state(home));
  return state ? end_orphan(*state, Millis{0}, stop) : Result<>{};
}

Result<> ProcessDriver::adopt(const Instance& instance, const InstanceCommand& command,
                              const ledger::Revision& revision, Millis stop_grace) const {
  const fs::path home = folder_.instance(instance.id);
  TRY_ASSIGN(const auto known, read_supervisor_state(home));
  if (supervised(known)) return {};
  const auto found = find_supervisor(home);
  if (!found) return fail(Kind::not_found, instance.id + " does not run under a supervisor of this folder");
  TRY(base::make_folders(home));
  TRY(write_spec(home, spec_of(instance, command, revision, stop_grace)));
  return write_supervisor_state(
      home, {found->supervisor, found->child, found->child ? InstanceStatus::running : InstanceStatus::backing_off, 0,
             "", revision});
}

Result<InstanceView> ProcessDriver::observe(const std::string& instance) const {
  TRY_ASSIGN(const auto state, read_supervisor_state(folder_.instance(instance)));
  InstanceView view;
  if (!state) return view;
  view.restarts = state->restarts;
  view.last_exit = state->last_exit;
  view.revision = state->revision;
  if (!supervised(state)) return view;
  view.status = state->status;
  view.process = state->child;
  view.supervisor = state->supervisor;
  return view;
}

Result<Holder> ProcessDriver::holder(const Instance& instance) const {
  TRY_ASSIGN(const auto state, read_supervisor_state(folder_.instance(instance.id)));
  const auto seen_from = [&](const base::ProcessIdentity& process) { return holder_of(instance.address(), process); };
  const Holder holder = seen_from(state ? state->supervisor : base::ProcessIdentity{});
  // A program whose supervisor was killed is ours all the same.
  return holder == Holder::other && state && state->child ? seen_from(*state->child) : holder;
}

std::optional<fs::path> ProcessDriver::supervised_elsewhere(const Instance& instance) const {
  return find_supervised_at(instance.address(), folder_.instance(instance.id));
}

std::vector<std::string> ProcessDriver::log_tail(const std::string& instance, const ledger::Revision& revision,
                                                 size_t lines) const {
  const base::Descriptor file{open(folder_.log(instance, revision).c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return {};
  const off_t size = lseek(file.get(), 0, SEEK_END);
  const off_t from = std::max<off_t>(0, size - static_cast<off_t>(kTailBytes));
  std::string text(static_cast<size_t>(size - from), '\0');
  const ssize_t got = pread(file.get(), text.data(), text.size(), from);
  text.resize(static_cast<size_t>(std::max<ssize_t>(0, got)));
  std::vector<std::string> tail;
  for (const std::string_view line : base::split(base::trim(text), '\n')) tail.emplace_back(line);
  if (tail.size() > lines) tail.erase(tail.begin(), tail.end() - static_cast<long>(lines));
  return tail;
}

}  // namespace trunkline::deployer

#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/core/clock.h"
#include "base/core/files.h"
#include "base/core/result.h"

namespace trunkline::base {

// What to start. No shell is ever involved: argv goes to the kernel as it is.
struct ProcessSpec {
  std::vector<std::string> argv;                     // argv[0] is looked up in PATH unless it has a slash
  std::map<std::string, std::string> environment{};  // added to ours, replacing what is there
  bool inherit = true;             // false: of ours only what every program needs (PATH, HOME, LANG ...)
  std::filesystem::path folder{};  // where it runs; empty is ours
};

// How a process ended.
struct ExitStatus {
  int code = 0;    // its exit code, if signal is 0
  int signal = 0;  // the signal that ended it

  bool ok() const { return code == 0 && signal == 0; }
  bool operator==(const ExitStatus&) const = default;
};
std::string to_string(ExitStatus status);  // "exit 3", "signal 9"

struct ProcessOutput {
  ExitStatus status;
  std::string out;
  std::string err;
  bool timed_out = false;  // or was stopped
};

// Runs to its end in a process group of its own, with /dev/null as its input, and captures both outputs (each cut at
// `max_output` bytes). When `timeout` is over, or a stop is asked for, the whole group gets SIGTERM, two seconds later
// SIGKILL. Kind::not_found if the program cannot be started. Thread-safe.
Result<ProcessOutput> run_process(const ProcessSpec& spec, Millis timeout, size_t max_output = 1024 * 1024,
                                  const std::stop_token& stop = {});

// A started process, leader of a new session and process group; the object does not end it when it goes.
class Child {
 public:
  // `output` receives stdout and stderr both; input is /dev/null.
  static Result<Child> start(const ProcessSpec& spec, const Descriptor& output);

  pid_t pid() const { return pid_; }
  // How it ended, or nothing while it runs. Reaps it; asks again as often as one likes.
  std::optional<ExitStatus> poll();
  // Signals the whole group. Nothing happens once it was reaped.
  void signal_group(int signal) const;

 private:
  explicit Child(pid_t pid) : pid_(pid) {}
  pid_t pid_;
  std::optional<ExitStatus> status_;
};

// Which process a pid means: numbers are used again, so a pid alone names nothing.
struct ProcessIdentity {
  pid_t pid = 0;
  uint64_t start_time = 0;  // clock ticks since boot, field 22 of /proc/PID/stat
  std::string boot_id;

  bool operator==(const ProcessIdentity&) const = default;
};

// The identity of a running process; nothing if there is none (a zombie counts as none).
std::optional<ProcessIdentity> identify_process(pid_t pid);

// Whether exactly this process still runs.
bool is_running(const ProcessIdentity& identity);

}  // namespace trunkline::base

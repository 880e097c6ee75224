#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/files.h"
#include "base/core/process.h"

namespace trunkline::base {

// A server of ours as a real process. It is killed when the object goes.
class ServerProcess {
 public:
  // Starts it and waits until it says that it listens, or has ended.
  explicit ServerProcess(std::vector<std::string> argv, std::map<std::string, std::string> environment = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;

  // "127.0.0.1:PORT"; "" if it ended instead.
  const std::string& address() const { return address_; }
  std::string url(const std::string& target) const { return "http://" + address_ + target; }
  pid_t pid() const { return child_->pid(); }

  void signal(int signal) { child_->signal_group(signal); }
  // How it ended; nothing if it still runs after `limit`.
  std::optional<ExitStatus> wait(Millis limit = Millis(10'000));
  // All it has written so far, stdout and stderr.
  std::string output() const;

 private:
  std::optional<TempFolder> folder_;
  std::optional<Child> child_;
  std::string address_;
};

}  // namespace trunkline::base

#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/core/files.h"
#include "base/core/process.h"

namespace trunkline::base {

// A real sshd of the test's own on a port of the loopback address that the OS picked, with its own host key, and a home
// folder whose .ssh holds a key that it lets in and knows it. It is ended when the object goes.
class SshServer {
 public:
  // Starts it and waits until it accepts connections. Throws where it does not.
  SshServer();
  ~SshServer();
  SshServer(const SshServer&) = delete;

  // HOME for programs that are to log in, without an agent.
  std::map<std::string, std::string> environment() const;
  const std::filesystem::path& home() const { return home_; }
  // "ssh://USER@127.0.0.1:PORT" + the absolute path.
  std::string url(const std::filesystem::path& path) const;
  // All that it has said so far.
  std::string log() const;

 private:
  void start();

  TempFolder folder_;
  std::filesystem::path home_;
  std::string user_;
  int port_ = 0;
  std::optional<Child> child_;
};

}  // namespace trunkline::base

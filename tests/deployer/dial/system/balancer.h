#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/core/files.h"
#include "base/core/process.h"
#include "base/http/client.h"
#include "base/http/server.h"
#include "deployer/dial/haproxy_answers.h"

namespace trunkline::deployer {

// A port of this machine's that nobody else gets as long as this lives; a server that sets SO_REUSEADDR may have it.
class Port {
 public:
  Port();
  int number() const { return number_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(number_); }

 private:
  int number_ = 0;
  base::Descriptor fd_;
};

// An instance that answers its name; GET /slow waits until it goes, GET /health may be told to fail.
class Place {
 public:
  explicit Place(std::string name);
  ~Place();

  const std::string& address() const { return server_->address(); }
  void be_healthy(bool healthy) { healthy_ = healthy; }
  size_t waiting() const;
  void answer_waiting();

 private:
  const std::string name_;
  std::atomic<bool> healthy_{true};
  mutable std::mutex mutex_;
  std::vector<base::Reply> waiting_;
  std::unique_ptr<base::Server> server_;
};

// A real HAProxy, as master and worker, with a configuration of the test's. Ended when it goes.
class Balancer {
 public:
  Balancer(const std::filesystem::path& folder, const std::string& name);
  ~Balancer();
  Balancer(const Balancer&) = delete;

  const std::string& socket() const { return socket_; }
  std::filesystem::path map() const { return folder_ / (name_ + ".map"); }
  std::filesystem::path state_file() const { return folder_ / (name_ + ".state"); }
  std::filesystem::path config_file() const { return folder_ / (name_ + ".cfg"); }
  // A global section with the admin socket and the state file, and defaults.
  std::string head() const;

  void start(const std::string& config);
  void reload();  // returns when the new worker answers
  void restart();
  void kill();
  void freeze() const;
  void thaw() const;

  std::string ask(const std::string& command) const;
  void set_entry(const std::string& value) const;  // of the key shop, as a person would
  std::string entry() const;
  HaproxyServer server(const std::string& backend, const std::string& name) const;

 private:
  int64_t pid() const;
  void signal(int number) const;

  const std::filesystem::path folder_;
  const std::string name_;
  const std::string socket_;
  std::optional<base::Child> process_;
};

// Somebody at an admin socket who answers what the test likes; without an answer the asker waits.
class FakeHaproxy {
 public:
  using Answer = std::function<std::optional<std::string>(const std::string& command)>;
  FakeHaproxy(std::string socket, Answer answer);
  ~FakeHaproxy();

 private:
  void serve(const std::stop_token& stop);

  const Answer answer_;
  base::Descriptor listener_;
  std::vector<base::Descriptor> waiting_;
  std::jthread thread_;
};

// One request to http://ADDRESS/ with these headers.
base::Response visit(const std::string& address, const base::Headers& headers = {});
// Whose place answered: its name.
std::string side(const std::string& address, const base::Headers& headers = {});
// So many of `users` users, each with a cookie uid=uN, that met each side.
std::map<std::string, int> count_sides(const std::string& address, int users);

}  // namespace trunkline::deployer

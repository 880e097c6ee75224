#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/files.h"
#include "base/core/json.h"
#include "base/core/process.h"
#include "deployer/record/begun.h"

namespace trunkline::deployer {

constexpr base::Millis kPatience{30'000};  // for anything that is sure to happen, on a machine that has much to do

extern const std::filesystem::path kShortener;

// Asks again and again until it is so; false if it never was.
bool eventually(const std::function<bool()>& condition, base::Millis limit = kPatience);

// A command of ours, run to its end.
struct Ran {
  int code = -1;  // -1: it did not end in time, or a signal ended it
  std::string out;
  std::string err;
};

// A command of ours at work. It is killed when the object goes.
class Background {
 public:
  Background(const std::vector<std::string>& argv, std::filesystem::path output);
  ~Background();
  Background(const Background&) = delete;

  void signal(int signal) const;  // to it alone, not to what it started
  void limit_file_size(size_t bytes) const;
  Ran wait();  // `out` is all that it wrote
  std::string output() const;

 private:
  std::filesystem::path output_;
  std::optional<base::Child> child_;
};

// What the rollout file says; the rest is the same in all tests.
struct RolloutText {
  std::string strategy = "{ type: oneBox, bake: 1500ms }";
  std::string drain = "10s";
  std::string stop_grace = "5s";
  std::string min_healthy = "50%";
  std::string artifact = "dist/1.tar.zst";
  std::string backend = "shortener";
  std::string last_instance = "web3";
  std::string instances = "";  // lines below targets instead of all of them
  std::string balancers = "";  // more endpoints of them: `, "unix:PATH"`
  std::string traffic = "";    // more lines of it
  std::string background = "[slo]";
  std::string extra = "";   // more lines at its end
  int keep = 5;             // releases
  std::string probes = "";  // more lines of them
};

// Instances of the real shortener behind a real HAProxy, on ports of their own, released by the real deployer.
// Whatever it started is ended when it goes.
class Rig {
 public:
  Rig();  // three of them
  ~Rig();
  Rig(const Rig&) = delete;

  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }
  const ServiceFolder& service() const { return service_; }

  void start_haproxy();
  void kill_haproxy();
  void reload_haproxy();  // of one that runs as master and worker; returns when another worker answers
  // What HAProxy shows of each server, in the order of their names: "ready", "drain" or "maint".
  std::vector<std::string> servers() const;
  int64_t sessions() const;  // requests under way at all servers

  // dist/NAME.tar.zst: the shortener, or another program, behind a bin/serve that ends in `serve`, a line of shell. Its
  // version is NAME.
  void pack(const std::string& name, const std::string& serve = "exec bin/shortener serve \"$@\"",
            const std::filesystem::path& program = kShortener) const;
  std::string artifact(const std::string& name) const { return "file:" + path("dist/" + name + ".tar.zst").string(); }
  void write_rollout(const RolloutText& text = {}) const;

  // The deployer with these arguments and --state.
  Ran deployer(std::vector<std::string> arguments) const;
  std::unique_ptr<Background> begin(std::vector<std::string> arguments) const;
  Ran release(const std::string& name) const;  // `run` with that artifact
  std::unique_ptr<Background> begin_release(const std::string& name) const;

  // Versions 1 and, if asked for, users: about 200 requests a second from now on.
  void release_first();
  void start_load();
  base::Json load() const;  // the load generator's report, a fifth of a second old at most
  base::Json end_load();    // its last one
  // Other users, who come in at ADDRESS; reports to load-NAME.json.
  std::unique_ptr<Background> begin_load(const std::string& address, const std::string& name) const;

  // The last rollout as its journal tells it now; state.phase is done where there is none.
  State state() const;
  std::string step() const;  // "bake for 2s"; "" where nothing is under way
  bool wait_for_step(const std::string& begins_with) const;
  base::Json status() const;
  std::vector<base::Json> history() const;

  const std::string& front() const { return front_; }  // where users come in: 127.0.0.1:PORT
  std::string address(int instance) const { return "127.0.0.1:" + std::to_string(ports_[instance]); }
  // The version that each instance says it is; "" for one that does not answer.
  std::vector<std::string> versions() const;
  static std::string version_at(const std::string& address);
  static std::vector<pid_t> programs_at(const std::string& address);
  // Running programs of an instance: 1 if all is well.
  size_t programs(int instance) const;
  pid_t program(int instance) const;
  // All processes of this rig's instances, their supervisors included.
  std::vector<pid_t> processes() const;

 protected:
  // For a rig that has more to set up before HAProxy starts.
  Rig(std::vector<std::string> haproxy_mode, int instances, const std::string& service = "shortener");
  int instances() const { return static_cast<int>(ports_.size()); }
  int reserve_port();

 private:
  base::TempFolder folder_;
  const std::vector<std::string> haproxy_mode_;
  std::vector<base::Descriptor> reserved_;
  int front_port_;
  std::vector<int> ports_;
  std::string front_;
  ServiceFolder service_;
  std::optional<base::Child> haproxy_;
  std::unique_ptr<Background> load_;
};

// Runs a command to its end.
Ran run_command(const std::vector<std::string>& argv);

// {"failed": 3} as 3; -1 where there is no such number.
int64_t number(const base::Json& json, std::string_view key);

}  // namespace trunkline::deployer

#include "tests/support/ssh_server.h"

#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>

#include "tests/support/raw_socket.h"

namespace trunkline::base {
namespace fs = std::filesystem;
namespace {

constexpr const char* kServer = "/usr/sbin/sshd";
constexpr Millis kPoll{5};

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

void make_key(const fs::path& path) {
  const auto made = must(run_process(
      {.argv = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path.string()}}, Millis{20'000}));
  if (!made.status.ok()) throw std::runtime_error("ssh-keygen: " + made.err);
}

int free_port() {
  const std::string address = RawListener().address();
  return std::stoi(address.substr(address.rfind(':') + 1));
}

}  // namespace

SshServer::SshServer() : folder_(must(TempFolder::make("ssh"))), home_(folder_.path() / "home") {
  const passwd* self = getpwuid(geteuid());
  if (self == nullptr) throw std::runtime_error("this user has no name to log in as");
  user_ = self->pw_name;
  must(make_folders(home_ / ".ssh"));
  make_key(folder_.path() / "host_key");
  make_key(home_ / ".ssh/id_ed25519");
  fs::copy_file(home_ / ".ssh/id_ed25519.pub", folder_.path() / "authorized_keys");
  // sshd asks root for this folder and no other.
  if (geteuid() == 0) must(make_folders("/run/sshd"));
  for (int attempt = 0; attempt < 5 && !child_; ++attempt) start();
  if (!child_) throw std::runtime_error("sshd does not start: " + log());
}

SshServer::~SshServer() {
  // Sessions are processes of its group; with its listener gone nobody comes any more.
  child_->signal_group(SIGTERM);
  while (!child_->poll()) std::this_thread::sleep_for(kPoll);
}

// The port may be taken by somebody else before sshd has it: it ends then.
void SshServer::start() {
  port_ = free_port();
  const std::string folder = folder_.path().string();
  // With that HOME the shell of a session reads no settings of the person who runs the test.
  const std::string config = fmt::format(
      "ListenAddress 127.0.0.1\nPort {}\nHostKey {}/host_key\nAuthorizedKeysFile {}/authorized_keys\nPidFile none\n"
      "StrictModes no\nUsePAM no\nUseDNS no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
      "PermitRootLogin yes\nMaxStartups 200\nPrintMotd no\nPrintLastLog no\nSetEnv HOME={}\n",
      port_, folder, folder, home_.string());
  must(write_file_atomically(folder_.path() / "sshd_config", config));
  const std::string key = must(read_file(folder_.path() / "host_key.pub"));
  must(write_file_atomically(home_ / ".ssh/known_hosts", fmt::format("[127.0.0.1]:{} {}", port_, key)));
  const Descriptor output(::open((folder + "/log").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
  Child child = must(Child::start({.argv = {kServer, "-D", "-e", "-f", folder + "/sshd_config"}}, output));
  while (!child.poll()) {
    if (log().find("Server listening on") != std::string::npos) {
      child_.emplace(std::move(child));
      return;
    }
    std::this_thread::sleep_for(kPoll);
  }
}

std::map<std::string, std::string> SshServer::environment() const {
  return {{"HOME", home_.string()}, {"SSH_AUTH_SOCK", ""}};
}

std::string SshServer::url(const fs::path& path) const {
  return fmt::format("ssh://{}@127.0.0.1:{}{}", user_, port_, path.string());
}

std::string SshServer::log() const {
  return read_file(folder_.path() / "log").value_or("");
}

}  // namespace trunkline::base

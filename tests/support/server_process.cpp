#include "tests/support/server_process.h"

#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <thread>

#include "base/core/json.h"
#include "base/core/text.h"

namespace trunkline::base {
namespace {

constexpr Millis kStartLimit{20'000};
constexpr Millis kPoll{5};

std::string address_in(const std::string& output) {
  for (const std::string_view line : split(output, '\n')) {
    if (!line.starts_with("{\"listening\"")) continue;
    if (const auto json = parse_json(line)) return string_or(*json, "listening");
  }
  return "";
}

}  // namespace

ServerProcess::ServerProcess(std::vector<std::string> argv, std::map<std::string, std::string> environment) {
  auto folder = TempFolder::make("server");
  if (!folder) throw std::runtime_error(to_string(folder.error()));
  folder_.emplace(std::move(*folder));
  const std::string path = folder_->path() / "output";
  const Descriptor output_file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  auto child = Child::start({.argv = std::move(argv), .environment = std::move(environment)}, output_file);
  if (!child) throw std::runtime_error(to_string(child.error()));
  child_.emplace(std::move(*child));
  const auto end = std::chrono::steady_clock::now() + kStartLimit;
  while (address_.empty() && std::chrono::steady_clock::now() < end) {
    const bool ended = child_->poll().has_value();
    address_ = address_in(output());
    if (ended) return;
    std::this_thread::sleep_for(kPoll);
  }
}

ServerProcess::~ServerProcess() {
  if (child_->poll()) return;
  child_->signal_group(SIGKILL);
  wait();
}

std::optional<ExitStatus> ServerProcess::wait(Millis limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    if (const auto status = child_->poll()) return status;
    if (std::chrono::steady_clock::now() >= end) return std::nullopt;
    std::this_thread::sleep_for(kPoll);
  }
}

std::string ServerProcess::output() const {
  return read_file(folder_->path() / "output").value_or("");
}

}  // namespace trunkline::base

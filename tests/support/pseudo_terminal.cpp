#include "tests/support/pseudo_terminal.h"

#include <array>
#include <csignal>
#include <poll.h>
#include <pty.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <unistd.h>

namespace trunkline::base {
namespace {

constexpr int kPollMs = 20;

}  // namespace

PseudoTerminal::PseudoTerminal(const ProcessSpec& spec, unsigned short columns, unsigned short lines) {
  int ours = -1, theirs = -1;
  if (openpty(&ours, &theirs, nullptr, nullptr, nullptr) != 0) throw std::runtime_error("no pseudo terminal");
  ours_ = Descriptor(ours);
  const Descriptor side(theirs);
  resize(columns, lines);
  auto child = Child::start(spec, side);
  if (!child) throw std::runtime_error(to_string(child.error()));
  child_ = *std::move(child);
  reader_ = std::jthread([this](const std::stop_token& stop) { read_all(stop); });
}

PseudoTerminal::~PseudoTerminal() {
  if (child_->poll()) return;
  signal(SIGKILL);
  wait(Millis{10'000});
}

void PseudoTerminal::resize(unsigned short columns, unsigned short lines) const {
  winsize size{};
  size.ws_col = columns;
  size.ws_row = lines;
  ioctl(ours_.get(), TIOCSWINSZ, &size);
}

void PseudoTerminal::signal(int signal) const {
  kill(child_->pid(), signal);
}

std::string PseudoTerminal::output() const {
  const std::lock_guard lock(mutex_);
  return output_;
}

// Until nobody has the other side any more.
void PseudoTerminal::read_all(const std::stop_token& stop) {
  std::array<char, 65536> buffer{};
  while (!stop.stop_requested()) {
    pollfd wanted{ours_.get(), POLLIN, 0};
    if (poll(&wanted, 1, kPollMs) == 0) continue;
    const ssize_t got = read(ours_.get(), buffer.data(), buffer.size());
    if (got <= 0) return;
    const std::lock_guard lock(mutex_);
    output_.append(buffer.data(), static_cast<size_t>(got));
  }
}

ExitStatus PseudoTerminal::wait(Millis limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!child_->poll()) {
    if (std::chrono::steady_clock::now() > end) return {-1, 0};
    std::this_thread::sleep_for(Millis{kPollMs});
  }
  if (reader_.joinable()) reader_.join();
  return *child_->poll();
}

}  // namespace trunkline::base

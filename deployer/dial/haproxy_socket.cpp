#include "deployer/dial/haproxy_socket.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/core/files.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr size_t kMaxAnswer = 16 * 1024 * 1024;

Result<base::Descriptor> connect_to(const std::string& path, base::Millis limit) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return fail(Kind::invalid, "the socket's path is too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  base::Descriptor fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!fd) return fail(base::system_error("make a socket", errno));
  // It bounds the connecting too: a stopped HAProxy's backlog fills up.
  const auto seconds = std::chrono::floor<std::chrono::seconds>(limit);
  const timeval wait{seconds.count(), std::chrono::microseconds(limit - seconds).count()};
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const int code = errno;
    return fail(Kind::unavailable, fmt::format("HAProxy does not answer at {}: {}", path, std::strerror(code)));
  }
  return fd;
}

// The master's socket answers, and keeps the connection open.
std::string endless(const std::string& socket) {
  return fmt::format(
      "{} answers without an end, as the socket of HAProxy's master process does (-S); name a `stats socket` "
      "of the configuration instead",
      socket);
}

}  // namespace

Result<std::string> ask_haproxy(const std::string& socket, const std::string& command, base::Millis limit) {
  TRY_ASSIGN(const base::Descriptor fd, connect_to(socket, limit));
  TRY(base::write_all(fd.get(), command + "\n", socket));
  const auto& clock = base::system_clock();
  const base::SteadyTime deadline = clock.steady() + limit;
  std::string answer;
  std::array<char, 16384> block{};
  while (answer.size() < kMaxAnswer) {
    const auto left = std::chrono::ceil<base::Millis>(deadline - clock.steady()).count();
    pollfd wait{fd.get(), POLLIN, 0};
    if (left <= 0 || poll(&wait, 1, static_cast<int>(left)) == 0) {
      if (!answer.empty()) return fail(Kind::timeout, endless(socket));
      return fail(Kind::timeout, fmt::format("HAProxy at {} did not answer \"{}\" within {}", socket, command,
                                             base::format_duration(limit)));
    }
    const ssize_t got = read(fd.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(base::system_error("read from " + socket, errno));
    if (got == 0 && answer.ends_with('\n')) return answer;
    if (got == 0) return fail(Kind::unavailable, fmt::format("HAProxy at {} ended before its answer did", socket));
    answer.append(block.data(), static_cast<size_t>(got));
  }
  return fail(Kind::invalid, fmt::format("HAProxy at {} answered more than {} bytes", socket, kMaxAnswer));
}

}  // namespace trunkline::deployer

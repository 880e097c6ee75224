#include "tests/support/raw_socket.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

namespace trunkline::base {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

RawSocket::RawSocket(const std::string& address) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const size_t colon = address.rfind(':');
  sockaddr_in peer = loopback(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &peer.sin_addr);
  if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&peer), sizeof(peer)) != 0) closed_ = true;
}

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void RawSocket::end_sending() {
  ::shutdown(fd_.get(), SHUT_WR);
}

bool RawSocket::receive(SteadyTime end) {
  if (closed_) return false;
  const auto left = std::chrono::ceil<Millis>(end - std::chrono::steady_clock::now());
  pollfd waiting{fd_.get(), POLLIN, 0};
  if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return false;
  char buffer[4096];
  const ssize_t got = ::recv(fd_.get(), buffer, sizeof(buffer), 0);
  if (got <= 0) {
    closed_ = true;
    return false;
  }
  received_.append(buffer, static_cast<size_t>(got));
  return true;
}

std::string RawSocket::read_until(std::string_view text, Millis limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (received_.find(text) == std::string::npos && receive(end)) {
  }
  return std::exchange(received_, {});
}

std::string RawSocket::read_all(Millis limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (receive(end)) {
  }
  return std::exchange(received_, {}) + (closed_ ? "" : "[still open]");
}

RawListener::RawListener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in own = loopback(0);
  socklen_t size = sizeof(own);
  ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&own), size);
  ::listen(fd_.get(), 16);
  ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&own), &size);
  address_ = "127.0.0.1:" + std::to_string(ntohs(own.sin_port));
}

RawSocket RawListener::accept() {
  return RawSocket(Descriptor(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
}

}  // namespace trunkline::base

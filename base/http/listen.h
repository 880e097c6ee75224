#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace trunkline::base {

// What --listen names: ADDR:PORT, [v6]:PORT or unix:PATH.
struct ListenAddress {
  std::string host;        // numeric address; the path for a unix socket
  std::uint16_t port = 0;  // 0: the OS picks one
  bool is_unix = false;

  bool operator==(const ListenAddress&) const = default;
};

// Kind::usage with what was expected.
Result<ListenAddress> parse_listen_address(std::string_view text);

std::string to_string(const ListenAddress& address);

// Reads the permissions of a unix socket, three octal digits such as "660", for the option --socket-mode. Kind::usage.
Result<unsigned> parse_socket_mode(std::string_view text);

// A socket that listens; closed by the destructor, a unix one is removed from its folder then.
class ListenSocket {
 public:
  // Failures as Server::start tells them (server.h).
  static Result<ListenSocket> open(const ListenAddress& wanted, std::optional<unsigned> socket_mode = std::nullopt);
  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();

  int fd() const { return fd_; }
  int family() const;  // AF_INET, AF_INET6 or AF_UNIX
  const ListenAddress& address() const { return address_; }

 private:
  ListenSocket(int fd, ListenAddress address) : fd_(fd), address_(std::move(address)) {}
  static Result<ListenSocket> open_tcp(const ListenAddress& wanted);
  static Result<ListenSocket> open_unix(const ListenAddress& wanted, std::optional<unsigned> socket_mode);

  int fd_;
  ListenAddress address_;
};

}  // namespace trunkline::base

#include "base/http/listen.h"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

#include "base/core/json.h"
#include "base/http/server.h"

namespace trunkline::base {
namespace {

constexpr int kBacklog = 4096;

// Any of the sockaddr structs, as the system calls want it.
struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

tl::unexpected<Error> cannot_listen(const ListenAddress& address, int error) {
  const Kind kind = error == EADDRINUSE || error == EADDRNOTAVAIL ? Kind::unavailable : Kind::io;
  return fail(kind, fmt::format("cannot listen on {}: {}", to_string(address), std::strerror(error)));
}

SocketAddress tcp_address(const ListenAddress& address) {
  SocketAddress out;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (inet_pton(AF_INET, address.host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port);
    out.size = sizeof(sockaddr_in);
  } else {
    inet_pton(AF_INET6, address.host.c_str(), &v6->sin6_addr);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    out.size = sizeof(sockaddr_in6);
  }
  return out;
}

bool is_ip_address(const std::string& host) {
  in6_addr place;
  return inet_pton(AF_INET, host.c_str(), &place) == 1 || inet_pton(AF_INET6, host.c_str(), &place) == 1;
}

bool is_socket_file(const std::string& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode);
}

// Whether a server answers on the socket file; a file without one is left over from a crash.
bool somebody_listens(SocketAddress& address) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected = ::connect(probe, address.get(), address.size) == 0 || errno != ECONNREFUSED;
  ::close(probe);
  return connected;
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto refuse = [&] {
    return fail(Kind::usage, fmt::format("\"{}\": expected ADDR:PORT, [v6]:PORT or unix:PATH", text));
  };
  if (text.starts_with("unix:")) {
    if (text.size() == 5 || text.size() - 5 >= sizeof(sockaddr_un::sun_path)) return refuse();
    return ListenAddress{std::string(text.substr(5)), 0, true};
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  ListenAddress address{std::string(host), 0, false};
  const bool is_v6 = host.find(':') != std::string_view::npos;
  if (is_v6 != bracketed || !is_ip_address(address.host)) return refuse();
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return refuse();
  return address;
}

std::string to_string(const ListenAddress& address) {
  if (address.is_unix) return "unix:" + address.host;
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", address.host, address.port) : fmt::format("{}:{}", address.host, address.port);
}

Result<unsigned> parse_socket_mode(std::string_view text) {
  unsigned mode = 0;
  const std::string_view digits = text.size() == 4 && text.front() == '0' ? text.substr(1) : text;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), mode, 8);
  if (digits.size() == 3 && error == std::errc() && end == digits.data() + digits.size()) return mode;
  return fail(Kind::usage, fmt::format("--socket-mode: expected three octal digits such as 660, got \"{}\"", text));
}

Result<ListenSocket> ListenSocket::open(const ListenAddress& wanted, std::optional<unsigned> socket_mode) {
  return wanted.is_unix ? open_unix(wanted, socket_mode) : open_tcp(wanted);
}

Result<ListenSocket> ListenSocket::open_tcp(const ListenAddress& wanted) {
  SocketAddress address = tcp_address(wanted);
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return cannot_listen(wanted, errno);
  ListenSocket socket(fd, wanted);
  const int on = 1;
  // A port whose last connections are in TIME_WAIT may be taken again at once.
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(fd, address.get(), address.size) != 0 || ::listen(fd, kBacklog) != 0) return cannot_listen(wanted, errno);
  if (::getsockname(fd, address.get(), &address.size) != 0) return cannot_listen(wanted, errno);
  // sin_port and sin6_port stand at the same place.
  socket.address_.port = ntohs(reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port);
  return socket;
}

Result<ListenSocket> ListenSocket::open_unix(const ListenAddress& wanted, std::optional<unsigned> socket_mode) {
  SocketAddress address;
  auto* name = reinterpret_cast<sockaddr_un*>(&address.storage);
  name->sun_family = AF_UNIX;
  std::memcpy(name->sun_path, wanted.host.c_str(), wanted.host.size() + 1);
  address.size = sizeof(sockaddr_un);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return cannot_listen(wanted, errno);
  int bound = ::bind(fd, address.get(), address.size);
  if (bound != 0 && errno == EADDRINUSE) {
    if (!is_socket_file(wanted.host)) {
      ::close(fd);
      return fail(Kind::unavailable,
                  fmt::format("cannot listen on {}: {} is there and is no socket", to_string(wanted), wanted.host));
    }
    const bool left_over = !somebody_listens(address);
    errno = EADDRINUSE;
    if (left_over && ::unlink(wanted.host.c_str()) == 0) bound = ::bind(fd, address.get(), address.size);
  }
  // Before it listens: until then nobody can connect.
  const bool fits = bound != 0 || !socket_mode || ::chmod(wanted.host.c_str(), *socket_mode) == 0;
  if (bound != 0 || !fits || ::listen(fd, kBacklog) != 0) {
    const int error = errno;
    ::close(fd);  // not by the destructor: the file belongs to somebody else
    return cannot_listen(wanted, error);
  }
  return ListenSocket(fd, wanted);
}

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), address_(std::move(other.address_)) {}

ListenSocket::~ListenSocket() {
  if (fd_ < 0) return;
  if (address_.is_unix && is_socket_file(address_.host)) ::unlink(address_.host.c_str());
  ::close(fd_);
}

int ListenSocket::family() const {
  if (address_.is_unix) return AF_UNIX;
  return address_.host.find(':') == std::string::npos ? AF_INET : AF_INET6;
}

void print_listening(const std::string& address) {
  fmt::print("{}\n", to_text(JsonObject{{"listening", address}}));
  std::fflush(stdout);
}

}  // namespace trunkline::base

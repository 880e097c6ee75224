#include "tests/load/connection.h"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>

namespace trunkline::load {
namespace {

using base::fail;
using base::Kind;
using base::Result;

// The value of the header `name` in the lines of `head`, "" without one.
std::string_view header(std::string_view head, std::string_view name) {
  for (size_t start = head.find("\r\n"); start + 2 < head.size(); start = head.find("\r\n", start + 2)) {
    const std::string_view line = head.substr(start + 2, head.find("\r\n", start + 2) - start - 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (::strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    const size_t value = line.find_first_not_of(" \t", name.size() + 1);
    return value == std::string_view::npos ? "" : line.substr(value);
  }
  return "";
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Connection::Connection(std::string host, std::uint16_t port, base::Millis timeout)
    : host_(std::move(host)), port_(port), timeout_(timeout) {}

Result<Answer> Connection::get(std::string_view path, bool& retried) {
  request_ = fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\n\r\n", path, host_, port_);
  retried = false;
  bool may_retry = static_cast<bool>(socket_);
  auto answer = exchange(may_retry);
  if (!answer) {
    socket_.reset();
    if (may_retry) {
      retried = true;
      answer = exchange(may_retry = false);
      if (!answer) socket_.reset();
    }
  }
  return answer;
}

Result<> Connection::open() {
  base::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval limit{timeout_.count() / 1000, (timeout_.count() % 1000) * 1000};
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  if (::inet_pton(AF_INET, host_.c_str(), &address.sin_addr) != 1) return fail(Kind::usage, "expected an IPv4 address");
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return fail(Kind::unavailable, fmt::format("connect: {}", std::strerror(errno)));
  }
  socket_ = std::move(socket);
  return {};
}

Result<Answer> Connection::exchange(bool& may_retry) {
  if (!socket_) TRY(open());
  in_.clear();
  for (std::string_view rest = request_; !rest.empty();) {
    const ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return fail(Kind::unavailable, fmt::format("send: {}", std::strerror(errno)));
    rest.remove_prefix(static_cast<size_t>(sent));
  }
  return read_answer(may_retry);
}

Result<> Connection::fill(bool& may_retry) {
  char buffer[4096];
  const ssize_t got = ::recv(socket_.get(), buffer, sizeof(buffer), 0);
  if (got > 0) {
    in_.append(buffer, static_cast<size_t>(got));
    may_retry = false;
    return {};
  }
  if (got == 0) return fail(Kind::unavailable, "the connection was closed before the answer was complete");
  if (errno != EAGAIN) return fail(Kind::unavailable, fmt::format("receive: {}", std::strerror(errno)));
  may_retry = false;
  return fail(Kind::timeout, "no answer within " + base::format_duration(timeout_));
}

Result<Answer> Connection::read_answer(bool& may_retry) {
  size_t end = std::string::npos;
  while ((end = in_.find("\r\n\r\n")) == std::string::npos) TRY(fill(may_retry));
  const std::string_view head = std::string_view(in_).substr(0, end + 2);
  Answer answer;
  size_t length = 0;
  if (!head.starts_with("HTTP/1.") || head.size() < 12 || !read_number(head.substr(9, 3), answer.status)) {
    return fail(Kind::invalid, "the answer is no HTTP");
  }
  if (!read_number(header(head, "Content-Length"), length)) {
    return fail(Kind::invalid, "the answer has no Content-Length");
  }
  answer.location = header(head, "Location");
  answer.has_fault = !header(head, "X-Fault").empty();
  const bool closes = header(head, "Connection") == "close";
  while (in_.size() < end + 4 + length) TRY(fill(may_retry));
  if (closes) socket_.reset();
  return answer;
}

}  // namespace trunkline::load

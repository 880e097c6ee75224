#include "base/http/client.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocketImpl.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <fmt/format.h>
#include <istream>
#include <map>
#include <mutex>
#include <ostream>
#include <sys/socket.h>
#include <utility>
#include <vector>

#include "base/http/open_sockets.h"
#include "base/http/url.h"

namespace trunkline::base {
namespace {

namespace net = Poco::Net;

using Session = std::unique_ptr<net::HTTPClientSession>;

constexpr size_t kIdlePerHost = 32;
constexpr Millis kKeptAtMost{60'000};

Poco::Timespan timespan(Millis length) {
  return Poco::Timespan(Poco::Timespan::TimeDiff(length.count()) * 1000);
}

bool is_idempotent(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS";
}

// The end of the answer that is being read.
class Deadline {
 public:
  virtual ~Deadline() = default;
  void set(SteadyTime deadline) {
    deadline_ = deadline;
    peer_ended_ = false;
  }
  // Whether the peer has closed its side since.
  bool peer_ended() const { return peer_ended_; }

 protected:
  Poco::Timespan left() const {
    const auto rest = std::chrono::floor<Millis>(deadline_ - std::chrono::steady_clock::now());
    if (rest <= Millis(0)) throw Poco::TimeoutException();
    return timespan(rest);
  }
  int note(int received) {
    peer_ended_ = peer_ended_ || received == 0;
    return received;
  }

 private:
  SteadyTime deadline_ = SteadyTime::max();
  bool peer_ended_ = false;
};

// A connection that cancel() can end.
class WatchedSocket : public net::StreamSocketImpl {
 public:
  WatchedSocket(OpenSockets& open, int how) : open_(open), how_(how) {}

  using net::StreamSocketImpl::connect;
  void connect(const net::SocketAddress& address, const Poco::Timespan& timeout) override {
    if (!initialized()) init(address.af());
    if (!open_.add(sockfd(), how_)) throw Poco::IOException("cancelled");
    net::StreamSocketImpl::connect(address, timeout);
  }
  void close() override {
    open_.remove(sockfd());
    net::StreamSocketImpl::close();
  }
  using net::StreamSocketImpl::sendBytes;
  int sendBytes(const void* buffer, int length, int flags) override {
    return net::StreamSocketImpl::sendBytes(buffer, length, flags | MSG_NOSIGNAL);
  }

 protected:
  ~WatchedSocket() override { open_.remove(sockfd()); }

 private:
  OpenSockets& open_;
  const int how_;
};

// A socket that no read keeps beyond the deadline: a timeout alone begins anew with every byte of a peer that drips.
template <typename Impl>
class DeadlineSocket final : public Impl, public Deadline {
 public:
  using Impl::Impl;
  using Impl::receiveBytes;
  int receiveBytes(void* buffer, int length, int flags) override {
    Impl::setReceiveTimeout(left());
    return note(Impl::receiveBytes(buffer, length, flags));
  }
};

// Poco's session on a socket of ours.
template <typename Base>
class OnSocket final : public Base {
 public:
  template <typename... Arguments>
  explicit OnSocket(net::StreamSocketImpl* socket, Arguments&&... arguments)
      : Base(std::forward<Arguments>(arguments)...) {
    Base::attachSocket(net::StreamSocket(socket));
  }
};

class PocoClient final : public HttpClient {
 public:
  explicit PocoClient(ClientOptions options) : options_(options) {}

  Result<Response> send(const std::string& text, const Request& request, std::optional<Millis> timeout) override {
    TRY_ASSIGN(const Url url, parse_url(text));
    auto answer = send_to(text, url, request, timeout.value_or(options_.timeout));
    if (!answer && open_.is_shut_down()) {
      return fail(Kind::cancelled, fmt::format("{} {}: cancelled", request.method, text));
    }
    return answer;
  }

  void cancel() override { open_.shut_down(); }

 private:
  Result<Response> send_to(const std::string& text, const Url& url, const Request& request, Millis timeout) {
    const std::string key = fmt::format("{}://{}:{}", url.scheme, url.host, url.port);
    if (Session kept = take(key)) {
      auto answer = try_once(text, url, request, key, std::move(kept), timeout);
      // The server may have closed it while it lay here; a fresh connection tells.
      const bool may_be_stale = !answer && answer.error().kind == Kind::unavailable;
      if (!may_be_stale || !is_idempotent(request.method)) return answer;
    }
    return try_once(text, url, request, key, nullptr, timeout);
  }

  Session take(const std::string& key) {
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[key];
    if (idle.empty()) return nullptr;
    Session session = std::move(idle.back());
    idle.pop_back();
    return session;
  }

  void put_back(const std::string& key, Session session) {
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[key];
    if (idle.size() < kIdlePerHost) idle.push_back(std::move(session));
  }

  Session connect(const Url& url) {
    Session session;
    if (url.scheme == "unix") {
      net::StreamSocket socket(new DeadlineSocket<WatchedSocket>(open_, SHUT_RDWR));
      socket.connect(net::SocketAddress(net::SocketAddress::UNIX_LOCAL, url.host), timespan(options_.connect_timeout));
      socket.setSendTimeout(timespan(options_.timeout));
      session = std::make_unique<net::HTTPClientSession>(socket);
    } else if (url.scheme == "https") {
      // Only reads are ended: OpenSSL would raise SIGPIPE when it says goodbye on a socket that is shut for writing.
      Poco::AutoPtr<WatchedSocket> plain(new WatchedSocket(open_, SHUT_RD));
      auto* socket = new DeadlineSocket<net::SecureStreamSocketImpl>(plain.get(), tls());
      socket->setPeerHostName(url.host);
      session = std::make_unique<OnSocket<net::HTTPSClientSession>>(socket, url.host, url.port, tls());
      session->setKeepAlive(true);
    } else {
      auto* socket = new DeadlineSocket<WatchedSocket>(open_, SHUT_RDWR);
      session = std::make_unique<OnSocket<net::HTTPClientSession>>(socket, url.host, url.port);
      session->setKeepAlive(true);
    }
    session->setKeepAliveTimeout(timespan(kKeptAtMost));
    session->setTimeout(timespan(options_.connect_timeout), timespan(options_.timeout), timespan(options_.timeout));
    return session;
  }

  // The machine's own certificate authorities; host names are checked.
  net::Context::Ptr tls() {
    const std::lock_guard lock(mutex_);
    if (!tls_) tls_ = new net::Context(net::Context::TLS_CLIENT_USE, "", "", "", net::Context::VERIFY_STRICT, 9, true);
    return tls_;
  }

  Result<Response> try_once(const std::string& text, const Url& url, const Request& request, const std::string& key,
                            Session session, Millis timeout) {
    const auto failed = [&](Kind kind, std::string_view why) {
      return fail(kind, fmt::format("{} {}: {}", request.method, text, why));
    };
    try {
      if (!session) session = connect(url);
      return exchange(url, request, key, std::move(session), timeout, failed);
    } catch (const Poco::TimeoutException&) {
      return failed(Kind::timeout, fmt::format("no answer within {}", format_duration(timeout)));
    } catch (const net::NoMessageException&) {
      return failed(Kind::unavailable, "the connection was closed without an answer");
    } catch (const net::MessageException& e) {
      return failed(Kind::invalid, "the answer is no HTTP: " + e.displayText());
    } catch (const Poco::SyntaxException& e) {
      return failed(Kind::invalid, "the answer is no HTTP: " + e.displayText());
    } catch (const Poco::Exception& e) {
      return failed(Kind::unavailable, e.displayText());
    } catch (const std::exception& e) {
      return failed(Kind::unavailable, e.what());
    }
  }

  template <typename Failed>
  Result<Response> exchange(const Url& url, const Request& request, const std::string& key, Session session,
                            Millis timeout, const Failed& failed) {
    net::HTTPRequest out(request.method, url.target, net::HTTPMessage::HTTP_1_1);
    for (const Header& header : request.headers) out.add(header.name, header.value);
    if (!request.headers.find("Host")) out.set("Host", url.authority());
    out.setKeepAlive(session->getKeepAlive());
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
      out.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
    }
    std::ostream& sending = session->sendRequest(out);
    auto& deadline = dynamic_cast<Deadline&>(*session->socket().impl());
    deadline.set(std::chrono::steady_clock::now() + timeout);
    sending << request.body << std::flush;

    net::HTTPResponse in;
    std::istream& body = session->receiveResponse(in);
    Response response;
    response.status = static_cast<int>(in.getStatus());
    for (const auto& [name, value] : in) response.headers.add(name, value);
    // By what has arrived, not by full buffers: a size that the peer promises is not believed.
    while (body.peek() != std::istream::traits_type::eof()) {
      const size_t start = response.body.size();
      response.body.resize(start + static_cast<size_t>(body.rdbuf()->in_avail()));
      body.read(response.body.data() + start, static_cast<std::streamsize>(response.body.size() - start));
      if (response.body.size() > options_.max_body) {
        return failed(Kind::invalid, fmt::format("the answer is larger than {} bytes", options_.max_body));
      }
    }
    if (const Poco::Exception* error = session->networkException(); error != nullptr) error->rethrow();
    const bool has_length = in.hasContentLength() && request.method != "HEAD" && response.status != 304;
    if (has_length && static_cast<Poco::Int64>(response.body.size()) != in.getContentLength64()) {
      return failed(Kind::unavailable, "the connection was closed in the middle of the answer");
    }
    // Whoever reads a whole chunked body never reads as far as the end. Poco takes the one for the other.
    if (in.getChunkedTransferEncoding() && deadline.peer_ended()) {
      return failed(Kind::unavailable, "the connection was closed in the middle of the answer");
    }
    if (session->getKeepAlive() && in.getKeepAlive()) put_back(key, std::move(session));
    return response;
  }

  const ClientOptions options_;
  OpenSockets open_;  // before the sessions, whose sockets are in it
  std::mutex mutex_;
  std::map<std::string, std::vector<Session>> idle_;
  net::Context::Ptr tls_;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(ClientOptions options) {
  return std::make_unique<PocoClient>(options);
}

Result<Response> get(HttpClient& client, const std::string& url, const std::string& host) {
  Request request;
  if (!host.empty()) request.headers.add("Host", host);
  return client.send(url, request);
}

}  // namespace trunkline::base

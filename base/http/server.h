#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/http/reply.h"

namespace trunkline::base {

struct ServerOptions {
  std::string listen = "127.0.0.1:0";                  // ADDR:PORT | [v6]:PORT | unix:PATH; port 0: the OS picks one
  std::optional<unsigned> socket_mode = std::nullopt;  // permissions of a unix socket; by default what the umask leaves
  int threads = 0;                                     // 0: one a core
  size_t max_header = 16 * 1024;                       // bytes of request line and headers; more is answered 431
  size_t max_body = 1024 * 1024;                       // bytes; more is answered 413
  Millis header_timeout{10'000};                       // from the first byte to the end of the headers; then 408
  Millis body_timeout{30'000};                         // for the body; then 408
  Millis write_timeout{30'000};      // for a client that does not take its answer; then the connection is closed
  Millis idle_timeout{75'000};       // between two requests
  ReplyObserver* refused = nullptr;  // told of what the server answers by itself; outlives it
};

// An HTTP/1.1 server (RFC 9110, RFC 9112): keep-alive, pipelining, bounded sizes and times (kept to about 0.1 s). Each
// connection belongs to one thread; the handler runs there. HEAD is answered without the body that the handler gives.
// A request whose framing, Host or version is wrong is refused here, and its connection closed; trailers are dropped.
class Server {
 public:
  // Listens and serves until stop(). Raises the process's limit of open files to what the system allows it. Kind::usage
  // for a bad address, unavailable where it is taken or not this machine's. A socket file that nobody listens on any
  // more is replaced; no other file is.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);

  virtual ~Server() = default;  // stops with no grace

  // The bound address in the form of `listen`, with the port the OS picked.
  virtual const std::string& address() const = 0;

  // Takes no new connections, closes idle ones, answers what is being asked with "Connection: close". Returns when all
  // have ended, or after `grace` by closing them; true if all ended by themselves. Further calls return the same.
  virtual bool stop(Millis grace) = 0;
};

// The one line on stdout by which every server says that it is ready: {"listening":"127.0.0.1:43121"}.
void print_listening(const std::string& address);

}  // namespace trunkline::base

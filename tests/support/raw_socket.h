#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/files.h"

namespace trunkline::base {

// A TCP client that sends exactly the bytes it is given, for what no HTTP library would send.
class RawSocket {
 public:
  explicit RawSocket(const std::string& address);  // "127.0.0.1:PORT", or another IPv4 address
  explicit RawSocket(Descriptor fd) : fd_(std::move(fd)) {}

  bool send(std::string_view bytes);
  void end_sending();  // the other direction stays open

  // What comes until `text` is in it, the peer closes, or the time is up; all that came so far, then forgotten.
  std::string read_until(std::string_view text, Millis limit = Millis(5000));
  // What comes until the peer closes; adds "[still open]" if it does not in time.
  std::string read_all(Millis limit = Millis(5000));

 private:
  // False when nothing more will come in time.
  bool receive(SteadyTime end);

  Descriptor fd_;
  std::string received_;
  bool closed_ = false;
};

// A listener of the kernel's on a port that the OS picked, which answers nothing by itself.
class RawListener {
 public:
  RawListener();
  const std::string& address() const { return address_; }
  RawSocket accept();
  void close() { fd_.reset(); }

 private:
  Descriptor fd_;
  std::string address_;
};

}  // namespace trunkline::base

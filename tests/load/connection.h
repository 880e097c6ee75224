#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/files.h"
#include "base/core/result.h"

namespace trunkline::load {

struct Answer {
  int status = 0;
  std::string location;
  bool has_fault = false;
};

// A kept-alive connection to one IPv4 address, opened when it is needed. It does little more than a client must, so
// that the generator takes little of the machine from what it measures. For one thread.
class Connection {
 public:
  Connection(std::string host, std::uint16_t port, base::Millis timeout);

  // GET `path`. A kept connection that died before a byte of the answer came is replaced once; `retried` tells.
  base::Result<Answer> get(std::string_view path, bool& retried);

 private:
  base::Result<Answer> exchange(bool& may_retry);
  base::Result<> open();
  base::Result<> fill(bool& may_retry);
  base::Result<Answer> read_answer(bool& may_retry);

  const std::string host_;
  const std::uint16_t port_;
  const base::Millis timeout_;
  base::Descriptor socket_;
  std::string request_;
  std::string in_;
};

}  // namespace trunkline::load

#pragma once

#include <memory>
#include <string_view>

#include "base/http/message.h"

namespace trunkline::base {

// Reads the requests of one connection, one after the other, into one Request. Beast does the parsing; what RFC 9112
// leaves to a server is decided here: versions, forms of the target, Host, transfer codings and trailers. Trailer
// fields are dropped. Private to the server.
class RequestParser {
 public:
  RequestParser(Request& request, size_t max_header, size_t max_body);
  RequestParser(const RequestParser&) = delete;
  ~RequestParser();

  // Before the first byte of each request.
  void begin();

  enum class Outcome { need_more, complete, refused };
  struct Step {
    Outcome outcome;
    size_t used;  // bytes of `input` that are not to be given again
    int status;   // what to answer if it was refused: 400, 413, 414, 431, 501 or 505
  };
  Step read(std::string_view input);

  bool is_header_complete() const;
  bool expects_continue() const;
  // Of a complete request.
  bool keep_alive() const;
  int version() const;  // 10, or 11 for every later minor version

 private:
  class Impl;
  struct Place;
  Step read_line(std::string_view input);
  Step put(std::string_view input);
  std::unique_ptr<Place> place_;
  Request& request_;
  const size_t max_header_;
  const size_t max_body_;
};

}  // namespace trunkline::base

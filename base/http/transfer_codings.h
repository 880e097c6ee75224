#pragma once

#include <string_view>

namespace trunkline::base {

// The Transfer-Encoding fields of one request, read line by line. Private to the server.
class TransferCodings {
 public:
  // Reads one field's value, a list.
  void add(std::string_view value);

  bool is_present() const { return is_present_; }

  // 0 where the body is in chunks and nothing else; 400 where its end cannot be told, because the final coding is not
  // chunked or chunked is not the final one; 501 for a coding that this server does not undo (RFC 9112, 6.1 and 6.3).
  int refusal() const;

 private:
  bool is_present_ = false;
  bool ends_chunked_ = false;
  bool is_chunked_before_its_end_ = false;
  bool has_unknown_ = false;
};

}  // namespace trunkline::base

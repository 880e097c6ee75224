#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include "base/http/message.h"

namespace trunkline::base {

// Beast's HTTP/1 parser, which fills a Request of ours directly. For one request; private to the server.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  RequestParser(Request& request, size_t max_header, size_t max_body);

  int version() const { return version_; }  // 10 or 11
  bool expects_continue() const { return expects_continue_; }

 private:
  using Code = boost::beast::error_code;
  using Text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, Code&) override;
  void on_response_impl(int, Text, int, Code&) override {}
  void on_field_impl(boost::beast::http::field, Text name, Text value, Code&) override;
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) override;
  size_t on_body_impl(Text body, Code&) override;
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  size_t on_chunk_body_impl(std::uint64_t remain, Text body, Code&) override;
  void on_finish_impl(Code&) override {}

  Request& request_;
  size_t header_left_;
  int version_ = 11;
  bool expects_continue_ = false;
};

}  // namespace trunkline::base

#include "base/http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/error.hpp>

namespace trunkline::base {
namespace beast = boost::beast;

RequestParser::RequestParser(Request& request, size_t max_header, size_t max_body)
    : request_(request), header_left_(max_header) {
  header_limit(static_cast<std::uint32_t>(max_header));
  body_limit(max_body);
  eager(true);
  request_.method.clear();
  request_.headers.clear();
  request_.body.clear();
}

void RequestParser::on_request_impl(beast::http::verb, Text method, Text target, int version, Code&) {
  request_.method.assign(method.data(), method.size());
  request_.target.assign(target.data(), target.size());
  version_ = version;
}

void RequestParser::on_field_impl(beast::http::field field, Text name, Text value, Code& code) {
  // Beast's own limit is for what is in the buffer: headers that drip in one by one would pass it.
  const size_t size = name.size() + value.size() + 4;
  if (size > header_left_) {
    code = beast::http::error::header_limit;
    return;
  }
  header_left_ -= size;
  if (field == beast::http::field::expect) expects_continue_ = beast::iequals(value, "100-continue");
  request_.headers.add({name.data(), name.size()}, {value.data(), value.size()});
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) {
  constexpr std::uint64_t kTrusted = 64 * 1024;  // what a client only announces is not allocated
  if (length) request_.body.reserve(std::min(*length, kTrusted));
}

size_t RequestParser::on_body_impl(Text body, Code&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text body, Code&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

}  // namespace trunkline::base

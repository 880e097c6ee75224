#include "base/http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>

namespace trunkline::base {

namespace http = boost::beast::http;

// For one request, as Beast wants it.
class RequestParser::Impl final : public http::basic_parser<true> {
 public:
  Impl(Request& request, size_t max_header, size_t max_body) : request_(request), header_left_(max_header) {
    header_limit(static_cast<std::uint32_t>(max_header));
    body_limit(max_body);
    eager(true);
    request_.method.clear();
    request_.headers.clear();
    request_.body.clear();
  }

  int version = 11;
  bool expects_continue = false;

 private:
  using Code = boost::beast::error_code;
  using Text = boost::beast::string_view;

  void on_request_impl(http::verb, Text method, Text target, int of_http, Code&) override {
    request_.method.assign(method.data(), method.size());
    request_.target.assign(target.data(), target.size());
    version = of_http;
  }

  void on_field_impl(http::field field, Text name, Text value, Code& code) override {
    // Beast's own limit is for what is in the buffer: headers that drip in one by one would pass it.
    const size_t size = name.size() + value.size() + 4;
    if (size > header_left_) {
      code = http::error::header_limit;
      return;
    }
    header_left_ -= size;
    if (field == http::field::expect) expects_continue = boost::beast::iequals(value, "100-continue");
    request_.headers.add({name.data(), name.size()}, {value.data(), value.size()});
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) override {
    constexpr std::uint64_t kTrusted = 64 * 1024;  // what a client only announces is not allocated
    if (length) request_.body.reserve(std::min(*length, kTrusted));
  }

  size_t on_body_impl(Text body, Code&) override {
    request_.body.append(body.data(), body.size());
    return body.size();
  }

  size_t on_chunk_body_impl(std::uint64_t, Text body, Code& code) override { return on_body_impl(body, code); }

  void on_response_impl(int, Text, int, Code&) override {}
  void on_header_impl(Code&) override {}
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  void on_finish_impl(Code&) override {}

  Request& request_;
  size_t header_left_;
};

// A parser is made anew for each request, without allocating.
struct RequestParser::Place {
  std::optional<Impl> impl;
};

RequestParser::RequestParser(Request& request, size_t max_header, size_t max_body)
    : place_(std::make_unique<Place>()), request_(request), max_header_(max_header), max_body_(max_body) {
  begin();
}

RequestParser::~RequestParser() = default;

void RequestParser::begin() {
  place_->impl.emplace(request_, max_header_, max_body_);
}

RequestParser::Step RequestParser::read(std::string_view input) {
  boost::system::error_code code;
  const size_t used = place_->impl->put(boost::asio::buffer(input.data(), input.size()), code);
  if (code == http::error::header_limit) return {Outcome::refused, used, 431};
  if (code == http::error::body_limit) return {Outcome::refused, used, 413};
  if (code && code != http::error::need_more) return {Outcome::refused, used, 400};
  return {place_->impl->is_done() ? Outcome::complete : Outcome::need_more, used, 0};
}

bool RequestParser::is_header_complete() const {
  return place_->impl->is_header_done();
}
bool RequestParser::expects_continue() const {
  return place_->impl->expects_continue;
}
bool RequestParser::keep_alive() const {
  return place_->impl->keep_alive();
}
int RequestParser::version() const {
  return place_->impl->version;
}

}  // namespace trunkline::base

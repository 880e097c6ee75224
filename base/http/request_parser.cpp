#include "base/http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>

#include "base/http/host.h"
#include "base/http/request_target.h"
#include "base/http/transfer_codings.h"

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
  bool has_request_line = false;
  bool expects_continue = false;
  int refusal = 400;  // the status where Beast stops because of us

  // An HTTP/1.0 client may have taken the transfer coding for something else: the connection ends with the request.
  bool may_keep_alive() const { return keep_alive() && (version >= 11 || !codings_.is_present()); }

 private:
  using Code = boost::beast::error_code;
  using Text = boost::beast::string_view;

  void on_request_impl(http::verb, Text method, Text target, int of_http, Code& code) override {
    has_request_line = true;
    version = of_http;
    request_.method.assign(method.data(), method.size());
    if (request_.method == "CONNECT") return refuse(501, code);
    auto parsed = parse_request_target(request_.method, {target.data(), target.size()});
    if (!parsed) return refuse(400, code);
    request_.target = std::move(parsed->path);
    authority_ = std::move(parsed->authority);
  }

  void on_field_impl(http::field field, Text name, Text value, Code& code) override {
    // Beast's own limit is for what is in the buffer: headers that drip in one by one would pass it.
    const size_t size = name.size() + value.size() + 4;
    if (size > header_left_) {
      code = http::error::header_limit;
      return;
    }
    header_left_ -= size;
    // A trailer must not pass for a header field (RFC 9110, 6.5.1).
    if (in_trailer_) return;
    const std::string_view text(value.data(), value.size());
    if (field == http::field::host && (++hosts_ > 1 || !is_host(text))) return refuse(400, code);
    if (field == http::field::transfer_encoding) codings_.add(text);
    if (field == http::field::expect && version >= 11) expects_continue = boost::beast::iequals(value, "100-continue");
    request_.headers.add({name.data(), name.size()}, text);
  }

  void on_header_impl(Code& code) override {
    in_trailer_ = true;
    if (hosts_ == 0 && version >= 11) return refuse(400, code);
    if (authority_) request_.headers.set("Host", *authority_);
    if (!codings_.is_present()) return;
    if (const int status = codings_.refusal(); status != 0) return refuse(status, code);
    if (!chunked()) refuse(400, code);
  }

  void refuse(int status, Code& code) {
    refusal = status;
    code = http::error::bad_value;
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
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  void on_finish_impl(Code&) override {}

  Request& request_;
  size_t header_left_;
  std::optional<std::string> authority_;
  TransferCodings codings_;
  int hosts_ = 0;
  bool in_trailer_ = false;
};

// A parser is made anew for each request, without allocating.
struct RequestParser::Place {
  std::optional<Impl> impl;
  bool line_read = false;  // the request line was looked at
};

RequestParser::RequestParser(Request& request, size_t max_header, size_t max_body)
    : place_(std::make_unique<Place>()), request_(request), max_header_(max_header), max_body_(max_body) {
  begin();
}

RequestParser::~RequestParser() = default;

void RequestParser::begin() {
  place_->impl.emplace(request_, max_header_, max_body_);
  place_->line_read = false;
}

RequestParser::Step RequestParser::read(std::string_view input) {
  if (place_->line_read) return put(input);
  size_t empty_lines = 0;  // before a request line they mean nothing (RFC 9112, 2.2)
  while (input.substr(empty_lines).starts_with("\r\n")) empty_lines += 2;
  input.remove_prefix(empty_lines);
  Step step{Outcome::need_more, 0, 0};
  if (!input.empty() && input != "\r") step = read_line(input);
  step.used += empty_lines;
  return step;
}

// Beast knows HTTP/1.0 and HTTP/1.1 only, and has one error for all other versions.
RequestParser::Step RequestParser::read_line(std::string_view input) {
  constexpr std::string_view kVersion = "HTTP/1.1";
  const size_t line_feed = input.find('\n');
  if (line_feed == std::string_view::npos && input.size() < max_header_) return {Outcome::need_more, 0, 0};
  const size_t end = input.find("\r\n");
  if (end == std::string_view::npos || end > line_feed) return put(input);
  place_->line_read = true;
  std::string line(input.substr(0, end + 2));
  const size_t begin = line.rfind(' ') + 1;
  const std::string_view version = std::string_view(line).substr(begin, line.size() - 2 - begin);
  const auto is_digit_at = [&](size_t at) { return version[at] >= '0' && version[at] <= '9'; };
  const bool is_version = version.size() == kVersion.size() && version.starts_with("HTTP/") && is_digit_at(5) &&
                          version[6] == '.' && is_digit_at(7);
  if (is_version && version[5] != '1') return {Outcome::refused, end + 2, 505};
  if (!is_version || version[7] <= '1') return put(input);
  line.replace(begin, kVersion.size(), kVersion);
  Step step = put(line);
  if (step.outcome != Outcome::need_more || input.size() == end + 2) return step;
  step = put(input.substr(end + 2));
  step.used += end + 2;
  return step;
}

RequestParser::Step RequestParser::put(std::string_view input) {
  boost::system::error_code code;
  const size_t used = place_->impl->put(boost::asio::buffer(input.data(), input.size()), code);
  if (code == http::error::header_limit) return {Outcome::refused, used, place_->impl->has_request_line ? 431 : 414};
  if (code == http::error::body_limit) return {Outcome::refused, used, 413};
  if (code && code != http::error::need_more) return {Outcome::refused, used, place_->impl->refusal};
  return {place_->impl->is_done() ? Outcome::complete : Outcome::need_more, used, 0};
}

bool RequestParser::is_header_complete() const {
  return place_->impl->is_header_done();
}
bool RequestParser::expects_continue() const {
  return place_->impl->expects_continue;
}
bool RequestParser::keep_alive() const {
  return place_->impl->may_keep_alive();
}
int RequestParser::version() const {
  return place_->impl->version;
}

}  // namespace trunkline::base

#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/json.h"

// What goes over the wire, as plain values; server.h and client.h carry them.
namespace trunkline::base {

struct Header {
  std::string name;
  std::string value;

  bool operator==(const Header&) const = default;
};

// Names and values in the order they were added; names are compared without regard to case (RFC 9110, 5.1).
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> items) : items_(items) {}

  // The first value of `name`. It lives as long as this object is not changed.
  std::optional<std::string_view> find(std::string_view name) const;

  // All values of `name`, in order; they live as long.
  std::vector<std::string_view> find_all(std::string_view name) const;

  // Adds a line, also where the name is there already.
  void add(std::string_view name, std::string_view value) { items_.push_back({std::string(name), std::string(value)}); }
  // Afterwards `name` stands once.
  void set(std::string_view name, std::string_view value);
  void clear() { items_.clear(); }

  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  size_t size() const { return items_.size(); }

  bool operator==(const Headers&) const = default;

 private:
  std::vector<Header> items_;
};

struct Request {
  std::string method = "GET";
  std::string target = "/";  // as sent: path and query, percent-encoded
  Headers headers = {};
  std::string body = {};
  std::string peer = {};  // at a server: the address of who asks, without a port; "" on a unix socket

  // The target without its query, still percent-encoded.
  std::string_view path() const;

  // The decoded value of the first query parameter `name` ("" for ?name), nullopt where it is absent.
  std::optional<std::string> query(std::string_view name) const;
  // The values of all of that name that can be decoded, in order.
  std::vector<std::string> queries(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers = {};
  std::string body = {};
  // Instead of `body`, for a server: one text that many answers share, so that a thousand of them do not hold a
  // thousand copies.
  std::shared_ptr<const std::string> shared_body = nullptr;

  // The one or the other.
  std::string_view content() const { return shared_body ? std::string_view(*shared_body) : std::string_view(body); }
};

// "%41b" -> "Ab"; a "+" stays. nullopt for a "%" without two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

// Everything but the unreserved characters of RFC 3986 becomes %XX.
std::string percent_encode(std::string_view text);

// The methods that servers of ours know.
constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

// "Not Found" for 404; "Unknown" for a status without a name.
std::string_view reason_phrase(int status);

Response text_response(int status, std::string body);
Response json_response(int status, const Json& body);

// Problem details (RFC 9457) as application/problem+json: {"type":"about:blank","title","status","detail"?}.
Response problem_response(int status, std::string_view title, std::string_view detail = "");

}  // namespace trunkline::base

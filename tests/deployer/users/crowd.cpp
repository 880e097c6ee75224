#include "tests/deployer/users/crowd.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <fmt/format.h>
#include <optional>
#include <poll.h>
#include <stdexcept>

#include "deployer/support/pause.h"

namespace trunkline::deployer {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using base::Millis;
using tcp = asio::ip::tcp;

namespace {

constexpr Millis kPart{100};
constexpr int kParts = 10;
constexpr int kSockets = 18, kRestless = 6;
constexpr Millis kShort{400}, kLong{4000}, kEndless{1'000'000};

base::SteadyTime now() {
  return std::chrono::steady_clock::now();
}

// False if it is to stop before then.
bool pause_until(base::SteadyTime due, const std::stop_token& stop) {
  const auto left = std::chrono::ceil<Millis>(due - now());
  return left.count() <= 0 ? !stop.stop_requested() : pause_for(left, stop).has_value();
}

std::string told(const std::exception& error) {
  return fmt::format("{}: {}", base::to_iso8601(base::system_clock().wall()), error.what());
}

tcp::socket connect(asio::io_context& context, const std::string& front) {
  const size_t colon = front.rfind(':');
  tcp::socket socket(context);
  socket.connect(
      {asio::ip::make_address(front.substr(0, colon)), static_cast<std::uint16_t>(std::stoi(front.substr(colon + 1)))});
  socket.set_option(tcp::no_delay(true));
  return socket;
}

void expect(const std::string& wanted, const std::string& got) {
  if (got != wanted) throw std::runtime_error(fmt::format("expected \"{}\", got \"{}\"", wanted, got));
}

// A kept-alive connection. What goes wrong is thrown.
class Line {
 public:
  explicit Line(std::string front) : front_(std::move(front)) {}

  void talk(Talk talk, const std::string& word) {
    if (!socket_) socket_ = connect(context_, front_);
    if (talk == Talk::post) {
      post();
    } else {
      http::request<http::empty_body> request(http::verb::get, talk == Talk::stream ? "/stream" : word, 11);
      request.set(http::field::host, front_);
      http::write(*socket_, request);
      hear(talk == Talk::stream ? "0123456789" : word);
    }
  }
  void hang_up() {
    socket_.reset();
    buffer_.clear();
  }

 private:
  void post() {
    http::request<http::empty_body> request(http::verb::post, "/", 11);
    request.set(http::field::host, front_);
    request.content_length(kParts);
    http::request_serializer<http::empty_body> serializer(request);
    http::write_header(*socket_, serializer);
    for (int part = 0; part < kParts; ++part) {
      std::this_thread::sleep_for(kPart);
      asio::write(*socket_, asio::buffer("x", 1));
    }
    hear(std::string(kParts, 'x'));
  }

  void hear(const std::string& wanted) {
    http::response<http::string_body> response;
    http::read(*socket_, buffer_, response);
    expect("200", std::to_string(response.result_int()));
    expect(wanted, response.body());
    if (!response.keep_alive()) hang_up();
  }

  const std::string front_;
  asio::io_context context_;
  std::optional<tcp::socket> socket_;
  beast::flat_buffer buffer_;
};

class Socket {
 public:
  explicit Socket(const std::string& front) : stream_(connect(context_, front)) {
    beast::websocket::response_type response;
    stream_.handshake(response, front, "/echo");
    stream_.text(true);
    instance_ = response[http::field::server];
  }

  const std::string& instance() const { return instance_; }

  // False if the other side ended it. Another answer than the same word is thrown.
  bool say(const std::string& word) {
    boost::system::error_code gone;
    stream_.write(asio::buffer(word), gone);
    beast::flat_buffer buffer;
    if (!gone) stream_.read(buffer, gone);
    if (gone) return false;
    expect(word, beast::buffers_to_string(buffer.data()));
    return true;
  }
  // Until then, or until the other side, which says nothing by itself, ends it.
  bool is_silent_until(base::SteadyTime due) {
    const auto left = std::chrono::ceil<Millis>(due - now());
    pollfd waiting{stream_.next_layer().native_handle(), POLLIN, 0};
    return left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) == 0;
  }
  void close() {
    boost::system::error_code ignored;
    stream_.close(beast::websocket::close_code::normal, ignored);
  }

 private:
  asio::io_context context_;
  beast::websocket::stream<tcp::socket> stream_;
  std::string instance_;
};

}  // namespace

std::string_view to_string(Talk talk) {
  switch (talk) {
    case Talk::get:
      return "GETs";
    case Talk::post:
      return "slow bodies";
    case Talk::stream:
      return "slow answers";
    case Talk::socket:
      return "websockets";
  }
  return "";
}

Crowd::Crowd(const std::string& front) : front_(front) {
  begin(Talk::get, 100, 50);
  begin(Talk::post, 8, 24);
  begin(Talk::stream, 8, 24);
  for (int i = 0; i < kSockets; ++i) {
    threads_.emplace_back([this, i](const std::stop_token& stop) { keep_talking(i, stop); });
  }
}

void Crowd::begin(Talk talk, int a_second, int threads) {
  const auto start = now();
  for (int i = 0; i < threads; ++i) {
    const auto first = start + Millis{1000} * i / a_second;
    threads_.emplace_back(
        [=, this](const std::stop_token& stop) { ask(talk, first, Millis{1000} * threads / a_second, stop); });
  }
}

void Crowd::end() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
}

void Crowd::count(Talk talk, const std::string& failure) {
  const std::lock_guard lock(mutex_);
  Tally& tally = tallies_[static_cast<size_t>(talk)];
  ++tally.sent;
  if (failure.empty()) {
    ++tally.ok;
  } else {
    tally.failures.push_back(failure);
  }
}

void Crowd::ask(Talk talk, base::SteadyTime due, Millis every, const std::stop_token& stop) {
  Line line(front_);
  for (int n = 0; pause_until(due, stop); ++n, due += every) {
    std::string failure;
    try {
      line.talk(talk, fmt::format("/word-{}", n));
    } catch (const std::exception& error) {
      failure = told(error);
      line.hang_up();
    }
    count(talk, failure);
  }
}

void Crowd::chat(base::SteadyTime until, const std::stop_token& stop) {
  Socket socket(front_);
  for (auto due = now(); due < until && !stop.stop_requested(); due += kPart) {
    if (socket.is_silent_until(due) && socket.say(fmt::format("word {}", due.time_since_epoch().count()))) continue;
    const std::lock_guard lock(mutex_);
    goodbyes_.push_back({socket.instance(), base::system_clock().wall()});
    return;
  }
  socket.close();
}

void Crowd::keep_talking(int socket, const std::stop_token& stop) {
  for (int n = socket; !stop.stop_requested(); ++n) {
    std::string failure;
    try {
      chat(now() + (socket >= kRestless ? kEndless : n % 4 != 3 ? kShort : kLong), stop);
    } catch (const std::exception& error) {
      failure = told(error);
      std::this_thread::sleep_for(kPart);
    }
    count(Talk::socket, failure);
  }
}

Tally Crowd::tally(Talk talk) const {
  const std::lock_guard lock(mutex_);
  return tallies_[static_cast<size_t>(talk)];
}

std::vector<Goodbye> Crowd::goodbyes() const {
  const std::lock_guard lock(mutex_);
  return goodbyes_;
}

}  // namespace trunkline::deployer

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>

// A service whose answers take their time: `talker --listen ADDRESS:PORT`, as the deployer starts instances. SIGTERM
// ends it at once, whatever is under way: only a drain before it keeps its users from harm.
//   GET /stream   ten parts, one each 100 ms
//   POST          the body again, once it is all there
//   a websocket   each message again; the answer's header Server names the instance
//   /version      of TRUNKLINE_VERSION
//   anything else its own target
// With `--unready-if FILE` /readyz answers 503 as long as that file exists; everything else goes on.
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Request = http::request<http::string_body>;

// Set before any thread begins.
std::string own_name;  // ADDRESS:PORT
std::string unready_if;

void send(tcp::socket& socket, const Request& request, const std::string& body,
          http::status status = http::status::ok) {
  http::response<http::string_body> response(status, request.version(), body);
  response.keep_alive(request.keep_alive());
  response.prepare_payload();
  http::write(socket, response);
}

void send_slowly(tcp::socket& socket, const Request& request) {
  http::response<http::empty_body> response(http::status::ok, request.version());
  response.keep_alive(request.keep_alive());
  response.chunked(true);
  http::response_serializer<http::empty_body> serializer(response);
  http::write_header(socket, serializer);
  for (const char part : std::string("0123456789")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    asio::write(socket, http::make_chunk(asio::const_buffer(&part, 1)));
  }
  asio::write(socket, http::make_chunk_last());
}

void echo(tcp::socket socket, const Request& request) {
  beast::websocket::stream<tcp::socket> stream(std::move(socket));
  stream.set_option(beast::websocket::stream_base::decorator(
      [](beast::websocket::response_type& response) { response.set(http::field::server, own_name); }));
  stream.accept(request);
  for (beast::flat_buffer buffer;; buffer.clear()) {
    stream.read(buffer);
    stream.text(stream.got_text());
    stream.write(buffer.data());
  }
}

void answer(tcp::socket& socket, const Request& request) {
  if (request.target() == "/stream") return send_slowly(socket, request);
  if (request.method() == http::verb::post) return send(socket, request, request.body());
  if (request.target() == "/readyz" && !unready_if.empty() && std::filesystem::exists(unready_if)) {
    return send(socket, request, "not ready", http::status::service_unavailable);
  }
  const char* version = std::getenv("TRUNKLINE_VERSION");
  if (request.target() == "/version" && version != nullptr) {
    return send(socket, request, std::string(R"({"version":")") + version + "\"}");
  }
  send(socket, request, std::string(request.target()));
}

// Until the other side goes, which Beast tells by an exception.
void serve(tcp::socket socket) {
  try {
    socket.set_option(tcp::no_delay(true));
    for (beast::flat_buffer buffer;;) {
      Request request;
      http::read(socket, buffer, request);
      if (beast::websocket::is_upgrade(request)) return echo(std::move(socket), request);
      answer(socket, request);
      if (!request.keep_alive()) return;
    }
  } catch (const boost::system::system_error&) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || std::string(argv[1]) != "--listen") return 2;
  own_name = argv[2];
  for (int i = 3; i + 1 < argc; ++i) {
    if (std::string(argv[i]) == "--unready-if") unready_if = argv[i + 1];
  }
  const size_t colon = own_name.rfind(':');
  asio::io_context context;
  const auto address = asio::ip::make_address(own_name.substr(0, colon));
  tcp::acceptor acceptor(context, {address, static_cast<std::uint16_t>(std::stoi(own_name.substr(colon + 1)))});
  for (;;) std::thread(serve, acceptor.accept()).detach();
}

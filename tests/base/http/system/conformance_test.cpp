#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.h"
#include "base/http/server.h"
#include "base/http/service.h"
#include "tests/support/raw_socket.h"

namespace trunkline::base {
namespace {

using testing::HasSubstr;

struct Case {
  std::string line;
  std::string name;
  std::string request;
  std::string status;  // "200 kept"
  std::string body;
};

// The bytes that a column of conformance.cases stands for.
std::string unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    switch (text.at(++i)) {
      case 'n':
        out += "\r\n";
        break;
      case 'r':
        out += '\r';
        break;
      case 'l':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case '0':
        out += '\0';
        break;
      case 'p':
        out += '|';
        break;
      case 'x':
        out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
        break;
      default:
        out += text[i];
    }
  }
  return out;
}

// One blank on each side of a bar belongs to the table.
std::string column(std::string_view text) {
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (text.ends_with(' ')) text.remove_suffix(1);
  return unescape(text);
}

std::vector<Case> read_cases() {
  std::ifstream file(TRUNKLINE_SOURCE_DIR "/tests/base/http/system/conformance.cases");
  std::vector<Case> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto parts = split(line, '|');
    EXPECT_TRUE(parts.size() == 3 || parts.size() == 4) << line;
    cases.push_back(
        {line, column(parts[0]), column(parts[1]), column(parts[2]), parts.size() == 4 ? column(parts[3]) : ""});
  }
  return cases;
}

struct ConformanceTest : testing::Test {
  ConformanceTest() {
    const auto echo = [](const Request& request, const PathParameters&, Reply reply) {
      reply(text_response(200, request.method + " " + request.target +
                                   " host=" + std::string(request.headers.find("Host").value_or("")) + " x=" +
                                   std::string(request.headers.find("X").value_or("")) + " body=" + request.body));
    };
    service.router().add("GET", "/get-only", echo);
    for (const char* method : {"GET", "POST", "PUT"}) service.router().add(method, "/any/{path}", echo);
    auto started = Server::start({.threads = 1, .max_body = 1000, .refused = service.refused()}, service.handler());
    EXPECT_TRUE(started) << to_string(started.error());
    server = std::move(*started);
  }

  // All that the server says to the request and to one for /after behind it.
  std::string exchange(const std::string& request) const {
    RawSocket client(server->address());
    client.send(request + "GET /any/after HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    return client.read_all();
  }

  Metrics metrics;
  Service service{metrics, {}, [] { return JsonObject{}; }};
  std::unique_ptr<Server> server;
};

// "200 kept" or "400 closed", and what stands behind the first header section before the answer to /after.
std::pair<std::string, std::string> describe(const std::string& answers) {
  constexpr std::string_view kAfter = "GET /any/after host=h x= body=";
  const bool kept = answers.ends_with(kAfter);
  const size_t end = answers.find("\r\n\r\n");
  const size_t next = kept ? answers.rfind("HTTP/1.1 200 OK\r\n") : answers.size();
  if (!answers.starts_with("HTTP/1.1 ") || end == std::string::npos || next < end) return {"\"" + answers + "\"", ""};
  return {answers.substr(9, 3) + (kept ? " kept" : " closed"), answers.substr(end + 4, next - end - 4)};
}

TEST_F(ConformanceTest, AnswersEachRequestAsItsCaseSays) {
  const std::vector<Case> cases = read_cases();
  EXPECT_GE(cases.size(), 150U);
  for (const Case& one : cases) {
    const std::string answers = exchange(one.request);
    const auto [status, body] = describe(answers);
    EXPECT_EQ(status, one.status) << one.line;
    EXPECT_EQ(one.status.starts_with("200") ? body : "", one.body) << one.line;
    // RFC 9110, 6.6.1; RFC 9112, 9.6.
    const std::string head = answers.substr(0, answers.find("\r\n\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nDate: ")) << one.line;
    EXPECT_EQ(head.find("\r\nConnection: close") != std::string::npos, one.status.ends_with("closed")) << one.line;
  }
}

// Nothing of it may depend on where the packets end.
TEST_F(ConformanceTest, AnswersTheSameByteByByte) {
  for (const Case& one : read_cases()) {
    RawSocket client(server->address());
    const std::string all = one.request + "GET /any/after HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    for (const char byte : all) {
      if (!client.send({&byte, 1})) break;
    }
    EXPECT_EQ(describe(client.read_all()).first, one.status) << one.line;
  }
}

TEST_F(ConformanceTest, AsksNoHttp10ClientForItsBody) {
  RawSocket client(server->address());
  const std::string request = "POST /any/a HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi";
  for (const char byte : request) client.send({&byte, 1});
  EXPECT_THAT(client.read_all(),
              testing::AllOf(testing::StartsWith("HTTP/1.1 200 OK\r\n"), testing::EndsWith("body=hi")));
}

TEST_F(ConformanceTest, SaysWhichMethodsAResourceHas) {
  EXPECT_THAT(exchange("PUT /get-only HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("\r\nAllow: GET, HEAD"));
}

}  // namespace
}  // namespace trunkline::base

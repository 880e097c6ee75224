#include "base/http/client.h"

#include <atomic>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "base/http/server.h"
#include "tests/support/raw_socket.h"

namespace trunkline::base {
namespace {

using testing::HasSubstr;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// A server that is a few lines of the test.
struct Peer {
  explicit Peer(std::function<void(RawListener&)> script) : thread([this, script] { script(listener); }) {}
  ~Peer() { thread.join(); }
  std::string url() const { return "http://" + listener.address() + "/a?b"; }

  RawListener listener;
  std::thread thread;
};

TEST(Client, TakesAChunkedAnswerOnlyWhole) {
  Peer whole([](RawListener& listener) {
    RawSocket socket = listener.accept();
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n");
  });
  EXPECT_EQ(get(*make_http_client(), whole.url())->body, "one");
  Peer cut([](RawListener& listener) {
    RawSocket socket = listener.accept();
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  });
  const auto answer = get(*make_http_client(), cut.url());
  ASSERT_FALSE(answer) << answer->body;
  EXPECT_THAT(answer.error().message, HasSubstr("closed in the middle of the answer"));
}

TEST(Client, CarriesARequestAndItsAnswer) {
  auto server = Server::start({}, [](const Request& request, Reply reply) {
    Response response = text_response(404, request.method + request.target + request.body);
    response.headers.add("X-Seen", request.headers.find("x-sent").value_or(""));
    response.headers.add("X-Host", request.headers.find("host").value_or(""));
    reply(std::move(response));
  });
  ASSERT_TRUE(server);
  const auto client = make_http_client();
  const auto answer = client->send("http://" + (*server)->address() + "/a%20b?c=1",
                                   {.method = "PUT", .headers = {{"X-Sent", "yes"}}, .body = "text"});
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "PUT/a%20b?c=1text");
  EXPECT_EQ(answer->headers.find("X-Seen"), "yes");
  EXPECT_EQ(answer->headers.find("X-Host"), (*server)->address());
}

TEST(Client, IsSharedByThreads) {
  auto server = Server::start({}, [](const Request& request, Reply reply) { reply(text_response(200, request.body)); });
  ASSERT_TRUE(server);
  const auto client = make_http_client();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string body = std::to_string(t) + "/" + std::to_string(i);
        const auto answer = client->send("http://" + (*server)->address(), {.method = "POST", .body = body});
        right += answer && answer->body == body ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 400);
}

TEST(Client, ReplacesAKeptConnectionThatDied) {
  const Peer peer([](RawListener& listener) {
    {
      RawSocket first = listener.accept();
      first.read_until("\r\n\r\n");
      first.send(kOk);
    }
    RawSocket second = listener.accept();
    second.read_until("\r\n\r\n");
    second.send(kOk);
  });
  const auto client = make_http_client();
  EXPECT_EQ(get(*client, peer.url())->body, "ok");
  const auto again = get(*client, peer.url());
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(again->body, "ok");
}

TEST(Client, DoesNotSendAPostTwice) {
  std::atomic<int> asked = 0;
  const auto client = make_http_client();
  const Peer peer([&](RawListener& listener) {
    RawSocket only = listener.accept();
    only.read_until("\r\n\r\n");
    only.send(kOk);
    // Takes the second request and hangs up without a word: it may have been carried out.
    if (!only.read_until("\r\n\r\n").empty()) ++asked;
  });
  EXPECT_EQ(get(*client, peer.url())->body, "ok");
  const auto answer = client->send(peer.url(), {.method = "POST"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::unavailable);
  EXPECT_EQ(asked, 1);
}

TEST(Client, TellsAPeerThatIsGone) {
  RawListener listener;
  listener.close();
  const auto client = make_http_client();
  const auto answer = get(*client, "http://" + listener.address() + "/x");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr(listener.address()));
}

TEST(Client, TellsAPeerThatIsSlow) {
  const Peer peer([](RawListener& listener) { listener.accept().read_all(); });
  const auto client = make_http_client({.timeout = Millis(100)});
  EXPECT_EQ(get(*client, peer.url()).error().kind, Kind::timeout);
}

TEST(Client, BoundsAnAnswerThatDrips) {
  for (const char* start : {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "HTTP/1.1 200 OK\r\nX-Long: ", ""}) {
    const Peer peer([start](RawListener& listener) {
      RawSocket socket = listener.accept();
      socket.read_until("\r\n\r\n");
      socket.send(start);
      while (socket.send("H")) std::this_thread::sleep_for(Millis(20));
    });
    const auto client = make_http_client({.timeout = Millis(300)});
    const auto asked = std::chrono::steady_clock::now();
    const auto answer = get(*client, peer.url());
    ASSERT_FALSE(answer) << start;
    EXPECT_EQ(answer.error().kind, Kind::timeout) << start << to_string(answer.error());
    EXPECT_LT(std::chrono::steady_clock::now() - asked, Millis(2000)) << start;
  }
}

TEST(Client, WaitsLongerForAnAnswerThatIsKnownToTakeLong) {
  const Peer peer([](RawListener& listener) {
    RawSocket socket = listener.accept();
    socket.read_until("\r\n\r\n");
    std::this_thread::sleep_for(Millis(300));
    socket.send(kOk);
  });
  const auto client = make_http_client({.timeout = Millis(100)});
  const auto answer = client->send(peer.url(), {}, Millis(10'000));
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->body, "ok");
}

TEST(Client, CancelsRequestsThatAreUnderWayAndRefusesLaterOnes) {
  const auto client = make_http_client({.timeout = Millis(60'000)});
  std::promise<void> asked;
  const Peer peer([&](RawListener& listener) {
    RawSocket socket = listener.accept();
    socket.read_until("\r\n\r\n");
    asked.set_value();
    socket.read_all(Millis(30'000));
  });
  auto answer = std::async(std::launch::async, [&] { return get(*client, peer.url()); });
  asked.get_future().wait();
  client->cancel();
  EXPECT_EQ(answer.get().error().kind, Kind::cancelled);
  EXPECT_EQ(get(*client, peer.url()).error().kind, Kind::cancelled);
}

TEST(Client, CancelsAHandshakeOfTlsAndABodyThatNobodyTakes) {
  for (const auto& [scheme, start] : {std::pair{"https://", "\x16"}, std::pair{"http://", "PUT"}}) {
    const auto client = make_http_client({.connect_timeout = Millis(60'000), .timeout = Millis(60'000)});
    RawListener listener;
    auto answer = std::async(std::launch::async, [&, to = std::string(scheme)] {
      return client->send(to + listener.address(), {.method = "PUT", .body = std::string(64 << 20, 'x')});
    });
    RawSocket socket = listener.accept();
    // Nothing more is read or said: the handshake waits for an answer, the body for space.
    socket.read_until(start);
    const auto before = std::chrono::steady_clock::now();
    client->cancel();
    EXPECT_EQ(answer.get().error().kind, Kind::cancelled) << scheme;
    EXPECT_LT(std::chrono::steady_clock::now() - before, Millis(5000)) << scheme;
  }
}

TEST(Client, CancelsWithoutASignalOnAKeptConnection) {
  auto server = Server::start({}, [](const Request&, Reply reply) { reply(text_response(200, "ok")); });
  ASSERT_TRUE(server);
  const auto client = make_http_client();
  ASSERT_TRUE(get(*client, "http://" + (*server)->address()));
  client->cancel();
  EXPECT_EQ(get(*client, "http://" + (*server)->address()).error().kind, Kind::cancelled);
}

TEST(Client, CancelsWhileManyThreadsConnectAskAndClose) {
  auto server = Server::start({}, [](const Request&, Reply reply) {
    Response response = text_response(200, "ok");
    response.headers.set("Connection", "close");
    reply(std::move(response));
  });
  ASSERT_TRUE(server);
  for (int round = 0; round < 20; ++round) {
    const auto client = make_http_client();
    std::atomic<int> answered = 0, strange = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (;;) {
          const auto answer = get(*client, "http://" + (*server)->address());
          if (answer) {
            ++answered;
          } else {
            strange += answer.error().kind == Kind::cancelled ? 0 : 1;
            return;
          }
        }
      });
    }
    while (answered < 8 && strange == 0) std::this_thread::yield();
    client->cancel();
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(strange, 0);
  }
}

TEST(Client, BoundsTheAnswer) {
  auto server =
      Server::start({}, [](const Request&, Reply reply) { reply(text_response(200, std::string(2000, 'x'))); });
  ASSERT_TRUE(server);
  const auto client = make_http_client({.max_body = 1000});
  EXPECT_EQ(get(*client, "http://" + (*server)->address()).error().kind, Kind::invalid);
}

TEST(Client, RefusesHalfAnAnswerAndNoHttp) {
  for (const auto& [text, kind] : {std::pair{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", Kind::unavailable},
                                   std::pair{"220 ftp ready for you and more\r\n\r\n", Kind::invalid}}) {
    const Peer peer([sent = text](RawListener& listener) {
      for (int i = 0; i < 1; ++i) {
        RawSocket socket = listener.accept();
        socket.read_until("\r\n\r\n");
        socket.send(sent);
      }
    });
    const auto answer = get(*make_http_client(), peer.url());
    ASSERT_FALSE(answer) << text;
    EXPECT_EQ(answer.error().kind, kind) << to_string(answer.error());
  }
}

}  // namespace
}  // namespace trunkline::base

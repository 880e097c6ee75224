#include "base/http/server.h"

#include <atomic>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mutex>
#include <optional>
#include <thread>

#include "base/http/client.h"
#include "tests/support/raw_socket.h"

namespace trunkline::base {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// Says back what it was asked.
void echo(const Request& request, Reply reply) {
  reply(text_response(200, request.method + " " + request.target + " " + request.body));
}

std::unique_ptr<Server> start(Handler handler = echo, ServerOptions options = {.threads = 2}) {
  auto server = Server::start(std::move(options), std::move(handler));
  EXPECT_TRUE(server) << to_string(server.error());
  return std::move(*server);
}

TEST(Server, KeepsAConnectionForManyRequests) {
  const auto server = start();
  RawSocket client(server->address());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_until("GET /" + std::to_string(i) + " "), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  const auto server = start();
  RawSocket client(server->address());
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
  client.send(all + "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answers = client.read_all();
  size_t place = 0;
  for (int i = 0; i < 50; ++i) {
    place = answers.find("POST /" + std::to_string(i) + " hi", place);
    ASSERT_NE(place, std::string::npos) << i;
  }
  EXPECT_THAT(answers, EndsWith("GET /last "));
}

TEST(Server, ClosesWhenTheClientAsksForIt) {
  const auto server = start();
  RawSocket client(server->address());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read_all(), HasSubstr("Connection: close\r\n"));
}

TEST(Server, SpeaksHttp10) {
  const auto server = start();
  RawSocket once(server->address());
  once.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_THAT(once.read_all(), HasSubstr("Connection: close\r\n"));
  RawSocket kept(server->address());
  kept.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(kept.read_until("GET /a "), HasSubstr("Connection: keep-alive\r\n"));
}

TEST(Server, AnswersHeadWithoutABody) {
  const auto server = start();
  RawSocket client(server->address());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = client.read_all();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST(Server, ReadsChunkedBodiesAndAnnouncedOnes) {
  const auto server = start();
  RawSocket chunked(server->address());
  chunked.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.read_until("abcde"), EndsWith("POST /a abcde"));
  RawSocket expecting(server->address());
  expecting.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(expecting.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  expecting.send("abc");
  EXPECT_THAT(expecting.read_until("abc"), EndsWith("POST /a abc"));
}

TEST(Server, ServesAClientThatHasEndedItsHalf) {
  const auto server = start();
  RawSocket client(server->address());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  client.end_sending();
  EXPECT_THAT(client.read_all(), EndsWith("GET /a "));
}

TEST(Server, RefusesWhatIsNoHttp) {
  const auto server = start();
  for (const char* text : {"hello\r\n\r\n", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    RawSocket client(server->address());
    client.send(text);
    client.end_sending();
    const std::string answer = client.read_all();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n")) << text;
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << text;
  }
}

TEST(Server, BoundsTheHeaders) {
  const auto server = start(echo, {.max_header = 2000});
  RawSocket one(server->address());
  one.send("GET / HTTP/1.1\r\nHost: x\r\nX-A: " + std::string(3000, 'a') + "\r\n\r\n");
  one.end_sending();
  EXPECT_THAT(one.read_all(), StartsWith("HTTP/1.1 431 "));

  RawSocket many(server->address());
  many.send("GET / HTTP/1.1\r\nHost: x\r\n");
  for (int i = 0; i < 300; ++i) many.send("X-A: 12345\r\n");
  many.end_sending();
  EXPECT_THAT(many.read_all(), StartsWith("HTTP/1.1 431 "));
}

TEST(Server, BoundsTheBody) {
  const auto server = start(echo, {.max_body = 1000});
  RawSocket announced(server->address());
  announced.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'));
  announced.end_sending();
  EXPECT_THAT(announced.read_all(), StartsWith("HTTP/1.1 413 "));
  RawSocket chunked(server->address());
  chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n" + std::string(1001, 'x') +
               "\r\n0\r\n\r\n");
  chunked.end_sending();
  EXPECT_THAT(chunked.read_all(), StartsWith("HTTP/1.1 413 "));
}

TEST(Server, GivesSlowClientsUp) {
  const auto server =
      start(echo, {.header_timeout = Millis(200), .body_timeout = Millis(200), .idle_timeout = Millis(200)});
  RawSocket header(server->address());
  RawSocket body(server->address());
  RawSocket idle(server->address());
  header.send("GET / HTTP/1.1\r\nHost: x\r\nX-");
  body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
  EXPECT_THAT(header.read_all(), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(body.read_all(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(idle.read_all(), "");
}

TEST(Server, GivesUpAClientThatDoesNotTakeItsAnswer) {
  const auto big = [](const Request&, Reply reply) { reply(text_response(200, std::string(64 << 20, 'x'))); };
  const auto server = start(big, {.threads = 1, .write_timeout = Millis(200)});
  RawSocket client(server->address());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(Millis(600));  // the slowness itself
  EXPECT_LT(client.read_all().size(), size_t{64 << 20});
}

TEST(Server, HasPatienceWithAClientThatTakesItsAnswerSlowly) {
  const auto big = [](const Request&, Reply reply) { reply(text_response(200, std::string(12 << 20, 'x') + "end")); };
  const auto server = start(big, {.threads = 1, .write_timeout = Millis(1000)});
  RawSocket client(server->address());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  std::string all;
  // Longer in all than the timeout, though never without a step for as long.
  for (int i = 0; i < 12; ++i) {
    std::this_thread::sleep_for(Millis(100));
    all += client.read_until(std::string(1 << 20, 'x'), Millis(50));
  }
  EXPECT_THAT(all + client.read_all(), EndsWith("xend"));
}

// Keeps the requests until the test answers them.
struct Waiting {
  std::mutex mutex;
  std::vector<Reply> replies;

  Handler handler() {
    return [this](const Request&, Reply reply) {
      const std::lock_guard lock(mutex);
      replies.push_back(std::move(reply));
    };
  }
  Reply take() {
    for (;;) {
      {
        const std::lock_guard lock(mutex);
        if (!replies.empty()) {
          Reply reply = std::move(replies.back());
          replies.pop_back();
          return reply;
        }
      }
      std::this_thread::yield();
    }
  }
};

TEST(Server, TakesAnswersFromAnotherThread) {
  Waiting waiting;
  const auto server = start(waiting.handler());
  RawSocket client(server->address());
  for (int i = 0; i < 100; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    std::thread([&, i] { waiting.take()(text_response(200, "n" + std::to_string(i) + ";")); }).join();
    EXPECT_THAT(client.read_until(";"), EndsWith("n" + std::to_string(i) + ";"));
  }
}

// Whoever answers another connection holds a lock that the next request of that connection needs.
TEST(Server, HandlesNothingInsideOfAnAnswerFromElsewhere) {
  std::mutex mutex;
  std::optional<Reply> waiting;
  const auto server = start(
      [&](const Request& request, Reply reply) {
        const std::lock_guard lock(mutex);
        if (request.target == "/wait") {
          waiting.emplace(std::move(reply));
        } else {
          if (waiting && request.target == "/release") (*waiting)(text_response(200, "released"));
          reply(text_response(200, request.target));
        }
      },
      {.threads = 1});
  RawSocket first(server->address()), second(server->address());
  first.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n");
  while (true) {
    const std::lock_guard lock(mutex);
    if (waiting) break;
  }
  second.send("GET /release HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(second.read_until("/release"), EndsWith("/release"));
  EXPECT_THAT(first.read_until("/next"), EndsWith("/next"));
}

bool is_gone(const Reply& reply) {
  const auto end = std::chrono::steady_clock::now() + Millis(10'000);
  while (reply.is_open() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  return !reply.is_open();
}

TEST(Server, SeesThatAClientWhoWaitsForItsAnswerIsGone) {
  Waiting waiting;
  const auto server = start(waiting.handler());
  auto client = std::make_unique<RawSocket>(server->address());
  client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  Reply reply = waiting.take();
  EXPECT_TRUE(reply.is_open());
  client.reset();
  EXPECT_TRUE(is_gone(reply));
  reply(text_response(200, "nobody"));
  EXPECT_TRUE(server->stop(Millis(10'000)));
}

TEST(Server, AnswersAClientThatEndedItsHalfWhileItWaits) {
  Waiting waiting;
  const auto server = start(waiting.handler());
  RawSocket client(server->address());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  Reply reply = waiting.take();
  client.end_sending();
  EXPECT_TRUE(is_gone(reply));
  reply(text_response(200, "late"));
  EXPECT_THAT(client.read_all(), EndsWith("late"));
}

TEST(Server, KeepsTheRequestsThatComeWhileOneWaits) {
  Waiting waiting;
  const auto server = start([&, hold = waiting.handler()](const Request& request, Reply reply) {
    if (request.target == "/wait") return hold(request, std::move(reply));
    echo(request, std::move(reply));
  });
  RawSocket client(server->address());
  client.send("GET /wait HTTP/1.1\r\nHost: x\r\nX: " + std::string(8000, 'x') + "\r\n\r\n");
  Reply reply = waiting.take();
  // More than is read before the answer, in pieces.
  std::string all;
  for (int i = 0; i < 20; ++i) {
    const std::string body(i * 100, 'a' + i);
    all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  for (size_t at = 0; at < all.size(); at += 1000) client.send(std::string_view(all).substr(at, 1000));
  reply(text_response(200, "waited"));
  client.send("GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answers = client.read_all();
  EXPECT_THAT(answers, HasSubstr("waited"));
  EXPECT_THAT(answers, HasSubstr("POST /19 " + std::string(1900, 'a' + 19)));
  EXPECT_THAT(answers, EndsWith("GET /last "));
}

TEST(Server, TellsWhoAsks) {
  const auto server = start([](const Request& request, Reply reply) { reply(text_response(200, request.peer + ";")); });
  RawSocket client(server->address());
  for (int i = 0; i < 2; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_until(";"), EndsWith("\r\n127.0.0.1;"));
  }
}

TEST(Server, SharesOneLongTextBetweenAnswers) {
  const auto text = std::make_shared<const std::string>(std::string(8 << 20, 'x') + "end");
  const auto server = start([&](const Request&, Reply reply) { reply({.shared_body = text}); });
  RawSocket first(server->address()), second(server->address()), head(server->address());
  first.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  head.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string once = first.read_all(), twice = second.read_all();
  EXPECT_THAT(once.substr(0, 200), HasSubstr("Content-Length: 8388611\r\n"));
  EXPECT_EQ(once.substr(once.find("\r\n\r\n") + 4), *text);
  EXPECT_THAT(twice.substr(twice.size() - 10), EndsWith("xend"));
  EXPECT_GT(twice.size(), 2 * text->size());
  EXPECT_THAT(head.read_all(), EndsWith("\r\n\r\n"));
}

TEST(Server, StreamsABodyPieceByPiece) {
  Waiting waiting;
  const auto server = start(waiting.handler());
  RawSocket client(server->address());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto stream = waiting.take().stream({.headers = {{"Content-Type", "text/event-stream"}}});
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(stream->write("first"));
  EXPECT_THAT(client.read_until("first\r\n"), EndsWith("5\r\nfirst\r\n"));
  EXPECT_TRUE(stream->write("the second one"));
  stream->end();
  EXPECT_EQ(client.read_all(), "e\r\nthe second one\r\n0\r\n\r\n");
}

TEST(Server, StreamsAlsoFromWithinTheHandlerAndToHttp10) {
  const auto server = start([](const Request&, Reply reply) {
    const auto stream = reply.stream({});
    stream->write("a");
    stream->write("b");
    stream->end();
  });
  RawSocket client(server->address());
  client.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.read_all(), EndsWith("\r\n\r\nab"));
  RawSocket head(server->address());
  head.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(head.read_all(), EndsWith("Connection: close\r\n\r\n"));
}

bool closes(BodyStream& stream) {
  const auto end = std::chrono::steady_clock::now() + Millis(10'000);
  while (stream.is_open() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  return !stream.is_open();
}

TEST(Server, SeesThatTheReaderOfAStreamIsGone) {
  Waiting waiting;
  const auto server = start(waiting.handler());
  auto client = std::make_unique<RawSocket>(server->address());
  client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto stream = waiting.take().stream({});
  client->read_until("\r\n\r\n");
  EXPECT_TRUE(stream->is_open());
  client.reset();
  EXPECT_TRUE(closes(*stream));
  EXPECT_FALSE(stream->write("nobody"));
}

TEST(Server, CutsAReaderThatLeavesAStreamUntaken) {
  Waiting waiting;
  const auto server = start(waiting.handler());
  RawSocket client(server->address());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto stream = waiting.take().stream({});
  // What both kernels keep is some megabytes; after that our own 256 KB fill up.
  for (int i = 0; i < 10'000 && stream->is_open(); ++i) stream->write(std::string(16 * 1024, 'x'));
  EXPECT_TRUE(closes(*stream));
}

TEST(Server, EndsStreamsWhenItStops) {
  Waiting waiting;
  const auto server = start(waiting.handler());
  RawSocket client(server->address());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto stream = waiting.take().stream({});
  stream->write("x");
  EXPECT_TRUE(server->stop(Millis(10'000)));
  EXPECT_THAT(client.read_all(), EndsWith("1\r\nx\r\n0\r\n\r\n"));
  EXPECT_FALSE(stream->write("y"));
}

TEST(Server, IsNotHurtByAnAnswerThatComesTooLate) {
  Waiting waiting;
  auto server = start(waiting.handler());
  auto client = std::make_unique<RawSocket>(server->address());
  client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  Reply late = waiting.take();
  client.reset();
  EXPECT_FALSE(server->stop(Millis(50)));
  server.reset();
  late(text_response(200, "nobody"));
}

// Counts answers until it goes, as a service does that ends behind its server.
struct CountingObserver final : ReplyObserver {
  explicit CountingObserver(std::atomic<int>& answers) : answers_(answers) {}
  void replied(std::string_view, const Response&, SteadyTime) override { ++answers_; }

 private:
  std::atomic<int>& answers_;
};

TEST(Server, TellsNoObserverOfAnAnswerThatComesAfterItsEnd) {
  std::atomic<int> answers = 0;
  auto observer = std::make_unique<CountingObserver>(answers);
  Waiting waiting;
  auto server = start([&, handler = waiting.handler()](const Request& request, Reply reply) {
    reply.watch(*observer);
    handler(request, std::move(reply));
  });
  RawSocket in_time(server->address());
  in_time.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  waiting.take()(text_response(200, "counted"));
  in_time.read_until("counted");
  EXPECT_EQ(answers, 1);
  std::vector<Reply> late;
  RawSocket first(server->address()), second(server->address()), third(server->address());
  for (RawSocket* client : {&first, &second, &third}) {
    client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    late.push_back(waiting.take());
  }
  EXPECT_FALSE(server->stop(Millis(50)));
  observer.reset();
  late[0](text_response(200, "nobody"));
  EXPECT_FALSE(late[1].stream({})->write("nobody"));
  late.clear();  // the third is destroyed without an answer
  server.reset();
  EXPECT_EQ(answers, 1);
}

TEST(Server, StopsWhenWhatIsBeingAskedIsAnswered) {
  Waiting waiting;
  const auto server = start(waiting.handler());
  RawSocket idle(server->address());
  RawSocket busy(server->address());
  busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  Reply reply = waiting.take();
  auto stopped = std::async(std::launch::async, [&] { return server->stop(Millis(10'000)); });
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_EQ(stopped.wait_for(Millis(0)), std::future_status::timeout);
  reply(text_response(200, "done"));
  const std::string answer = busy.read_all();
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("done"));
  EXPECT_TRUE(stopped.get());
  RawSocket refused(server->address());
  EXPECT_FALSE(refused.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") && !refused.read_all().empty());
}

TEST(Server, CutsWhatIsNotAnsweredWithinTheGrace) {
  Waiting waiting;
  const auto server = start(waiting.handler());
  RawSocket busy(server->address());
  busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply reply = waiting.take();
  EXPECT_FALSE(server->stop(Millis(100)));
  EXPECT_EQ(busy.read_all(), "");
}

TEST(Server, SaysWhichAddressIsTaken) {
  const auto server = start();
  const auto second = Server::start({.listen = server->address()}, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Kind::unavailable);
  EXPECT_THAT(second.error().message, HasSubstr(server->address()));
}

TEST(Server, TellsWhatItRefuses) {
  struct Observer final : ReplyObserver {
    void replied(std::string_view, const Response& response, SteadyTime) override { status = response.status; }
    std::atomic<int> status = 0;
  };
  const auto refused_with = [](ServerOptions options, std::string_view request) {
    Observer observer;
    options.refused = &observer;
    const auto server = start(echo, std::move(options));
    RawSocket client(server->address());
    client.send(request);
    client.read_all();
    return observer.status.load();
  };
  EXPECT_EQ(refused_with({}, "nonsense\r\n\r\n"), 400);
  EXPECT_EQ(refused_with({.header_timeout = Millis(50)}, "GET / HT"), 408);
  EXPECT_EQ(refused_with({.max_body = 1}, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"), 413);
  EXPECT_EQ(refused_with({.max_header = 64}, "GET /" + std::string(200, 'x') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
  EXPECT_EQ(refused_with({.max_header = 64}, "GET / HTTP/1.1\r\nHost: " + std::string(200, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(refused_with({}, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), 0);
}

TEST(Server, LeavesAFileAloneThatIsNoSocket) {
  const auto folder = TempFolder::make("listen-test").value();
  const std::string path = folder.path() / "notes.txt";
  ASSERT_TRUE(write_file_atomically(path, "mine"));
  const auto refused = Server::start({.listen = "unix:" + path}, echo);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr(path));
  EXPECT_EQ(read_file(path), "mine");

  const std::string swapped = folder.path() / "x.sock";
  auto server = start(echo, {.listen = "unix:" + swapped});
  ASSERT_TRUE(write_file_atomically(swapped, "mine"));
  server.reset();
  EXPECT_EQ(read_file(swapped), "mine");
}

TEST(Server, GivesItsSocketFileTheModeThatIsAskedFor) {
  const auto folder = TempFolder::make("http");
  const std::filesystem::path path = folder->path() / "a.sock";
  for (const unsigned mode : {0666U, 0600U}) {
    const auto server = start(echo, {.listen = "unix:" + path.string(), .socket_mode = mode});
    EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(path).permissions()), mode);
  }
}

TEST(Server, ListensOnAUnixSocket) {
  const auto folder = TempFolder::make("http");
  const std::string path = folder->path() / "a.sock";
  const auto client = make_http_client();
  {
    const auto server = start(echo, {.listen = "unix:" + path});
    EXPECT_EQ(server->address(), "unix:" + path);
    EXPECT_EQ(Server::start({.listen = "unix:" + path}, echo).error().kind, Kind::unavailable);
    EXPECT_EQ(get(*client, "unix:" + path + ":/x?y")->body, "GET /x?y ");
    EXPECT_EQ(get(*client, "unix:" + path + ":/again")->body, "GET /again ");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(get(*client, "unix:" + path + ":/x").error().kind, Kind::unavailable);
}

}  // namespace
}  // namespace trunkline::base

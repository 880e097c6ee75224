#include "flags/client/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>

namespace trunkline::flags {
namespace {

using base::Millis;
using testing::ElementsAre;
using testing::IsEmpty;

std::string line(const Event& event) {
  std::string text{to_string(event.kind)};
  if (!event.message.empty()) text += ": " + event.message;
  for (const std::string& key : event.changed_keys) text += " " + key;
  return text;
}

// Keeps what a handler is told.
struct Told {
  std::vector<std::string> lines;
  EventHandler handler() {
    return [this](const Event& event) { lines.push_back(line(event)); };
  }
};

TEST(Status, TellsOfEveryChangeInOrder) {
  Status status;
  Told told;
  status.on_event(told.handler());
  EXPECT_THAT(told.lines, IsEmpty()) << "NOT_READY is no event";
  status.change(ClientState::error, "refused");
  status.change(ClientState::error, "still refused");
  status.change(ClientState::ready, "");
  status.change(ClientState::ready, "", {"a", "b"});
  status.change(ClientState::stale, "gone");
  status.change(ClientState::ready, "", {"a"});
  EXPECT_THAT(told.lines, ElementsAre("PROVIDER_ERROR: refused", "PROVIDER_READY", "PROVIDER_CONFIGURATION_CHANGED a b",
                                      "PROVIDER_STALE: gone", "PROVIDER_READY", "PROVIDER_CONFIGURATION_CHANGED a"));
}

TEST(Status, TellsALateHandlerAtOnceHowThingsStand) {
  Status status;
  for (const auto& [state, expected] :
       {std::pair{ClientState::ready, "PROVIDER_READY"}, std::pair{ClientState::stale, "PROVIDER_STALE: why"},
        std::pair{ClientState::error, "PROVIDER_ERROR: why"}}) {
    status.change(state, state == ClientState::ready ? "" : "why");
    Told told;
    status.remove_handler(status.on_event(told.handler()));
    EXPECT_THAT(told.lines, ElementsAre(expected));
  }
}

TEST(Status, GoesOnWhenAHandlerThrows) {
  Status status;
  Told told;
  status.on_event([](const Event&) { throw std::runtime_error("a bug of the program"); });
  status.on_event([](const Event&) { throw 7; });
  status.on_event(told.handler());
  status.change(ClientState::ready, "");
  EXPECT_THAT(told.lines, ElementsAre("PROVIDER_READY"));
}

TEST(Status, LetsAHandlerUseTheStatus) {
  Status status;
  Told told;
  HandlerId self = 0;
  self = status.on_event([&](const Event& event) {
    EXPECT_EQ(status.state(), ClientState::ready);
    EXPECT_EQ(status.message(), "");
    status.on_event(told.handler());
    status.remove_handler(self);
    status.change(ClientState::stale, "said by a handler");
    told.lines.push_back("end of " + line(event));
  });
  status.change(ClientState::ready, "");
  EXPECT_THAT(told.lines, ElementsAre("PROVIDER_READY", "end of PROVIDER_READY", "PROVIDER_STALE: said by a handler"));
}

TEST(Status, NeverCallsAHandlerThatWasRemoved) {
  Status status;
  Told told;
  const HandlerId id = status.on_event(told.handler());
  status.remove_handler(id);
  status.remove_handler(id);
  status.change(ClientState::ready, "");
  EXPECT_THAT(told.lines, IsEmpty());
}

TEST(Status, WaitsUntilReadyAndNoLonger) {
  Status status;
  EXPECT_FALSE(status.wait_until_ready(Millis{0}));
  std::thread agent([&] {
    status.change(ClientState::error, "refused");
    status.change(ClientState::ready, "");
  });
  EXPECT_TRUE(status.wait_until_ready(Millis{20'000}));
  EXPECT_TRUE(status.wait_until_ready(Millis{0}));
  agent.join();
}

TEST(Status, TellsHandlersThatComeWhileThingsChangeTheLastStateLast) {
  for (int round = 0; round < 200; ++round) {
    Status status;
    std::vector<std::string> lines;
    std::thread agent([&] {
      status.change(ClientState::stale, "");
      status.change(ClientState::ready, "");
    });
    // Not guarded: one handler is never called twice at once.
    status.on_event([&](const Event& event) { lines.push_back(line(event)); });
    agent.join();
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines.back(), "PROVIDER_READY");
    EXPECT_EQ(std::count(lines.begin(), lines.end(), "PROVIDER_READY"), 1);
  }
}

}  // namespace
}  // namespace trunkline::flags

#include "flags/client/in_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonObject;
using testing::ElementsAre;

TEST(InMemoryFlags, GivesWhatWasSet) {
  InMemoryFlags flags;
  const Client& client = flags.client();
  EXPECT_EQ(client.state(), ClientState::ready);
  EXPECT_TRUE(client.wait_until_ready(base::Millis{0}));
  EXPECT_EQ(client.bool_details("b", {}, true).error_code, ErrorCode::flag_not_found);
  flags.set("b", true);
  flags.set("s", "text");
  flags.set("i", 301);
  flags.set("d", 0.5);
  flags.set("o", JsonObject{{"a", 1}});
  EXPECT_TRUE(client.get_bool("b", {}, false));
  EXPECT_EQ(client.get_string("s", {}, ""), "text");
  EXPECT_EQ(client.get_int("i", {}, 0), 301);
  EXPECT_EQ(client.get_double("d", {}, 0), 0.5);
  EXPECT_EQ(client.get_object("o", {}, nullptr), Json(JsonObject{{"a", 1}}));
  flags.set("i", 302);
  EXPECT_EQ(client.get_int("i", {}, 0), 302);
  flags.remove("i");
  EXPECT_EQ(client.get_int("i", {}, 7), 7);
}

TEST(InMemoryFlags, TakesAWholeDocumentOrNothing) {
  InMemoryFlags flags;
  flags.set("old", true);
  const char* const rule = R"({"flags": [{"key": "n", "state": "ENABLED", "variants": {"a": 1, "b": 2},
      "defaultVariant": "a", "targeting": {"if": [{"==": [{"var": "tier"}, "gold"]}, "b"]}}]})";
  ASSERT_TRUE(flags.set_document(rule));
  EXPECT_EQ(flags.client().get_int("n", {.attributes = JsonObject{{"tier", "gold"}}}, 0), 2);
  EXPECT_FALSE(flags.client().get_bool("old", {}, false));
  flags.set("more", true);
  EXPECT_TRUE(flags.client().get_bool("more", {}, false));
  for (const char* wrong :
       {"{", "{}", R"({"flags": {"k": {"state": "ENABLED", "variants": {}, "defaultVariant": "x"}}})"}) {
    EXPECT_EQ(flags.set_document(wrong).error().kind, base::Kind::invalid) << wrong;
  }
  EXPECT_EQ(flags.client().get_int("n", {}, 0), 1);
  flags.remove("n");
  EXPECT_EQ(flags.client().get_int("n", {}, 0), 0);
}

TEST(InMemoryFlags, TellsOfChangesWhenReadersSeeThem) {
  InMemoryFlags flags;
  std::vector<std::string> told;
  flags.client().on_event([&](const Event& event) {
    told.push_back(std::string(to_string(event.kind)) + " " + flags.client().get_string("s", {}, "none"));
    for (const std::string& key : event.changed_keys) told.push_back(key);
  });
  flags.set("s", "x");
  flags.set("s", "x");
  flags.remove("s");
  flags.set_state(ClientState::stale, "the agent is gone");
  EXPECT_EQ(flags.client().state_message(), "the agent is gone");
  EXPECT_THAT(told, ElementsAre("PROVIDER_READY none", "PROVIDER_CONFIGURATION_CHANGED x", "s",
                                "PROVIDER_CONFIGURATION_CHANGED none", "s", "PROVIDER_STALE none"));
}

TEST(InMemoryFlags, LetsAHandlerChangeFlags) {
  InMemoryFlags flags;
  flags.client().on_event([&](const Event& event) {
    if (event.changed_keys == std::vector<std::string>{"a"}) flags.set("b", true);
  });
  flags.set("a", true);
  EXPECT_TRUE(flags.client().get_bool("b", {}, false));
}

TEST(InMemoryFlags, AreReadByManyThreadsWhileTheyChange) {
  InMemoryFlags flags;
  flags.set("n", 0);
  std::vector<std::thread> readers;
  for (int t = 0; t < 4; ++t) {
    readers.emplace_back([&client = flags.client()] {
      int64_t last = 0;
      while (last < 200) {
        const int64_t now = client.get_int("n", {.targeting_key = "ada"}, -1);
        EXPECT_GE(now, last) << "no reader goes back";
        last = now;
      }
      EXPECT_EQ(client.int_details("n", {}, -1).variant, "value");
    });
  }
  for (int i = 1; i <= 200; ++i) flags.set("n", i);
  for (auto& reader : readers) reader.join();
}

}  // namespace
}  // namespace trunkline::flags

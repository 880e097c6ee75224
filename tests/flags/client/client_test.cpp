#include "flags/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>

#include "flags/client/in_memory.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonObject;
using testing::ElementsAre;

const char* const kTiers = R"({"metadata": {"owner": "web"}, "flags": {"tier": {"state": "ENABLED",
    "variants": {"gold": true, "none": false}, "defaultVariant": "none",
    "targeting": {"if": [{"==": [{"var": "tier"}, "gold"]}, "gold"]}}}})";

TEST(Client, TellsHowAnObjectCameAbout) {
  InMemoryFlags flags;
  flags.set("o", JsonObject{{"a", JsonObject{{"b", 1}}}});
  const Json fallback = JsonObject{{"own", true}};
  const auto details = flags.client().object_details("o", {}, fallback);
  EXPECT_EQ(details.value, Json(JsonObject{{"a", JsonObject{{"b", 1}}}}));
  EXPECT_EQ(details.variant, "value");
  EXPECT_EQ(details.reason, Reason::statically);
  EXPECT_EQ(flags.client().object_details("unknown", {}, fallback).value, fallback);
  flags.set("o", 5);
  EXPECT_EQ(flags.client().object_details("o", {}, fallback).error_code, ErrorCode::type_mismatch);
}

TEST(Client, PutsItsOwnContextUnderThatOfTheCall) {
  InMemoryFlags flags({.context = {.targeting_key = "host", .attributes = JsonObject{{"tier", "gold"}, {"zone", 1}}}});
  ASSERT_TRUE(flags.set_document(kTiers));
  EXPECT_TRUE(flags.client().get_bool("tier", {}, false));
  EXPECT_TRUE(flags.client().get_bool("tier", {.attributes = JsonObject{{"zone", 2}}}, false));
  EXPECT_FALSE(flags.client().get_bool("tier", {.attributes = JsonObject{{"tier", "none"}}}, true));
  EXPECT_EQ(flags.client().bool_details("tier", {}, false).reason, Reason::targeting_match);
}

// Writes down what it is told and does what the test wants.
class Recorder final : public Hook {
 public:
  Recorder(std::string name, std::vector<std::string>& lines) : name_(std::move(name)), lines_(lines) {}

  std::optional<EvaluationContext> before(const HookContext& context) override {
    note("before", context);
    context.data = name_ + "'s";
    if (throw_in_before) throw std::runtime_error("before of " + name_);
    return add;
  }
  void after(const HookContext& context, const Details<Json>& details) override {
    note("after", context);
    seen = details;
    if (throw_in_after) throw 7;
  }
  void error(const HookContext& context, ErrorCode code, std::string_view message) override {
    note("error", context);
    lines_.push_back(std::string(to_string(code)) + ": " + std::string(message));
    if (throw_at_the_end) throw std::runtime_error("error");
  }
  void finally(const HookContext& context, const Details<Json>& details) override {
    note("finally", context);
    seen = details;
    if (throw_at_the_end) throw std::runtime_error("finally");
    if (context.data.has_value()) {
      EXPECT_EQ(std::any_cast<std::string>(context.data), name_ + "'s");
    }
  }

  std::optional<EvaluationContext> add;
  bool throw_in_before = false, throw_in_after = false, throw_at_the_end = false;
  std::optional<Details<Json>> seen;

 private:
  void note(const std::string& stage, const HookContext& context) {
    lines_.push_back(stage + " " + name_ + " " + base::to_text(context.context.attributes));
  }

  std::string name_;
  std::vector<std::string>& lines_;
};

class HookTest : public testing::Test {
 protected:
  HookTest() { EXPECT_TRUE(flags_.set_document(kTiers)); }
  bool ask(std::string_view key = "tier") { return flags_.client().get_bool(key, {}, fallback_); }

  std::vector<std::string> lines_;
  std::shared_ptr<Recorder> a_ = std::make_shared<Recorder>("a", lines_), b_ = std::make_shared<Recorder>("b", lines_);
  InMemoryFlags flags_{ClientOptions{.hooks = {a_, b_}}};
  bool fallback_ = true;
};

TEST_F(HookTest, AreCalledInOrderBeforeAndInReverseAfterwards) {
  EXPECT_FALSE(ask());
  EXPECT_THAT(lines_,
              ElementsAre("before a {}", "before b {}", "after b {}", "after a {}", "finally b {}", "finally a {}"));
  EXPECT_EQ(a_->seen->variant, "none");
  EXPECT_EQ(a_->seen->metadata.at("owner"), "web");
}

TEST_F(HookTest, ChangeTheContextForWhatFollows) {
  a_->add = EvaluationContext{.attributes = JsonObject{{"tier", "silver"}, {"zone", 1}}};
  b_->add = EvaluationContext{.attributes = JsonObject{{"tier", "gold"}}};
  EXPECT_TRUE(flags_.client().get_bool("tier", {.attributes = JsonObject{{"tier", "none"}}}, false));
  EXPECT_EQ(lines_[1], R"(before b {"tier":"silver","zone":1})");
  EXPECT_EQ(lines_[2], R"(after b {"tier":"gold","zone":1})");
}

TEST_F(HookTest, AreToldOfErrors) {
  EXPECT_TRUE(ask("unknown"));
  EXPECT_THAT(lines_, ElementsAre("before a {}", "before b {}", "error b {}", "FLAG_NOT_FOUND: FLAG_NOT_FOUND",
                                  "error a {}", "FLAG_NOT_FOUND: FLAG_NOT_FOUND", "finally b {}", "finally a {}"));
  EXPECT_EQ(a_->seen->value, Json(true));
}

TEST_F(HookTest, LeadToTheFallbackWhenTheyThrowBefore) {
  a_->throw_in_before = true;
  const auto details = flags_.client().bool_details("tier", {}, true);
  EXPECT_TRUE(details.value);
  EXPECT_EQ(details.reason, Reason::error);
  EXPECT_EQ(details.error_code, ErrorCode::general);
  EXPECT_THAT(lines_, ElementsAre("before a {}", "error b {}", "GENERAL: before of a", "error a {}",
                                  "GENERAL: before of a", "finally b {}", "finally a {}"));
}

TEST_F(HookTest, DoNotChangeTheValueWhenTheyThrowAfterwards) {
  b_->throw_in_after = true;
  a_->throw_at_the_end = b_->throw_at_the_end = true;
  EXPECT_FALSE(ask());
  EXPECT_THAT(lines_, ElementsAre("before a {}", "before b {}", "after b {}", "error b {}",
                                  "GENERAL: a hook threw what is no exception", "error a {}",
                                  "GENERAL: a hook threw what is no exception", "finally b {}", "finally a {}"));
}

TEST_F(HookTest, SeeEveryType) {
  for (const Json& value : {Json(true), Json("text"), Json(301), Json(0.5), Json(10.0), Json(JsonObject{{"a", 1}})}) {
    flags_.set("k", value);
    const Client& client = flags_.client();
    if (value.is_bool()) {
      EXPECT_TRUE(client.get_bool("k", {}, false));
    } else if (value.is_string()) {
      EXPECT_EQ(client.get_string("k", {}, "none"), "text");
    } else if (value.is_int64()) {
      EXPECT_EQ(client.get_int("k", {}, 0), 301);
    } else if (value.is_double()) {
      EXPECT_EQ(Json(client.get_double("k", {}, 0)), value);
    } else {
      EXPECT_EQ(client.get_object("k", {}, nullptr), value);
    }
    EXPECT_EQ(a_->seen->value, value);
  }
  EXPECT_EQ(flags_.client().get_string("unknown", {}, "none"), "none");
  EXPECT_EQ(flags_.client().get_int("unknown", {}, 7), 7);
  EXPECT_EQ(flags_.client().get_double("unknown", {}, 0.25), 0.25);
}

}  // namespace
}  // namespace trunkline::flags

#include "flags/agent/store/flag_store.h"

#include <gtest/gtest.h>
#include <thread>

namespace trunkline::flags {
namespace {

std::shared_ptr<const Snapshot> snapshot(const std::string& flags, const std::string& revision = "") {
  return std::make_shared<const Snapshot>(make_snapshot({R"({"flags": )" + flags + "}", "f.json", revision}).value());
}

std::string flag(const std::string& variant, const std::string& set = "") {
  return R"({"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": ")" + variant + "\"" +
         (set.empty() ? "" : R"(, "metadata": {"flagSetId": ")" + set + "\"}") + "}";
}

class FlagStoreTest : public testing::Test {
 protected:
  std::string variant(const std::string& key, base::WallTime now = {}) {
    return std::string(evaluate(store_.edition()->whole()->set(), key, {}, now).variant);
  }

  base::Metrics metrics_;
  FlagStore store_{2, metrics_};
};

TEST_F(FlagStoreTest, ServesNothingUntilEachSourceWasAsked) {
  store_.take(1, snapshot(R"({"a": )" + flag("on") + "}"));
  EXPECT_EQ(store_.edition(), nullptr);
  store_.miss(0);
  ASSERT_NE(store_.edition(), nullptr);
  EXPECT_EQ(variant("a"), "on");
}

TEST_F(FlagStoreTest, ServesNothingWhileNoSourceHasFlags) {
  store_.miss(0);
  store_.miss(1);
  EXPECT_EQ(store_.edition(), nullptr);
}

TEST_F(FlagStoreTest, LetsTheLaterSourceWinWhicheverComesFirst) {
  store_.take(1, snapshot(R"({"a": )" + flag("on") + "}", "c2"));
  store_.take(0, snapshot(R"({"a": )" + flag("off") + R"(, "b": )" + flag("off") + "}", "c1"));
  EXPECT_EQ(variant("a"), "on");
  EXPECT_EQ(variant("b"), "off");
  EXPECT_EQ(store_.edition()->whole()->snapshot().revision, "c1+c2");
}

TEST_F(FlagStoreTest, TellsOfEachNewEditionOnce) {
  int told = 0;
  store_.listen([&](const auto& edition) {
    EXPECT_EQ(edition, store_.edition());
    ++told;
  });
  store_.miss(0);
  store_.take(1, snapshot(R"({"a": )" + flag("on") + "}"));
  store_.take(1, snapshot(R"({"a": )" + flag("on") + "}"));
  store_.miss(0);
  EXPECT_EQ(told, 1);
  store_.take(1, snapshot(R"({"a": )" + flag("off") + "}"));
  EXPECT_EQ(told, 2);
}

TEST_F(FlagStoreTest, PutsAnOverrideInFrontOfTheRuleAndItEndsByItself) {
  store_.miss(0);
  store_.take(1, snapshot(R"({"a": )" + flag("off") + "}"));
  const base::WallTime until{std::chrono::seconds{1000}};
  store_.set_overrides({{"a", "on", until, "ops", ""}});
  EXPECT_EQ(variant("a", until - std::chrono::seconds{1}), "on");
  EXPECT_EQ(variant("a", until), "off") << "also for who hears nothing more from the agent";
  const Flag* found = store_.edition()->whole()->set().find("a");
  EXPECT_EQ(base::string_or(found->metadata, "overriddenBy"), "ops");
  EXPECT_EQ(base::string_or(found->metadata, "overriddenUntil"), "1970-01-01T00:16:40.000Z");
  store_.take(1, snapshot(R"({"a": )" + flag("off") + R"(, "b": )" + flag("off") + "}"));
  EXPECT_EQ(variant("a"), "on") << "also over what comes from the source later";
  store_.set_overrides({});
  EXPECT_EQ(variant("a"), "off");
}

TEST_F(FlagStoreTest, KeepsTheRuleBehindAnOverride) {
  store_.miss(0);
  store_.take(1, snapshot(R"({"a": {"state": "ENABLED", "variants": {"x": 1, "y": 2, "z": 3}, "defaultVariant": "x",
                              "targeting": {"if": [{"==": [{"var": "c"}, "CH"]}, "y"]}}})"));
  store_.set_overrides({{"a", "z", base::WallTime{std::chrono::seconds{10}}, "", ""}});
  const FlagSet& set = store_.edition()->whole()->set();
  EvaluationContext swiss;
  swiss.attributes.as_object()["c"] = "CH";
  EXPECT_EQ(evaluate(set, "a", swiss, base::WallTime{std::chrono::seconds{9}}).variant, "z");
  EXPECT_EQ(evaluate(set, "a", swiss, base::WallTime{std::chrono::seconds{10}}).variant, "y");
  EXPECT_EQ(evaluate(set, "a", {}, base::WallTime{std::chrono::seconds{10}}).variant, "x");
}

TEST_F(FlagStoreTest, SaysWhatCannotBeOverridden) {
  EXPECT_EQ(store_.check({"a", "on", {}, "", ""}).error().kind, base::Kind::unavailable);
  store_.miss(0);
  store_.take(1, snapshot(R"({"a": )" + flag("on") + R"(, "d": {"state": "DISABLED", "variants": {"on": true}}})"));
  EXPECT_TRUE(store_.check({"a", "off", {}, "", ""}));
  EXPECT_EQ(store_.check({"n", "on", {}, "", ""}).error().message, "there is no flag \"n\"");
  EXPECT_EQ(store_.check({"a", "blue", {}, "", ""}).error().message,
            "the flag \"a\" has no variant \"blue\", but on, off");
  EXPECT_EQ(store_.check({"d", "on", {}, "", ""}).error().kind, base::Kind::conflict);
}

TEST_F(FlagStoreTest, PutsAnOverrideAlsoOverABrokenRule) {
  store_.miss(0);
  store_.take(1, snapshot(R"({"a": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on",
                                    "targeting": {"$ref": "nope"}},
                              "b": {"state": "MAYBE", "variants": {"on": true, "off": false}, "defaultVariant": "on"}})"));
  const base::WallTime until{std::chrono::seconds{10}};
  EXPECT_TRUE(store_.check({"a", "off", until, "", ""}));
  EXPECT_EQ(store_.check({"b", "off", until, "", ""}).error().kind, base::Kind::conflict)
      << "more than its rule is broken";
  store_.set_overrides({{"a", "off", until, "", ""}});
  EXPECT_EQ(variant("a"), "off");
  EXPECT_EQ(variant("a", until), "on") << "the default variant, for there is no rule to return to";
  store_.set_overrides({});
  EXPECT_TRUE(store_.edition()->whole()->set().find("a")->broken);
}

TEST_F(FlagStoreTest, RefusesAnOverrideThatWouldNotFitAndTellsWhatDoesNot) {
  std::string deep = R"({"var": "x"})";
  for (int i = 0; i < 98; ++i) deep = R"({"!": [)" + deep + "]}";
  const std::string flags = R"({"a": {"state": "ENABLED", "variants": {"true": 1, "false": 2}, "defaultVariant": "true",
                                     "targeting": )" +
                            deep + "}}";
  store_.miss(0);
  store_.take(1, snapshot(flags));
  const Override wanted{"a", "true", base::WallTime{std::chrono::seconds{10}}, "", ""};
  EXPECT_EQ(store_.check(wanted).error().kind, base::Kind::conflict);
  EXPECT_FALSE(store_.problem());
  store_.set_overrides({wanted});
  ASSERT_TRUE(store_.problem());
  EXPECT_NE(store_.problem()->message.find("deep"), std::string::npos) << store_.problem()->message;
  EXPECT_NE(store_.edition(), nullptr) << "what was served still is";
  store_.set_overrides({});
  EXPECT_FALSE(store_.problem());
}

TEST_F(FlagStoreTest, ShowsACallerOnlyTheFlagSetsTheyMaySee) {
  store_.miss(0);
  store_.take(
      1, snapshot(R"({"a": )" + flag("on", "x") + R"(, "b": )" + flag("on", "y") + R"(, "c": )" + flag("on") + "}"));
  const Edition& edition = *store_.edition();
  const auto keys = [&](const Selection& selection) {
    std::string all;
    for (const Flag& one : edition.view(selection)->set().flags()) all += one.key;
    return all;
  };
  EXPECT_EQ(keys(Selection::all()), "abc");
  EXPECT_EQ(keys(Selection::of({"y"})), "b");
  EXPECT_EQ(keys(Selection::of({"y", "x"})), "ab");
  EXPECT_EQ(keys(Selection::of({""})), "c");
  EXPECT_EQ(keys(Selection::of({"nobody"})), "");
  EXPECT_EQ(edition.view(Selection::of({"nobody"})), edition.view(Selection::of({"else"}))) << "nothing is kept for it";
  EXPECT_EQ(edition.view(Selection::of({"x"})), edition.view(Selection::of({"x", "nobody"})));
  EXPECT_EQ(keys(Selection::of({"", "x", "y"})), "abc");
}

TEST_F(FlagStoreTest, CountsEvaluationsByFlagVariantAndReason) {
  store_.miss(0);
  store_.take(1, snapshot(R"({"a": )" + flag("on") + "}"));
  const auto view = store_.edition()->whole();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) view->count(view->set().find("a"), evaluate(view->set(), "a", {}, {}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  view->count(nullptr, evaluate(view->set(), "none", {}, {}));
  const std::string text = metrics_.render();
  EXPECT_NE(text.find(R"(flag_evaluations_total{flag="a",reason="STATIC",variant="on"} 4000)"), std::string::npos)
      << text;
  EXPECT_NE(text.find(R"(flag_evaluations_total{flag="",reason="ERROR",variant=""} 1)"), std::string::npos) << text;
}

TEST_F(FlagStoreTest, IsReadWhileItChanges) {
  store_.miss(0);
  store_.take(1, snapshot(R"({"a": )" + flag("on") + "}"));
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const std::shared_ptr<const Edition> edition = store_.edition();
        const auto view = edition->view(Selection::of({"x"}));
        view->count(view->set().find("a"), evaluate(view->set(), "a", {}, {}));
        EXPECT_FALSE(variant("a").empty());
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    store_.take(1, snapshot(R"({"a": )" + flag(i % 2 == 0 ? "on" : "off", "x") + R"(, "b": )" + flag("on") + "}"));
    store_.set_overrides(i % 3 == 0 ? std::vector<Override>{} : std::vector<Override>{{"b", "off", {}, "", ""}});
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace trunkline::flags

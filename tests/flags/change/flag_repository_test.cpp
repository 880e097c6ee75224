#include "flags/change/flag_repository.h"

#include <cstdlib>
#include <gtest/gtest.h>

#include "flags/change/flag_file.h"

namespace trunkline::flags {
namespace {

const base::Author kAda{"Ada", "ada@example.org"};
const char* const kFlags = R"({"flags": {
  "a": {"state": "ENABLED", "variants": {"x": 1, "y": 2}, "defaultVariant": "x"},
  "b": {"state": "ENABLED", "variants": {"x": 1, "y": 2}, "defaultVariant": "x"}
}})";

class FlagRepositoryTest : public testing::Test {
 protected:
  void SetUp() override {
    setenv("GIT_AUTHOR_NAME", "Grace", 1);
    setenv("GIT_AUTHOR_EMAIL", "grace@example.org", 1);
    auto repository = base::Repository::open_or_init_bare(place_.repository).value();
    ASSERT_TRUE(repository.commit_file("main", {"", place_.path, kFlags, kAda, "first"}));
  }
  static ChangeRequest set(const std::string& key, const std::string& variant) {
    return {.edits = {{key, SetDefault{variant}}}};
  }
  base::Json document() { return read_flag_document(FlagRepository::open(place_)->read()->text, place_.path).value(); }

  base::TempFolder folder_ = base::TempFolder::make("change-test").value();
  FlagPlace place_{.repository = (folder_.path() / "flags.git").string()};
};

TEST_F(FlagRepositoryTest, MakesOneCommitWithAuthorAndTrailers) {
  auto flags = FlagRepository::open(place_).value();
  ChangeRequest request = set("a", "y");
  request.options.reason = "more y";
  request.options.ticket = "OPS-1";
  const auto result = flags.change(request);
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->changes.at(0).from, "x");
  EXPECT_EQ(result->changes.at(0).to, "y");
  EXPECT_FALSE(result->pushed);
  const auto commit = flags.last_change().value();
  EXPECT_EQ(commit.id, result->commit);
  EXPECT_EQ(commit.author.name, "Grace");
  EXPECT_EQ(commit.message, "flags: Set a to y\n\nReason: more y\nTicket: OPS-1\n");
}

TEST_F(FlagRepositoryTest, ChangesNothingInADryRunOrWithoutNeed) {
  auto flags = FlagRepository::open(place_).value();
  const std::string before = flags.read()->commit;
  ChangeRequest dry = set("a", "y");
  dry.options.dry_run = true;
  EXPECT_NE(flags.change(dry)->diff.find("+  \"a\""), std::string::npos);
  EXPECT_EQ(flags.change(set("a", "x"))->commit, std::nullopt);
  EXPECT_EQ(flags.read()->commit, before);
  ChangeRequest lines = set("a", "y");
  lines.options.reason = "two\nlines";
  EXPECT_EQ(flags.change(lines).error().kind, base::Kind::usage);
}

TEST_F(FlagRepositoryTest, RefusesAFlagThatSomebodyElseChangedAndShowsBothSides) {
  auto flags = FlagRepository::open(place_).value();
  ChangeRequest request = set("a", "x");
  request.edits[0].seen = find_definition(read_flag_document(flags.read()->text, place_.path).value(), "a");
  ASSERT_TRUE(flags.change(set("b", "y"))) << "another flag is no matter";
  ASSERT_TRUE(flags.change(set("a", "y")));
  const auto result = flags.change(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, base::Kind::conflict);
  EXPECT_EQ(result.error().message,
            "flag \"a\" was changed by somebody else since\n"
            "  was: {\"state\":\"ENABLED\",\"variants\":{\"x\":1,\"y\":2},\"defaultVariant\":\"x\"}\n"
            "  is:  {\"state\":\"ENABLED\",\"variants\":{\"x\":1,\"y\":2},\"defaultVariant\":\"y\"}");
}

TEST_F(FlagRepositoryTest, MakesSeveralEditsOneCommitAndGivesBothTexts) {
  auto flags = FlagRepository::open(place_).value();
  const auto result = flags.change({.edits = {{"a", SetDefault{"y"}}, {"b", SetState{false}}}});
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->before, kFlags);
  EXPECT_EQ(result->after, flags.read()->text);
  ASSERT_EQ(result->changes.size(), 2u);
  EXPECT_EQ(flags.last_change()->message, "flags: Change a, b\n");
  EXPECT_EQ(flags.change({.edits = {{"a", SetDefault{"x"}}, {"b", SetDefault{"z"}}}}).error().kind,
            base::Kind::not_found);
  EXPECT_EQ(flags.read()->commit, result->commit) << "all or nothing";
}

TEST_F(FlagRepositoryTest, TellsWhichCommitsChangedAFlag) {
  auto flags = FlagRepository::open(place_).value();
  const std::string first = flags.read()->commit;
  const std::string a = *flags.change(set("a", "y"))->commit;
  const std::string b = *flags.change(set("b", "y"))->commit;
  const auto all = flags.history(std::nullopt, 10).value();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].commit.id, b);
  EXPECT_EQ(all[0].keys, std::vector<std::string>{"b"});
  EXPECT_EQ(all[2].keys, (std::vector<std::string>{"a", "b"}));
  const auto of_a = flags.history("a", 10).value();
  ASSERT_EQ(of_a.size(), 2u);
  EXPECT_EQ(of_a[0].commit.id, a);
  EXPECT_EQ(of_a[1].commit.id, first);
  EXPECT_EQ(flags.history("a", 1)->size(), 1u);
  EXPECT_EQ(flags.history("c", 9)->size(), 0u);
}

TEST_F(FlagRepositoryTest, TakesBackWhatACommitDid) {
  auto flags = FlagRepository::open(place_).value();
  const std::string both = *flags.change({.edits = {{"a", SetDefault{"y"}}, {"b", Remove{}}}})->commit;
  ASSERT_TRUE(flags.change({.edits = {{"c", Create{find_definition(document(), "a").value()}}}}));
  const auto one = flags.revert(both.substr(0, 10), "b", {.reason = "too early"});
  ASSERT_TRUE(one) << to_string(one.error());
  EXPECT_EQ(flags.last_change()->message,
            "flags: Revert \"flags: Change a, b\"\n\nReverts: " + both + "\nReason: too early\n");
  EXPECT_EQ(find_definition(document(), "b"), find_definition(base::parse_json(kFlags).value(), "b"));
  EXPECT_EQ(find_definition(document(), "a")->at("defaultVariant"), "y");
  EXPECT_EQ(flags.revert(both, std::nullopt, {}).error().message,
            "flag \"b\" was changed by somebody else since\n  was: no flag\n"
            "  is:  {\"state\":\"ENABLED\",\"variants\":{\"x\":1,\"y\":2},\"defaultVariant\":\"x\"}");
  ASSERT_TRUE(flags.revert(both, "a", {}));
  EXPECT_EQ(find_definition(document(), "a")->at("defaultVariant"), "x");
  EXPECT_EQ(flags.revert(both, "c", {}).error().message,
            "commit " + both.substr(0, 12) + " does not change flag \"c\"");
  EXPECT_EQ(flags.revert("0123456", std::nullopt, {}).error().kind, base::Kind::not_found);
}

TEST_F(FlagRepositoryTest, AddsTheFileOnce) {
  place_.path = "other/flags.yaml";
  auto flags = FlagRepository::open(place_).value();
  EXPECT_EQ(to_string(flags.change(set("a", "x")).error()),
            "other/flags.yaml: is not on branch main of " + place_.repository + "; flagctl init adds it");
  const auto added = flags.add_file({});
  ASSERT_TRUE(added) << to_string(added.error());
  EXPECT_EQ(added->after, "$schema: https://flagd.dev/schema/v0/flags.json\nflags: {}\n");
  EXPECT_EQ(to_string(flags.add_file({}).error()), "other/flags.yaml: is on branch main already");
}

}  // namespace
}  // namespace trunkline::flags

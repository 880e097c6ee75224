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
    return {.edit = {key, SetDefault{variant}}};
  }

  base::TempFolder folder_ = base::TempFolder::make("change-test").value();
  FlagPlace place_{.repository = (folder_.path() / "flags.git").string()};
};

TEST_F(FlagRepositoryTest, MakesOneCommitWithAuthorAndTrailers) {
  auto flags = FlagRepository::open(place_).value();
  ChangeRequest request = set("a", "y");
  request.reason = "more y";
  request.ticket = "OPS-1";
  const auto result = flags.change(request);
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->change.from, "x");
  EXPECT_EQ(result->change.to, "y");
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
  dry.dry_run = true;
  EXPECT_NE(flags.change(dry)->diff.find("+  \"a\""), std::string::npos);
  EXPECT_EQ(flags.change(set("a", "x"))->commit, std::nullopt);
  EXPECT_EQ(flags.read()->commit, before);
  ChangeRequest lines = set("a", "y");
  lines.reason = "two\nlines";
  EXPECT_EQ(flags.change(lines).error().kind, base::Kind::usage);
}

TEST_F(FlagRepositoryTest, RefusesAFlagThatSomebodyElseChangedAndShowsBothSides) {
  auto flags = FlagRepository::open(place_).value();
  ChangeRequest request = set("a", "x");
  request.seen = find_definition(read_flag_document(flags.read()->text, place_.path).value(), "a");
  ASSERT_TRUE(flags.change(set("b", "y"))) << "another flag is no matter";
  ASSERT_TRUE(flags.change(set("a", "y")));
  const auto result = flags.change(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, base::Kind::conflict);
  EXPECT_EQ(result.error().message,
            "flag \"a\" was changed by somebody else meanwhile\n"
            "  was: {\"state\":\"ENABLED\",\"variants\":{\"x\":1,\"y\":2},\"defaultVariant\":\"x\"}\n"
            "  is:  {\"state\":\"ENABLED\",\"variants\":{\"x\":1,\"y\":2},\"defaultVariant\":\"y\"}");
}

}  // namespace
}  // namespace trunkline::flags

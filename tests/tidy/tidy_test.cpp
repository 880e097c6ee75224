#include "tests/tidy/tidy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace trunkline::tidy {
namespace {

using testing::IsEmpty;

std::string print(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) text += finding.path + ": " + finding.rule + ": " + finding.message + "\n";
  return text;
}

// The rules that a tree breaks.
std::set<std::string> rules(const Tree& tree) {
  std::set<std::string> names;
  for (const Finding& finding : check(tree)) names.insert(finding.rule);
  return names;
}

Tree clean() {
  return {
      {"base/core/clock.h", "#include <chrono>\n"},
      {"flags/README.md", "Doors: `flags/client/client.h`\n"},
      {"flags/client/client.h", "#include \"base/core/clock.h\"\n"},
      {"shortener/serve.cpp", "#include \"base/core/clock.h\"\n#include \"flags/client/client.h\"\n"},
  };
}

TEST(Tidy, FindsNothingInThisRepository) {
  const Tree tree = read_tree(TRUNKLINE_SOURCE_DIR);
  EXPECT_GT(tree.size(), 10u);
  EXPECT_EQ(print(check(tree)), "");
}

TEST(Tidy, FindsEveryRoomWithItsReadmeNamespaceAndTests) {
  const Tree tree = read_tree(TRUNKLINE_SOURCE_DIR);
  for (const std::string room : {"base", "flags", "ledger", "deployer", "shortener", "pipelines"}) {
    EXPECT_TRUE(tree.contains(room + "/README.md")) << room;
    const auto in = [&](const std::string& prefix) {
      return std::any_of(tree.begin(), tree.end(), [&](const auto& file) { return file.first.starts_with(prefix); });
    };
    EXPECT_TRUE(in("tests/" + room + "/")) << room;
    for (const auto& [path, text] : tree) {
      if (!path.starts_with(room + "/") || !path.ends_with(".h")) continue;
      EXPECT_NE(text.find("namespace trunkline::" + room), std::string::npos) << path;
    }
  }
}

TEST(Tidy, AcceptsACleanTree) {
  EXPECT_THAT(rules(clean()), IsEmpty());
}

TEST(Tidy, FindsAnArrowAgainstTheTable) {
  Tree tree = clean();
  tree["flags/agent/agent.cpp"] = "#include \"deployer/plan/plan.h\"\n";
  EXPECT_EQ(check(tree).at(0),
            (Finding{"arrow", "flags/agent/agent.cpp", "flags may not include deployer/plan/plan.h"}));
  EXPECT_EQ(rules({{"base/core/a.cpp", "# include  \"flags/client/client.h\"\n"}}).count("arrow"), 1u);
}

TEST(Tidy, LetsTheShortenerSeeTheDoorsOfTheFlagClientOnly) {
  Tree tree = clean();
  tree["shortener/serve.cpp"] += "#include \"flags/client/in_memory.h\"\n";
  EXPECT_EQ(rules(tree), std::set<std::string>{"door"});
  tree["flags/README.md"] += "`flags/client/in_memory.h`";
  EXPECT_THAT(rules(tree), IsEmpty());
  tree["flags/README.md"] += "`flags/definition/flag_set.h`";
  tree["shortener/serve.cpp"] += "#include \"flags/definition/flag_set.h\"\n";
  EXPECT_EQ(rules(tree), std::set<std::string>{"arrow"});
}

TEST(Tidy, FindsACircle) {
  Tree tree = clean();
  tree["flags/a.h"] = "#include \"flags/b.h\"\n";
  tree["flags/b.h"] = "#include \"flags/a.h\"\n";
  EXPECT_EQ(rules(tree), std::set<std::string>{"circle"});
}

TEST(Tidy, FindsAHeaderThatIsNoDoor) {
  Tree tree = clean();
  tree["deployer/a.cpp"] = "#include \"flags/agent/agent.h\"\n";
  EXPECT_EQ(rules(tree), std::set<std::string>{"door"});
}

TEST(Tidy, FindsAWordOfBaseWithoutTwoUsers) {
  Tree tree = clean();
  tree["base/core/lonely.h"] = "";
  tree["deployer/a.cpp"] = "#include \"base/core/lonely.h\"\n";
  EXPECT_EQ(rules(tree), std::set<std::string>{"word"});
  tree["base/core/lonely.cpp"] = "#include \"base/core/lonely.h\"\n#include <openssl/evp.h>\n";
  EXPECT_THAT(rules(tree), IsEmpty()) << "a word that wraps a library may have one user";
}

TEST(Tidy, FindsAVendorHeaderOutsideItsFolderOrShownToOthers) {
  Tree tree = clean();
  tree["deployer/a.cpp"] = "#include <git2.h>\n";
  EXPECT_EQ(rules(tree), std::set<std::string>{"vendor"});
  tree = clean();
  tree["flags/client/client.h"] += "#include <boost/json/value.hpp>\n";
  EXPECT_THAT(rules(tree), IsEmpty()) << "a vocabulary type";
  tree["base/core/private.h"] = "#include <spdlog/spdlog.h>\n";
  tree["base/core/log.cpp"] = "#include \"base/core/private.h\"\n";
  EXPECT_THAT(rules(tree), IsEmpty()) << "private to its folder";
  tree["flags/client/client.h"] += "#include \"base/core/private.h\"\n";
  EXPECT_EQ(rules(tree), std::set<std::string>{"vendor"});
}

TEST(Tidy, FindsTooManyFilesOnBeast) {
  Tree tree = clean();
  for (const char* name : {"a", "b", "c", "d"})
    tree[std::string("base/http/") + name + ".cpp"] = "#include <boost/beast.hpp>\n";
  EXPECT_EQ(rules(tree), std::set<std::string>{"vendor"});
}

}  // namespace
}  // namespace trunkline::tidy

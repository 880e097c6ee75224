#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/system/rig.h"

// What a revision is made of beside the artifact's file: folders, configuration, secrets; and how long it is kept.
namespace trunkline::deployer {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

struct Revisions : testing::Test {
  void SetUp() override {
    write("conf/shop.conf", "colour=blue");
    write("secrets/db", "swordfish");
    rig.pack("1", "cp \"$TRUNKLINE_CONFIG/shop.conf\" \"" + rig.path("seen-$$").string() +
                      "\"; exec bin/shortener serve \"$@\"");
  }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(rig.path(name).parent_path());
    std::ofstream(rig.path(name)) << text;
  }
  void configure(const std::string& config, int keep = 5) const {
    rig.write_rollout({.strategy = "{ type: inPlace }", .extra = config, .keep = keep});
  }
  // What the last programs of the instances saw as their configuration.
  std::vector<std::string> seen() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(rig.path(""))) {
      const bool is_copy = entry.path().filename().string().starts_with("seen-");
      if (is_copy) all.push_back(base::read_file(entry.path()).value_or(""));
    }
    return all;
  }
  void forget() const {
    for (const auto& entry : fs::directory_iterator(rig.path(""))) {
      if (entry.path().filename().string().starts_with("seen-")) fs::remove(entry.path());
    }
  }

  Rig rig;
};

const std::string kConfig = "config: { files: [conf/shop.conf], secrets: [secrets/db] }\n";

TEST_F(Revisions, TakeTheirConfigurationForwardAndBack) {
  configure(kConfig);
  ASSERT_EQ(rig.release("1").code, 0);
  EXPECT_EQ(seen().size(), 3U);
  EXPECT_THAT(seen(), Each("colour=blue"));
  forget();
  write("conf/shop.conf", "colour=red");
  const Ran plan = rig.deployer({"plan", rig.path("rollout.yaml"), "--artifact", rig.artifact("1")});
  EXPECT_THAT(plan.out, HasSubstr("config file shop.conf is another"));
  ASSERT_EQ(rig.release("1").code, 0);
  EXPECT_THAT(seen(), Each("colour=red"));
  forget();
  const Ran undone = rig.deployer({"undo"});
  ASSERT_EQ(undone.code, 0) << undone.out << undone.err;
  EXPECT_EQ(seen().size(), 3U);
  EXPECT_THAT(seen(), Each("colour=blue")) << "as it was, whatever the file holds now";
}

TEST_F(Revisions, AreOthersWithAnotherSecretWhichIsKeptNowhere) {
  configure(kConfig);
  ASSERT_EQ(rig.release("1").code, 0);
  write("secrets/db", "tunafish");
  const Ran plan = rig.deployer({"plan", rig.path("rollout.yaml"), "--artifact", rig.artifact("1")});
  EXPECT_THAT(plan.out, AllOf(HasSubstr("secret "), HasSubstr("secrets/db is another")));
  const Ran found = run_command({"grep", "-rl", "swordfish", rig.service().root()});
  EXPECT_EQ(found.out, "");
  EXPECT_EQ(found.code, 1) << "grep found nothing, and no error";
}

TEST_F(Revisions, NeedTheirConfigurationToBeThere) {
  configure("config: { files: [conf/none.conf] }\n");
  const Ran ran = rig.release("1");
  EXPECT_EQ(ran.code, 2) << ran.err;
  EXPECT_THAT(ran.err, AllOf(HasSubstr("rollout.yaml:"), HasSubstr("none.conf")));
  EXPECT_FALSE(fs::exists(rig.service().root() / "journal"));
}

TEST_F(Revisions, MayComeFromAFolder) {
  configure(kConfig);
  write("build-1/trunkline.json", R"({ "version": "7", "commit": "abc" })");
  const std::string folder = "file:" + rig.path("build-1").string();
  const Ran ran = rig.deployer({"run", rig.path("rollout.yaml"), "--artifact", folder});
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_THAT(rig.versions(), Each("7"));
  const Ran again = rig.deployer({"plan", rig.path("rollout.yaml"), "--artifact", folder});
  EXPECT_THAT(again.out, HasSubstr("nothing changes"));
}

TEST_F(Revisions, AreKeptAsManyAsTheFileSays) {
  configure("", 2);
  write("conf/shop.conf", "");
  for (const char* version : {"2", "3", "4"}) {
    rig.pack(version);
    ASSERT_EQ(rig.release(version).code, 0) << version;
  }
  const auto releases = fs::directory_iterator(rig.service().root() / "releases");
  EXPECT_EQ(std::distance(begin(releases), end(releases)), 2);
  EXPECT_EQ(rig.deployer({"undo"}).code, 0);
  EXPECT_THAT(rig.versions(), Each("3"));
}

}  // namespace
}  // namespace trunkline::deployer

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/deployer/system/share_rig.h"

// A release whose state folder is on a disk that gets full.
namespace trunkline::deployer {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

// A small file system, seen by this process and those that it starts; it is gone with the last of them, however they
// end. It outlives the rig, whose instances run there.
class SmallDisk {
 public:
  ~SmallDisk() {
    if (folder_.empty()) return;
    umount2(folder_.c_str(), MNT_DETACH);
    std::error_code ignored;
    fs::remove_all(folder_.parent_path(), ignored);  // the rig could not while this was there
  }

  // False where this process may not.
  bool mount(const fs::path& folder) {
    fs::create_directories(folder);
    if (unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    if (::mount("tmpfs", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=64m") != 0) return false;
    folder_ = folder;
    return true;
  }

  // To the last byte.
  void fill() const {
    const base::Descriptor file{open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    const std::string page(4096, 'x');
    while (::write(file.get(), page.data(), page.size()) > 0) {
    }
    ASSERT_EQ(errno, ENOSPC);
  }
  void clear() const { fs::remove(filler()); }

 private:
  fs::path filler() const { return folder_ / "filler"; }

  fs::path folder_;
};

struct FullDisk : testing::Test {
  void SetUp() override {
    if (!disk.mount(rig.path("state"))) GTEST_SKIP() << "only root may mount a small disk";
    rig.release_first();
    rig.pack_marked("2");
    rig.start_load();
  }

  // A release that stops in its bake because nothing can be written down any more.
  void fill_in_the_bake() {
    const auto run = rig.begin_release("2");
    ASSERT_TRUE(rig.wait_for_step("bake")) << run->output();
    ASSERT_TRUE(rig.somebody_meets_it());
    disk.fill();
    const Ran stopped = run->wait();
    EXPECT_EQ(stopped.code, 1) << stopped.out;
    EXPECT_THAT(stopped.out, AllOf(HasSubstr("No space left on device"), HasSubstr("deployer resume shortener")));
    EXPECT_THAT(rig.step(), testing::StartsWith("bake"));
  }

  void expect_no_request_failed() {
    const base::Json users = rig.end_load();
    EXPECT_EQ(number(users, "failed"), 0) << base::to_pretty_text(users);
  }

  SmallDisk disk;
  ShareRig rig;
};

TEST_F(FullDisk, StopsTheCanaryWhoseUsersGoBackByThemselvesAndIsResumed) {
  rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 20s }] }"});
  fill_in_the_bake();
  rig.until_nobody_meets_it();
  EXPECT_EQ(rig.fleet(), "home 1, twin 2");
  const Ran full = rig.deployer({"resume"});
  EXPECT_NE(full.code, 0) << full.out;
  EXPECT_EQ(rig.fleet(), "home 1, twin 2");
  disk.clear();
  const auto resume = rig.begin({"resume"});
  ASSERT_TRUE(rig.somebody_meets_it());
  EXPECT_EQ(rig.deployer({"promote", "--full"}).code, 0);
  const Ran resumed = resume->wait();
  EXPECT_EQ(resumed.code, 0) << resumed.out;
  EXPECT_EQ(rig.fleet(), "twin 2");
  EXPECT_EQ(rig.processes().size(), 6U);
  expect_no_request_failed();
}

TEST_F(FullDisk, LeavesRoomForAnAbort) {
  rig.write({.strategy = "{ type: oneBox, bake: 20s }"});
  fill_in_the_bake();
  EXPECT_TRUE(fs::exists(rig.service().reserve()));
  const Ran aborted = rig.deployer({"abort"});
  EXPECT_EQ(aborted.code, 3) << aborted.out << aborted.err;
  EXPECT_FALSE(fs::exists(rig.service().reserve()));
  EXPECT_EQ(rig.fleet(), "home 1");
  EXPECT_EQ(rig.processes().size(), 6U);
  EXPECT_EQ(base::string_or(rig.history().back(), "outcome"), "rolled_back");
  // The next one needs the room again.
  const Ran refused = rig.release("2");
  EXPECT_EQ(refused.code, 1) << refused.out;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("reserve"), HasSubstr("No space left on device")));
  disk.clear();
  rig.write({.strategy = "{ type: oneBox, bake: 1s }"});
  const Ran again = rig.release("2");
  EXPECT_EQ(again.code, 0) << again.out << again.err;
  expect_no_request_failed();
}

// The breach is the first that could not be written down.
TEST_F(FullDisk, LeavesRoomForTakingBackByItself) {
  rig.write({.strategy = "{ type: canary, steps: [{ setWeight: 10 }, { bake: 20s }] }",
             .lease = "60s",
             .background = "[verdict]",
             .extra = "    verdict:\n      metrics:\n        - { name: verdict, interval: 2s, failureCondition: "
                      "result > 0.5, exec: { command: [sh, -c, \"touch asked; until cat verdict 2>/dev/null; do "
                      "sleep 0.05; done\"], timeout: 20s } }\n"});
  const auto run = rig.begin_release("2");
  ASSERT_TRUE(eventually([&] { return fs::exists(rig.path("asked")); })) << run->output();
  disk.fill();
  std::ofstream(rig.path("said")) << "1\n";
  fs::rename(rig.path("said"), rig.path("verdict"));
  const Ran ran = run->wait();
  EXPECT_EQ(ran.code, 3) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("taking it back: verdict: 1 meets failureCondition"));
  EXPECT_FALSE(fs::exists(rig.service().reserve()));
  EXPECT_EQ(rig.fleet(), "home 1");
  EXPECT_EQ(rig.processes().size(), 6U);
  EXPECT_EQ(base::string_or(rig.history().back(), "outcome"), "rolled_back");
  expect_no_request_failed();
}

}  // namespace
}  // namespace trunkline::deployer

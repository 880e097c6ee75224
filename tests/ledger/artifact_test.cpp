#include "ledger/artifact.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/core/digest.h"
#include "base/core/files.h"
#include "base/core/json.h"
#include "base/core/process.h"

namespace trunkline::ledger {
namespace {

namespace fs = std::filesystem;
using base::Kind;

class Artifact : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(source_ / "bin");
    std::ofstream(source_ / "bin/run") << "#!/bin/sh\n";
    fs::permissions(source_ / "bin/run", fs::perms::owner_all);
    std::ofstream(source_ / "data") << std::string(300'000, 'x');
    fs::create_symlink("bin/run", source_ / "link");
  }

  base::TempFolder folder_ = *base::TempFolder::make("artifact_test");
  fs::path source_ = folder_.path() / "source";
  fs::path file_ = folder_.path() / "a.tar.zst";
};

TEST_F(Artifact, ComesBackAsItWasPacked) {
  const auto digest = pack_artifact(source_, {"1.2", "abc"}, file_);
  ASSERT_TRUE(digest) << to_string(digest.error());
  EXPECT_TRUE(digest->starts_with("sha256:"));
  EXPECT_EQ(read_manifest(file_), (Manifest{"1.2", "abc"}));
  const fs::path target = folder_.path() / "target";
  ASSERT_TRUE(unpack_artifact(file_, *digest, target));
  EXPECT_EQ(base::read_file(target / "data"), std::string(300'000, 'x'));
  EXPECT_EQ(fs::read_symlink(target / "link"), "bin/run");
  EXPECT_NE(fs::status(target / "bin/run").permissions() & fs::perms::owner_exec, fs::perms::none);
  EXPECT_TRUE(fs::exists(target / "trunkline.json"));
}

TEST_F(Artifact, HasTheSameDigestForTheSameContent) {
  const auto first = pack_artifact(source_, {"1", "a"}, file_);
  fs::last_write_time(source_ / "data", fs::file_time_type::clock::now() - std::chrono::hours(5));
  fs::permissions(source_ / "data", fs::perms::owner_read);
  EXPECT_EQ(pack_artifact(source_, {"1", "a"}, file_), first);
  EXPECT_NE(pack_artifact(source_, {"2", "a"}, file_), first);
}

TEST_F(Artifact, RefusesWhatCannotBePacked) {
  EXPECT_EQ(pack_artifact(folder_.path() / "none", {"1", ""}, file_).error().kind, Kind::invalid);
  std::ofstream(source_ / "trunkline.json") << "{}";
  EXPECT_EQ(pack_artifact(source_, {"1", ""}, file_).error().kind, Kind::invalid);
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(Artifact, NeedsAVersion) {
  EXPECT_EQ(pack_artifact(source_, {"", "a"}, file_).error().kind, Kind::invalid);
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(Artifact, IsNotWrittenIntoTheFolderItIsMadeOf) {
  EXPECT_EQ(pack_artifact(source_, {"1", ""}, source_ / "a.tar.zst").error().kind, Kind::invalid);
  EXPECT_EQ(pack_artifact(source_, {"1", ""}, source_ / "bin/../a.tar.zst").error().kind, Kind::invalid);
  EXPECT_FALSE(fs::exists(source_ / "a.tar.zst"));
  EXPECT_TRUE(pack_artifact(source_, {"1", ""}, folder_.path() / "source.tar.zst"));
  const fs::path before = fs::current_path();
  fs::current_path(source_);
  EXPECT_EQ(pack_artifact(".", {"1", ""}, "dist/a.tar.zst").error().kind, Kind::invalid);
  fs::current_path(before);
  EXPECT_FALSE(fs::exists(source_ / "dist"));
}

TEST_F(Artifact, IsWrittenIntoAFolderThatIsNotThereYet) {
  EXPECT_TRUE(pack_artifact(source_, {"1", ""}, folder_.path() / "dist/new/a.tar.zst"));
  EXPECT_TRUE(fs::exists(folder_.path() / "dist/new/a.tar.zst"));
  std::ofstream(file_) << "a file";
  EXPECT_EQ(pack_artifact(source_, {"1", ""}, file_ / "a.tar.zst").error().kind, Kind::io);
}

TEST_F(Artifact, HoldsNoHardLinksAndNoPipes) {
  const auto refuses = [&](const std::vector<std::string>& names) {
    std::vector<std::string> argv = {"tar", "--use-compress-program", "gzip", "-cf", file_.string(),
                                     "-C",  source_.string()};
    argv.insert(argv.end(), names.begin(), names.end());
    EXPECT_TRUE(base::run_process({.argv = argv}, base::Millis(10'000))->status.ok());
    const auto done = unpack_artifact(file_, *base::sha256_of_file(file_), folder_.path() / "target");
    return !done && done.error().kind == Kind::invalid && !fs::exists(folder_.path() / "target");
  };
  fs::create_hard_link(source_ / "data", source_ / "same");
  ASSERT_EQ(mkfifo((source_ / "pipe").c_str(), 0600), 0);
  EXPECT_TRUE(refuses({"data", "same"}));
  EXPECT_TRUE(refuses({"pipe"}));
  EXPECT_FALSE(refuses({"data", "bin", "link"}));
}

TEST_F(Artifact, KeepsNamesInEveryLocale) {
  std::ofstream(source_ / "gr\u00f6\u00dfe.txt") << "x";
  fs::create_symlink("gr\u00f6\u00dfe.txt", source_ / "k\u00fcrzel");
  const auto digest = pack_artifact(source_, {"1", ""}, file_);
  ASSERT_TRUE(digest) << to_string(digest.error());
  const fs::path target = folder_.path() / "target";
  const auto unpacked = unpack_artifact(file_, *digest, target);
  ASSERT_TRUE(unpacked) << to_string(unpacked.error());
  EXPECT_EQ(base::read_file(target / "gr\u00f6\u00dfe.txt"), "x");
  EXPECT_EQ(fs::read_symlink(target / "k\u00fcrzel"), "gr\u00f6\u00dfe.txt");
}

TEST_F(Artifact, HasNoNamesThatAreNoUtf8) {
  std::ofstream(source_ /
                "gr\xf6\xdf"
                "e.txt")
      << "x";
  const auto packed = pack_artifact(source_, {"1", ""}, file_);
  ASSERT_FALSE(packed);
  EXPECT_NE(packed.error().message.find("a name that is no UTF-8"), std::string::npos);
}

TEST_F(Artifact, HasPlainVersionsAndCommits) {
  for (const std::string& version :
       {std::string("1\"}) or vector(0"), std::string("1?x=1#"), std::string("../1"), std::string("1\n2"),
        std::string("\x1b[31m"), std::string("a b"), std::string(129, '1')}) {
    EXPECT_EQ(pack_artifact(source_, {version, ""}, file_).error().kind, Kind::invalid) << version;
    std::ofstream(source_ / "trunkline.json") << base::to_text(base::JsonObject{{"version", version}});
    EXPECT_EQ(read_manifest(source_).error().kind, Kind::invalid) << version;
    fs::remove(source_ / "trunkline.json");
  }
  EXPECT_EQ(pack_artifact(source_, {"1", "a b"}, file_).error().kind, Kind::invalid);
  EXPECT_TRUE(pack_artifact(source_, {"2026.11.22-14-g41c9e02+rc.1~x_y", "41c9e02"}, file_));
}

TEST_F(Artifact, KeepsNoPermissionsButWhetherAFileRuns) {
  const std::vector<std::string> argv = {"tar", "--use-compress-program", "gzip", "--mode=6777", "-cf", file_.string(),
                                         "-C",  source_.string(),         "bin",  "data"};
  ASSERT_TRUE(base::run_process({.argv = argv}, base::Millis(10'000))->status.ok());
  const fs::path target = folder_.path() / "target";
  ASSERT_TRUE(unpack_artifact(file_, *base::sha256_of_file(file_), target));
  const auto mode = [&](const char* name) { return static_cast<unsigned>(fs::status(target / name).permissions()); };
  EXPECT_EQ(mode("bin/run"), 0755u);
  EXPECT_EQ(mode("bin"), 0755u);
  ASSERT_TRUE(pack_artifact(source_, {"1", ""}, file_));
}

TEST_F(Artifact, HasOneManifest) {
  std::ofstream(source_ / "trunkline.json") << R"({ "version": "1" })";
  const auto tar = [&](const char* what) {
    const std::vector<std::string> argv = {"tar", what, file_.string(), "-C", source_.string(), "trunkline.json"};
    EXPECT_TRUE(base::run_process({.argv = argv}, base::Millis(10'000))->status.ok());
  };
  tar("-cf");
  tar("-rf");
  const auto done = unpack_artifact(file_, *base::sha256_of_file(file_), folder_.path() / "target");
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("stands twice"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_.path() / "target"));
}

TEST_F(Artifact, IsNotUnpackedWithAnotherDigest) {
  const auto digest = pack_artifact(source_, {"1", ""}, file_);
  ASSERT_TRUE(pack_artifact(source_, {"2", ""}, file_));
  const auto done = unpack_artifact(file_, *digest, folder_.path() / "target");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Kind::invalid);
  EXPECT_NE(done.error().message.find(*digest), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_.path() / "target"));
}

TEST_F(Artifact, MayBeAFolderWithItsManifest) {
  const auto packed = pack_artifact(source_, {"1.2", "abc"}, file_);
  std::ofstream(source_ / "trunkline.json") << R"({ "version": "1.2", "commit": "abc" })";
  EXPECT_EQ(read_manifest(source_), (Manifest{"1.2", "abc"}));
  EXPECT_EQ(digest_of_artifact(source_), packed) << "the same content has the same digest, packed or not";
  const fs::path target = folder_.path() / "target";
  ASSERT_TRUE(unpack_artifact(source_, *packed, target));
  EXPECT_EQ(base::read_file(target / "data"), std::string(300'000, 'x'));
  EXPECT_EQ(read_manifest(target), (Manifest{"1.2", "abc"}));
  std::ofstream(source_ / "data") << "y";
  EXPECT_NE(digest_of_artifact(source_), packed);
}

TEST_F(Artifact, SaysWhatAFolderWithoutManifestNeeds) {
  const auto manifest = read_manifest(source_);
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().kind, Kind::invalid);
  EXPECT_NE(manifest.error().message.find("trunkline.json"), std::string::npos);
  std::ofstream(source_ / "trunkline.json") << R"({ "commit": "abc" })";
  EXPECT_EQ(read_manifest(source_).error().kind, Kind::invalid);
}

TEST_F(Artifact, LeavesNothingBehindWhenItIsBroken) {
  ASSERT_TRUE(pack_artifact(source_, {"1", ""}, file_));
  std::string bytes = *base::read_file(file_);
  bytes.resize(bytes.size() / 2);
  std::ofstream(file_, std::ios::binary) << bytes;
  const fs::path target = folder_.path() / "target";
  EXPECT_EQ(unpack_artifact(file_, *base::sha256_of_file(file_), target).error().kind, Kind::invalid);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 2) << "source and artifact only";
  std::ofstream(file_) << "hello";
  EXPECT_EQ(read_manifest(file_).error().kind, Kind::invalid);
  EXPECT_EQ(read_manifest(folder_.path() / "none").error().kind, Kind::not_found);
}

}  // namespace
}  // namespace trunkline::ledger

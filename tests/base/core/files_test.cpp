#include "base/core/files.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace trunkline::base {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  TempFolder folder_ = *TempFolder::make("files_test");
  fs::path path_ = folder_.path() / "a.txt";
  size_t names() const { return static_cast<size_t>(std::distance(fs::directory_iterator(folder_.path()), {})); }
};

TEST_F(Files, WritesAtomicallyAndReadsBack) {
  ASSERT_TRUE(write_file_atomically(path_, "one", 0600));
  ASSERT_TRUE(write_file_atomically(path_, "two", 0600));
  EXPECT_EQ(read_file(path_), "two");
  EXPECT_EQ(names(), 1u);
  struct stat info{};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(Files, KeepsTheOldFileWhenTheNewOneCannotBePut) {
  fs::create_directories(path_ / "busy");  // rename over a folder fails
  EXPECT_FALSE(write_file_atomically(path_, "text"));
  EXPECT_TRUE(fs::exists(path_ / "busy"));
  EXPECT_EQ(names(), 1u);
}

TEST_F(Files, DoesNotWaitForTheWriterOfAPipe) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(to_string(read_file(path_).error()), path_.string() + ": is not a regular file");
}

TEST_F(Files, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(read_file(path_).error().kind, Kind::not_found);
  EXPECT_EQ(read_file(folder_.path()).error().kind, Kind::invalid);
  std::ofstream(path_) << "four";
  EXPECT_EQ(read_file(path_, 4), "four");
  EXPECT_EQ(read_file(path_, 3).error().kind, Kind::invalid);
}

TEST_F(Files, ReadsFilesWhoseSizeIsNotKnownBefore) {
  EXPECT_NE(read_file("/proc/self/status")->find("Name:"), std::string::npos);
}

TEST(TempFolder, IsGoneWithItsObject) {
  fs::path path;
  {
    const auto folder = TempFolder::make("temp_folder_test");
    path = folder->path();
    EXPECT_TRUE(fs::is_directory(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace
}  // namespace trunkline::base

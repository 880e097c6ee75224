#include "flags/change/remote_cache.h"

#include <cstdlib>
#include <gtest/gtest.h>

#include "base/git/repository.h"

namespace trunkline::flags {
namespace {

class RemoteCacheTest : public testing::Test {
 protected:
  void TearDown() override { unsetenv("XDG_CACHE_HOME"); }
  void set_place(const std::string& place) { setenv("XDG_CACHE_HOME", place.c_str(), 1); }

  base::TempFolder folder_ = base::TempFolder::make("remote-cache-test").value();
};

TEST_F(RemoteCacheTest, KeepsARepositoryForEachUrl) {
  set_place(folder_.path());
  const auto first = RemoteCache::open("https://ann:secret@example.org/a.git")->folder();
  EXPECT_TRUE(base::Repository::open(first));
  EXPECT_EQ(first.parent_path(), folder_.path() / "trunkline/flags");
  EXPECT_EQ(first.string().find("secret"), std::string::npos);
  EXPECT_EQ(RemoteCache::open("https://ann:secret@example.org/a.git")->folder(), first);
  EXPECT_NE(RemoteCache::open("https://example.org/b.git")->folder(), first);
  const auto entries = std::filesystem::directory_iterator(first.parent_path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 2) << "no half ones";
}

TEST_F(RemoteCacheTest, IsATemporaryOneWhereItCannotStay) {
  ASSERT_TRUE(base::write_file_atomically(folder_.path() / "file", ""));
  set_place(folder_.path() / "file");
  std::filesystem::path place;
  {
    const auto cache = RemoteCache::open("https://example.org/a.git");
    ASSERT_TRUE(cache) << to_string(cache.error());
    place = cache->folder();
    EXPECT_TRUE(base::Repository::open(place));
  }
  EXPECT_FALSE(std::filesystem::exists(place));
}

}  // namespace
}  // namespace trunkline::flags

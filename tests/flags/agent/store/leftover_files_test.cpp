#include "flags/agent/store/leftover_files.h"

#include <fstream>
#include <gtest/gtest.h>

#include "base/core/files.h"

namespace trunkline::flags {
namespace {

TEST(LeftoverFiles, AreRemovedWhenTheyAreOldAndOurs) {
  const auto folder = base::TempFolder::make("leftover").value();
  const auto now = std::filesystem::file_time_type::clock::now();
  const auto put = [&](const std::string& name, std::chrono::seconds age) {
    std::ofstream(folder.path() / name) << "x";
    std::filesystem::last_write_time(folder.path() / name, now - age);
  };
  const std::chrono::seconds old{61};
  for (const char* name : {"overrides.json.tmp.Ab3dEf", "flagset-0123456789ab.json.tmp.000000"}) put(name, old);
  const std::vector<std::string> kept = {"overrides.json", "flagset-0123456789ab.json", "other.json.tmp.Ab3dEf",
                                         "overrides.json.tmp.short"};
  for (const std::string& name : kept) put(name, old);
  put("overrides.json.tmp.Busy00", std::chrono::seconds{10});
  remove_leftover_files(folder.path(), now);
  for (const std::string& name : kept) EXPECT_TRUE(std::filesystem::exists(folder.path() / name)) << name;
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "overrides.json.tmp.Busy00"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 5);
  remove_leftover_files(folder.path() / "nowhere", now);
}

}  // namespace
}  // namespace trunkline::flags

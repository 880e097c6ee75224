#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/core/process.h"
#include "tests/support/server_process.h"

// What is installed is enough to build and run a program outside of this repository.
namespace trunkline::flags {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class InstallTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(run({"cmake", "--install", TRUNKLINE_BUILD_DIR, "--component", "flags", "--prefix", path("first")})
                    .status.ok());
    // Moved, so that nothing may hold the place where it was installed first.
    fs::rename(path("first"), path("prefix"));
  }

  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  base::ProcessOutput run(std::vector<std::string> argv) const {
    auto output = base::run_process({.argv = std::move(argv), .folder = folder_.path()}, std::chrono::seconds{150});
    EXPECT_TRUE(output);
    return output.value_or(base::ProcessOutput{{-1, 0}, "", ""});
  }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_.path() / name).parent_path());
    ASSERT_TRUE(base::write_file_atomically(path(name), text));
  }
  base::ProcessOutput configure(const std::string& source) const {
    return run({"cmake", "-G", "Ninja", "-S", source, "-B", path("build"), "-DCMAKE_PREFIX_PATH=" + path("prefix"),
                "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wold-style-cast -Wshadow -Werror"});
  }

  base::TempFolder folder_ = base::TempFolder::make("install-test").value();
};

TEST_F(InstallTest, BuildsTheExampleWhichReadsAFlagOfARealAgent) {
  const auto configured = configure(TRUNKLINE_SOURCE_DIR "/examples/cpp-client");
  ASSERT_TRUE(configured.status.ok()) << configured.out << configured.err;
  const auto built = run({"cmake", "--build", path("build")});
  ASSERT_TRUE(built.status.ok()) << built.out << built.err;
  write("flags.json", R"({"flags": {"redirect-status": {"state": "ENABLED", "variants": {"permanent": 301},
                          "defaultVariant": "permanent"}}})");
  const base::ServerProcess agent(
      {TRUNKLINE_BIN_DIR "/flag-agent", "--listen", "127.0.0.1:0", "--source", "file:" + path("flags.json")});
  ASSERT_NE(agent.address(), "") << agent.output();
  const auto printed = run({path("build/cpp_client"), agent.url("")});
  EXPECT_EQ(printed.out, "301\n") << printed.err;

  const std::string linked =
      run({"ldd", path("build/cpp_client")}).out + run({"readelf", "-d", path("build/cpp_client")}).out;
  EXPECT_THAT(linked, HasSubstr("libPocoNet"));
  for (const char* unwanted : {"libgit2", "libgrpc", "libyaml", "libCLI", "libsqlite", "libarchive"}) {
    EXPECT_THAT(linked, Not(HasSubstr(unwanted)));
  }
}

TEST_F(InstallTest, InstallsHeadersThatStandAloneAndNoPathOfThisMachine) {
  std::string all;
  for (const auto& entry : fs::recursive_directory_iterator(path("prefix"))) {
    if (!entry.is_regular_file()) continue;
    const std::string text = base::read_file(entry.path()).value();
    EXPECT_EQ(text.find(TRUNKLINE_SOURCE_DIR), std::string::npos) << entry.path();
    EXPECT_EQ(text.find(path("first")), std::string::npos) << entry.path();
    if (entry.path().extension() == ".h") {
      all += "#include <trunkline/" + fs::relative(entry.path(), path("prefix/include/trunkline")).string() + ">\n";
    }
  }
  EXPECT_THAT(all, HasSubstr("flags/client/in_memory.h"));
  EXPECT_THAT(all, HasSubstr("flags/client/hook.h"));
  EXPECT_THAT(all, HasSubstr("flags/client/event.h"));
  write("all.cpp", all);
  const auto compiled = run({"c++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I",
                             path("prefix/include"), "-I", path("prefix/include/trunkline"), path("all.cpp")});
  EXPECT_TRUE(compiled.status.ok()) << compiled.err;
}

TEST_F(InstallTest, SaysWhichComponentsThereAre) {
  write("wrong/CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.25)\nproject(wrong LANGUAGES CXX)\n"
        "find_package(Trunkline REQUIRED COMPONENTS flags rockets)\n");
  const auto configured = configure(path("wrong"));
  EXPECT_FALSE(configured.status.ok());
  EXPECT_THAT(configured.err, HasSubstr("Trunkline has no component \"rockets\""));
}

}  // namespace
}  // namespace trunkline::flags

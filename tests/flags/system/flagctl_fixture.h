#pragma once

#include <filesystem>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/core/process.h"
#include "base/git/repository.h"

namespace trunkline::flags {

// The real flagctl on a real repository, which is not there yet.
class FlagctlFixture : public testing::Test {
 protected:
  std::string path(const std::string& name) { return (folder_.path() / name).string(); }
  std::string repo() { return path("flags.git"); }
  std::string tip() { return base::Repository::open(repo())->tip("main").value(); }
  std::string file() { return base::Repository::open(repo())->read_blob(tip(), "flags/flags.json").value(); }

  void commit(const std::string& text) {
    auto repository = base::Repository::open_or_init_bare(repo()).value();
    const std::string parent = repository.tip("main").value_or("");
    ASSERT_TRUE(
        repository.commit_file("main", {parent, "flags/flags.json", text, {"Ada", "ada@example.org"}, "edit\n"}));
  }
  base::ProcessOutput run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), TRUNKLINE_BIN_DIR "/flagctl");
    std::map<std::string, std::string> environment = {{"TRUNKLINE_FLAGS_REPO", repo()},
                                                      {"GIT_AUTHOR_NAME", "Grace"},
                                                      {"GIT_AUTHOR_EMAIL", "grace@example.org"},
                                                      {"XDG_CACHE_HOME", path("cache")}};
    environment.insert(environment_.begin(), environment_.end());
    return base::run_process({.argv = std::move(arguments), .environment = environment, .folder = folder_.path()},
                             std::chrono::seconds{60})
        .value();
  }
  std::string out(std::vector<std::string> arguments) {
    const auto output = run(std::move(arguments));
    EXPECT_TRUE(output.status.ok()) << output.err;
    return output.out;
  }
  // The same with the id of the commit that it made, long or short, as TIP.
  std::string change(std::vector<std::string> arguments) {
    std::string text = out(std::move(arguments));
    const std::string id = tip();
    for (const std::string& each : {id, id.substr(0, 12)}) {
      if (const size_t at = text.find(each); at != std::string::npos) text.replace(at, each.size(), "TIP");
    }
    return text;
  }
  // "CODE what stands on stderr".
  std::string refusal(std::vector<std::string> arguments) {
    const auto output = run(std::move(arguments));
    EXPECT_EQ(output.out, "");
    return std::to_string(output.status.code) + " " + output.err;
  }

  std::map<std::string, std::string> environment_;  // more of it, for flagctl
  base::TempFolder folder_ = base::TempFolder::make("flagctl-test").value();
};

}  // namespace trunkline::flags

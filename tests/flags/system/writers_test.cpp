#include <fmt/format.h>
#include <functional>
#include <gtest/gtest.h>
#include <iostream>
#include <thread>

#include "base/core/clock.h"
#include "base/core/process.h"
#include "flags/change/flag_file.h"
#include "flags/change/flag_repository.h"
#include "tests/support/ssh_server.h"

// Eight writers, each of a flag of its own, change one branch fifty times each, all at once: not one commit may be
// lost.
namespace trunkline::flags {
namespace {

constexpr int kWriters = 8;
constexpr int kChanges = 50;

class WritersTest : public testing::Test {
 protected:
  using Writer = std::function<void(int)>;

  void SetUp() override {
    setenv("GIT_AUTHOR_NAME", "Grace", 1);
    setenv("GIT_AUTHOR_EMAIL", "grace@example.org", 1);
    std::string flags;
    for (int i = 0; i < kWriters; ++i) {
      flags += fmt::format("{}\n    \"flag-{}\": {{\n      \"state\": \"ENABLED\",\n      \"variants\": {{ \"0\": 0",
                           i == 0 ? "" : ",", i);
      for (int variant = 1; variant <= kChanges; ++variant) flags += fmt::format(", \"{0}\": {0}", variant);
      flags += " },\n      \"defaultVariant\": \"0\"\n    }";
    }
    const std::string text = "{\n  \"flags\": {" + flags + "\n  }\n}\n";
    auto repository = base::Repository::open_or_init_bare(path()).value();
    ASSERT_TRUE(repository.commit_file("main", {"", "flags/flags.json", text, {"Ada", "ada@example.org"}, "first"}));
  }
  void TearDown() override {
    unsetenv("GIT_AUTHOR_NAME");
    unsetenv("GIT_AUTHOR_EMAIL");
  }

  std::filesystem::path path() { return folder_.path() / "flags.git"; }

  // A writer in this process, and one that is fifty of flagctl.
  static Writer in_process(const std::string& repository) {
    return [=](int writer) {
      auto flags = FlagRepository::open({.repository = repository});
      ASSERT_TRUE(flags) << to_string(flags.error());
      for (int i = 1; i <= kChanges; ++i) {
        const auto done = flags->change({{{fmt::format("flag-{}", writer), SetDefault{std::to_string(i)}}}});
        ASSERT_TRUE(done) << to_string(done.error());
      }
    };
  }
  static Writer by_flagctl(const std::string& repository, const std::map<std::string, std::string>& environment) {
    return [=](int writer) {
      for (int i = 1; i <= kChanges; ++i) {
        const auto done =
            base::run_process({.argv = {TRUNKLINE_BIN_DIR "/flagctl", "set", fmt::format("flag-{}", writer),
                                        std::to_string(i), "--repo", repository},
                               .environment = environment},
                              std::chrono::seconds{120});
        ASSERT_TRUE(done && done->status.ok()) << (done ? done->err : to_string(done.error()));
      }
    };
  }

  // Every second writer is the second one.
  void run(const Writer& even, const Writer& odd) {
    const auto begun = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (int i = 0; i < kWriters; ++i) threads.emplace_back(i % 2 == 0 ? even : odd, i);
    for (std::thread& thread : threads) thread.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    std::cout << fmt::format("{} commits in {:.1f} s\n", kWriters * kChanges, took.count());
    const auto repository = base::Repository::open(path()).value();
    const std::string tip = repository.tip("main").value();
    EXPECT_EQ(repository.first_parent_count(tip), 1 + kWriters * kChanges);
    const auto document =
        read_flag_document(repository.read_blob(tip, "flags/flags.json").value(), "flags/flags.json").value();
    for (int i = 0; i < kWriters; ++i) {
      EXPECT_EQ(find_definition(document, fmt::format("flag-{}", i))->at("defaultVariant").as_string(),
                std::to_string(kChanges));
    }
  }

  base::TempFolder folder_ = base::TempFolder::make("writers-test").value();
};

TEST_F(WritersTest, LoseNoCommitOnABarePath) {
  run(in_process(path().string()), by_flagctl(path().string(), {}));
}

TEST_F(WritersTest, LoseNoCommitOnAFileUrl) {
  const std::string url = "file://" + path().string();
  run(in_process(url), by_flagctl(url, {}));
}

TEST_F(WritersTest, LoseNoCommitOverSsh) {
  const base::SshServer server;
  auto environment = server.environment();
  environment["XDG_CACHE_HOME"] = folder_.path() / "cache";
  const Writer writer = by_flagctl(server.url(path()), environment);
  run(writer, writer);
}

}  // namespace
}  // namespace trunkline::flags

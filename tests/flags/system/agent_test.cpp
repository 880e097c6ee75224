#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <thread>

#include "base/core/files.h"
#include "base/core/process.h"
#include "base/git/repository.h"
#include "base/http/client.h"
#include "flags/client/client.h"

// The real flag-agent on a real git repository, read by the real client.
namespace trunkline::flags {
namespace {

using base::Millis;

const base::Author kAda{"Ada", "ada@example.org"};

std::string flags_with(const std::string& variant) {
  return R"({"flags": {"redirect-status": {"state": "ENABLED", "variants": {"temporary": 302, "permanent": 301},
             "defaultVariant": ")" +
         variant + "\"}}}";
}

bool soon(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(Millis{10});
  }
  return true;
}

// A running agent; ended and reaped when the object goes.
class AgentProcess {
 public:
  AgentProcess(const std::filesystem::path& folder, std::vector<std::string> arguments) : out_(folder / "agent.out") {
    std::filesystem::remove(out_);
    const base::Descriptor output{open(out_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0644)};
    arguments.insert(arguments.begin(), {TRUNKLINE_BIN_DIR "/flag-agent", "--listen", "127.0.0.1:0"});
    child_.emplace(base::Child::start({.argv = std::move(arguments)}, output).value());
    EXPECT_TRUE(soon([&] { return !url().empty(); })) << base::read_file(out_).value_or("");
  }
  ~AgentProcess() { EXPECT_EQ(stop(), (base::ExitStatus{0, 0})); }

  base::ExitStatus stop() {
    child_->signal_group(SIGTERM);
    EXPECT_TRUE(soon([&] { return child_->poll().has_value(); }));
    return child_->poll().value_or(base::ExitStatus{-1, 0});
  }

  std::string url() const {
    constexpr std::string_view kStart = "{\"listening\":\"";
    const std::string text = base::read_file(out_).value_or("");
    const size_t start = text.find(kStart);
    const size_t end = start == std::string::npos ? start : text.find('"', start + kStart.size());
    if (end == std::string::npos) return "";
    return "http://" + text.substr(start + kStart.size(), end - start - kStart.size());
  }
  std::string get(const std::string& path) {
    const auto response = base::get(*http_, url() + path);
    return response ? std::to_string(response->status) + " " + response->body : to_string(response.error());
  }
  bool serves(const std::string& text) {
    return soon([&] { return get("/v1/flagset").find(text) != std::string::npos; });
  }

 private:
  std::filesystem::path out_;
  std::optional<base::Child> child_;
  std::unique_ptr<base::HttpClient> http_ = base::make_http_client();
};

class AgentTest : public testing::Test {
 protected:
  void commit(const std::string& text) {
    auto repository = base::Repository::open_or_init_bare(path("flags.git")).value();
    const auto tip = repository.tip("main");
    ASSERT_TRUE(repository.commit_file("main", {tip.value_or(""), "flags/flags.json", text, kAda, "change"}));
  }
  std::string path(const std::string& name) { return (folder_.path() / name).string(); }
  std::vector<std::string> on_git() {
    return {"--source",        "git:" + path("flags.git") + "#main:flags/flags.json",
            "--cache-dir",     path("cache"),
            "--poll-interval", "100ms"};
  }

  base::TempFolder folder_ = base::TempFolder::make("agent-system-test").value();
};

TEST_F(AgentTest, FollowsTheBranchWithinThePollInterval) {
  commit(flags_with("temporary"));
  AgentProcess agent(folder_.path(), on_git());
  ASSERT_TRUE(agent.serves("\"temporary\"}"));
  EXPECT_EQ(agent.get("/readyz").substr(0, 3), "200");
  const auto before = std::chrono::steady_clock::now();
  commit(flags_with("permanent"));
  ASSERT_TRUE(agent.serves("\"permanent\"}"));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{5});
}

TEST_F(AgentTest, KeepsTheLastGoodSetAfterABrokenCommit) {
  commit(flags_with("temporary"));
  AgentProcess agent(folder_.path(), on_git());
  ASSERT_TRUE(agent.serves("\"temporary\"}"));
  commit("{broken");
  ASSERT_TRUE(soon([&] { return agent.get("/metrics").find("main:flags/flags.json\"} 0\n") != std::string::npos; }));
  EXPECT_TRUE(agent.serves("\"temporary\"}"));
  EXPECT_EQ(agent.get("/readyz").substr(0, 3), "200");
  commit(flags_with("permanent"));
  EXPECT_TRUE(agent.serves("\"permanent\"}"));
}

TEST_F(AgentTest, OutlivesItsSourceAndStartsFromDiskWithoutIt) {
  commit(flags_with("permanent"));
  {
    AgentProcess agent(folder_.path(), on_git());
    ASSERT_TRUE(agent.serves("\"permanent\"}"));
    std::filesystem::remove_all(path("flags.git"));
    ASSERT_TRUE(soon([&] { return agent.get("/metrics").find("main:flags/flags.json\"} 0\n") != std::string::npos; }));
    EXPECT_TRUE(agent.serves("\"permanent\"}"));
  }
  AgentProcess again(folder_.path(), on_git());
  EXPECT_TRUE(again.serves("\"permanent\"}"));
  EXPECT_EQ(again.get("/readyz").substr(0, 3), "200");
}

TEST_F(AgentTest, StartsWithoutAnythingAndBecomesReadyWhenTheSourceComes) {
  AgentProcess agent(folder_.path(), on_git());
  EXPECT_TRUE(soon([&] { return agent.get("/readyz").find("no flags yet from git:") != std::string::npos; }));
  EXPECT_EQ(agent.get("/v1/flagset").substr(0, 3), "503");
  commit(flags_with("permanent"));
  EXPECT_TRUE(agent.serves("\"permanent\"}"));
}

TEST_F(AgentTest, FollowsAFile) {
  ASSERT_TRUE(base::write_file_atomically(path("f.yaml"), "flags: {}\n"));
  AgentProcess agent(folder_.path(), {"--source", "file:" + path("f.yaml")});
  ASSERT_TRUE(agent.serves("200 {\"flags\":{}}"));
  ASSERT_TRUE(base::write_file_atomically(path("f.yaml"), flags_with("permanent")));
  EXPECT_TRUE(agent.serves("\"permanent\"}"));
}

TEST_F(AgentTest, RefusesWrongOptionsWithExitCode2) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--source", "ftp:x"},
                                                {"--sauce", "file:x"},
                                                {},
                                                {"--source", "file:x", "--listen", "nonsense"}}) {
    std::vector<std::string> argv = wrong;
    argv.insert(argv.begin(), TRUNKLINE_BIN_DIR "/flag-agent");
    const auto output = base::run_process({.argv = argv}, std::chrono::seconds{10}).value();
    EXPECT_EQ(output.status.code, 2) << output.err;
    EXPECT_TRUE(output.err.starts_with("flag-agent: error: ")) << output.err;
    EXPECT_EQ(output.out, "");
  }
}

TEST_F(AgentTest, GivesTheClientItsFlagsAndItsChanges) {
  commit(flags_with("temporary"));
  const std::unique_ptr<Client> early = Client::start({.agent_url = "http://127.0.0.1:1", .poll_interval = Millis{50}});
  EXPECT_EQ(early->get_int("redirect-status", {}, 307), 307) << "the code's default without an agent";
  EXPECT_EQ(early->int_details("redirect-status", {}, 307).error_code, ErrorCode::provider_not_ready);
  std::unique_ptr<Client> client;
  {
    AgentProcess agent(folder_.path(), on_git());
    client = Client::start({agent.url(), Millis{50}, path("client.json")});
    ASSERT_TRUE(soon([&] { return client->get_int("redirect-status", {}, 307) == 302; }));
    EXPECT_TRUE(soon([&] { return client->state() == ClientState::ready; }));
    commit(flags_with("permanent"));
    ASSERT_TRUE(soon([&] { return client->get_int("redirect-status", {}, 307) == 301; }));
    const auto details = client->int_details("redirect-status", {}, 307);
    EXPECT_EQ(details.variant, "permanent");
    EXPECT_EQ(details.reason, Reason::statically);
    EXPECT_EQ(client->get_string("redirect-status", {}, "none"), "none") << "another type";
  }
  EXPECT_TRUE(soon([&] { return client->state() == ClientState::stale; }));
  EXPECT_EQ(client->get_int("redirect-status", {}, 307), 301);
  const auto next = Client::start({"http://127.0.0.1:1", Millis{50}, path("client.json")});
  EXPECT_EQ(next->get_int("redirect-status", {}, 307), 301) << "from disk, at once";
}

}  // namespace
}  // namespace trunkline::flags

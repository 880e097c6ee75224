#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/core/files.h"
#include "base/core/process.h"
#include "base/core/text.h"
#include "flags/agent/access/access.h"

// The commands of docs/flags.md work as they stand there.
namespace trunkline::flags {
namespace {

// The indented blocks of those sections, one after the other.
std::string blocks_of(const std::string& page, const std::vector<std::string>& sections) {
  std::string script;
  bool wanted = false;
  for (const std::string_view line : base::split(page, '\n')) {
    if (line.starts_with("## ")) {
      wanted = std::find(sections.begin(), sections.end(), line.substr(3)) != sections.end();
    } else if (wanted && line.starts_with("    ")) {
      script.append(line.substr(4)) += '\n';
    }
  }
  return script;
}

// One that nobody uses now.
std::string free_port() {
  const base::Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  return std::to_string(ntohs(address.sin_port));
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// Runs the page's commands as a new user would, and gives what they print.
std::string run_page(const std::string& name, const std::vector<std::string>& sections) {
  const auto folder = base::TempFolder::make("flags-page-test").value();
  std::string script = blocks_of(base::read_file(TRUNKLINE_SOURCE_DIR "/docs/" + name).value(), sections);
  EXPECT_NE(script.find("flag-agent --source"), std::string::npos);
  // The page's ports may be somebody else's here.
  const std::string port = free_port();
  const std::string appconfig = free_port();
  replace_all(script, "127.0.0.1:8016", "127.0.0.1:" + port);
  replace_all(script, "127.0.0.1:2772", "127.0.0.1:" + appconfig);
  replace_all(script, "--appconfig-listen", "--appconfig-listen 127.0.0.1:" + appconfig);
  replace_all(script, "flag-agent --source", "flag-agent --listen 127.0.0.1:" + port + " --source");
  script = "set -euo pipefail\ntrap 'kill $(jobs -p)' EXIT\n" + script;
  const std::map<std::string, std::string> environment = {
      {"PATH", std::string(TRUNKLINE_BIN_DIR) + ":" + std::getenv("PATH")},
      {"HOME", folder.path().string()},
      {"GIT_AUTHOR_NAME", "Ada"},
      {"GIT_AUTHOR_EMAIL", "ada@example.org"},
      {"GIT_COMMITTER_NAME", "Ada"},
      {"GIT_COMMITTER_EMAIL", "ada@example.org"}};
  const auto output = base::run_process(
      {.argv = {"bash", "-c", script}, .environment = environment, .folder = folder.path()}, std::chrono::seconds{60});
  EXPECT_TRUE(output && output->status.ok()) << (output ? output->out + output->err : "");
  return output ? output->out : "";
}

void expect_parts(const std::string& out, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) EXPECT_NE(out.find(part), std::string::npos) << part << "\n" << out;
}

TEST(FlagsPage, HoldsCommandsThatWork) {
  expect_parts(run_page("flags.md", {"Five minutes", "In your language", "Checking flags", "Old flags"}),
               {"\"redirect-status\"", "redirect-status = 301 (STATIC, variant permanent)", "new-page  off   on",
                R"({"key":"redirect-status","reason":"STATIC","variant":")", "2 of 2 examples hold", "1 file: 0 errors",
                "page.cpp:2:22: if (flags.get_bool", "everybody has on", "{\n  return new_page();\n}\n",
                "new-page: removed in commit"});
}

TEST(TokensPage, ShowsAFileThatIsRead) {
  const std::string page = base::read_file(TRUNKLINE_SOURCE_DIR "/docs/formats/agent-tokens.md").value();
  std::string file;
  for (const std::string_view line : base::split(page, '\n')) {
    if (line.starts_with("    ")) file.append(line.substr(4)) += '\n';
  }
  const auto access = Access::parse(file, "agent-tokens.md");
  ASSERT_TRUE(access) << to_string(access.error());
  EXPECT_TRUE(access->authorize("Bearer a-long-random-text-that-only-ops-has").value()->may_override);
}

TEST(AgentPage, HoldsCommandsThatWork) {
  expect_parts(run_page("flag-agent.md", {"What it serves"}),
               {R"({"status":"ready"})", R"({"key":"new-page","reason":"TARGETING_MATCH","variant":"on","value":true})",
                "ETag: \"", R"("eventStreams":[{"type":"sse","url":"http://127.0.0.1:)", R"({"enabled":true})",
                "ok               1        0s  -"});
}

}  // namespace
}  // namespace trunkline::flags

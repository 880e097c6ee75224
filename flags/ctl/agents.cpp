#include "flags/ctl/agents.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <thread>

#include "base/core/files.h"
#include "base/core/text.h"
#include "base/http/client.h"

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Result;

constexpr base::ClientOptions kHttp{.connect_timeout = base::Millis{1000}, .timeout = base::Millis{1500}};
constexpr size_t kAtOnce = 64;

std::vector<std::string> split_urls(const std::vector<std::string>& texts) {
  std::vector<std::string> urls;
  for (const std::string& text : texts) {
    for (std::string_view url : base::split(text, ',')) {
      url = base::trim(url);
      while (url.ends_with('/')) url.remove_suffix(1);
      if (!url.empty()) urls.emplace_back(url);
    }
  }
  return urls;
}

Result<base::Json> read_answer(const Result<base::Response>& response) {
  if (!response) return base::fail(response.error());
  auto body = base::parse_json(response->body);
  if (response->status / 100 == 2) return body;
  const std::string detail = body ? base::string_or(*body, "detail") : "";
  const char* hint = response->status == 401 ? "it wants a token (--token-file)" : "no reason given";
  const bool is_denied = response->status == 401 || response->status == 403;
  return base::fail(response->status == 404 ? Kind::not_found
                    : is_denied             ? Kind::denied
                                            : Kind::unavailable,
                    fmt::format("the agent answered {}: {}", response->status, detail.empty() ? hint : detail));
}

}  // namespace

void add_agents_options(base::cli::Command& command, AgentsOptions& options) {
  command.option("--agents", options.urls, "URL", "the agents, e.g. http://127.0.0.1:8016")
      .many()
      .environment("TRUNKLINE_AGENTS")
      .option("--token-file", options.token_file, "FILE", "holds the bearer token for the agents")
      .environment("TRUNKLINE_AGENT_TOKEN_FILE");
}

Result<std::vector<AgentAnswer>> ask_agents(const AgentsOptions& options, const std::string& target,
                                            base::Request request) {
  const std::vector<std::string> urls = split_urls(options.urls);
  if (urls.empty()) return base::fail(Kind::usage, "expected --agents URL... (or TRUNKLINE_AGENTS)");
  if (options.token_file) {
    auto token = base::read_file(*options.token_file);
    if (!token) return base::fail(Kind::usage, fmt::format("--token-file: {}", to_string(token.error())));
    request.headers.set("Authorization", fmt::format("Bearer {}", base::trim(*token)));
  }
  std::vector<AgentAnswer> answers;
  for (const std::string& url : urls) answers.push_back({url, base::Json()});
  const auto client = base::make_http_client(kHttp);
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  for (size_t i = 0; i < std::min(kAtOnce, urls.size()); ++i) {
    threads.emplace_back([&] {
      for (size_t at = next++; at < urls.size(); at = next++) {
        answers[at].body = read_answer(client->send(urls[at] + target, request));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return answers;
}

}  // namespace trunkline::flags

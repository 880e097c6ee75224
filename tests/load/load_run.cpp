#include "tests/load/load_run.h"

#include <atomic>
#include <fmt/format.h>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "base/core/files.h"
#include "base/core/signals.h"
#include "base/http/url.h"
#include "tests/load/connection.h"
#include "tests/load/links.h"
#include "tests/load/statistics.h"

namespace trunkline::load {
namespace {

constexpr base::Millis kReportInterval{200};
constexpr base::Millis kLongestSleep{50};  // how soon the end is noticed

class Run {
 public:
  Run(const LoadOptions& options, const base::Url& url, Links links)
      : options_(options), url_(url), links_(std::move(links)), start_(std::chrono::steady_clock::now()) {
    for (int64_t i = 0; i < options_.connections; ++i) workers_.push_back(std::make_unique<Worker>());
    for (const auto& worker : workers_) worker->thread = std::thread([this, &w = *worker] { work(w); });
  }

  ~Run() { end(); }

  // After this no request is sent any more; those under way are waited for.
  void end() {
    ended_ = true;
    for (const auto& worker : workers_) {
      if (worker->thread.joinable()) worker->thread.join();
    }
  }

  base::Result<> write_report() {
    Statistics sum;
    for (const auto& worker : workers_) {
      const std::lock_guard lock(worker->mutex);
      sum.merge(worker->statistics);
    }
    return base::write_file_atomically(options_.report, base::to_pretty_text(sum.report()));
  }

 private:
  struct Worker {
    std::mutex mutex;
    Statistics statistics;
    std::thread thread;
  };

  // False when the run ends before `due`.
  bool wait_until(base::SteadyTime due) const {
    for (;;) {
      if (ended_) return false;
      const auto now = std::chrono::steady_clock::now();
      if (now >= due) return true;
      std::this_thread::sleep_until(std::min(due, now + kLongestSleep));
    }
  }

  void work(Worker& worker) {
    Connection connection(url_.host, url_.port, options_.timeout);
    std::mt19937_64 random(std::random_device{}());
    for (;;) {
      const std::uint64_t number = next_++;
      const base::SteadyTime due =
          start_ + std::chrono::nanoseconds(1'000'000'000 * number / static_cast<std::uint64_t>(options_.rate));
      const bool is_last = options_.duration.count() > 0 && due >= start_ + options_.duration;
      if (is_last || !wait_until(due)) return;
      const Sample sample = ask(connection, random() % links_.size(), due);
      const std::lock_guard lock(worker.mutex);
      worker.statistics.add(sample, options_.slow_over);
    }
  }

  Sample ask(Connection& connection, size_t link, base::SteadyTime due) const {
    const std::string path = fmt::format("/{}", links_.code(link));
    Sample sample;
    const auto answer = connection.get(path, sample.retried);
    sample.latency = std::chrono::steady_clock::now() - due;
    if (!answer) {
      sample.failure = fmt::format("{}: {}", path, answer.error().message);
      return sample;
    }
    sample.status = answer->status;
    sample.met_fault = answer->has_fault;
    if (answer->status != 301 && answer->status != 302) {
      sample.failure = fmt::format("{}: status {}", path, answer->status);
    } else if (answer->location != links_.url(link)) {
      sample.failure = fmt::format("{}: Location {}, expected {}", path, answer->location, links_.url(link));
    }
    return sample;
  }

  const LoadOptions& options_;
  const base::Url& url_;
  const Links links_;
  const base::SteadyTime start_;
  std::atomic<std::uint64_t> next_{0};
  std::atomic<bool> ended_{false};
  std::vector<std::unique_ptr<Worker>> workers_;
};

base::Result<> check(const LoadOptions& options) {
  const auto refuse = [](const char* message) { return base::fail(base::Kind::usage, message); };
  if (options.url.empty() || options.links.empty() || options.report.empty()) {
    return refuse("--url, --links and --report are needed");
  }
  if (options.rate < 1 || options.rate > 100'000) return refuse("--rate: expected 1 to 100000");
  if (options.connections < 1 || options.connections > 4096) return refuse("--connections: expected 1 to 4096");
  return {};
}

}  // namespace

base::Result<int> run_load(const LoadOptions& options) {
  TRY(check(options));
  TRY_ASSIGN(const base::Url url, base::parse_url(options.url));
  TRY_ASSIGN(Links links, Links::read(options.links));
  base::hold_termination_signals();
  const bool is_endless = options.duration.count() == 0;
  const auto end = std::chrono::steady_clock::now() + options.duration;
  Run run(options, url, std::move(links));
  while (is_endless || std::chrono::steady_clock::now() < end) {
    if (base::wait_for_termination(kReportInterval)) break;
    TRY(run.write_report());
  }
  run.end();
  TRY(run.write_report());
  return 0;
}

}  // namespace trunkline::load

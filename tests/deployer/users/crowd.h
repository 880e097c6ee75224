#pragma once

#include <array>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/core/clock.h"

namespace trunkline::deployer {

// What users do. A websocket is one request that lasts.
enum class Talk { get, post, stream, socket };
constexpr std::array kTalks{Talk::get, Talk::post, Talk::stream, Talk::socket};
std::string_view to_string(Talk talk);

struct Tally {
  int64_t sent = 0;
  int64_t ok = 0;
  std::vector<std::string> failures;  // no 2xx, cut short, another text than was expected
};

// A websocket that the other side ended.
struct Goodbye {
  std::string instance;  // ADDRESS:PORT that it led to
  base::WallTime at;
};

// Users of a talker behind a load balancer, at fixed rates: a request is sent when its time has come, whether or not
// those before it were answered. Each of its threads has a kept-alive connection and every n-th request, and more time
// for it than it takes. A second: 100 short GETs, 8 POSTs whose body takes a second, 8 answers that take a second. And
// 18 websockets that say something each 100 ms and begin anew when they are ended; six of them also by themselves,
// each fourth time after 4 s, else after 0.4 s.
class Crowd {
 public:
  explicit Crowd(const std::string& front);  // ADDRESS:PORT
  ~Crowd() { end(); }
  Crowd(const Crowd&) = delete;

  // Sends nothing more, and returns when what is under way has ended.
  void end();

  // Of so far; whole once it has ended.
  Tally tally(Talk talk) const;
  std::vector<Goodbye> goodbyes() const;

 private:
  void begin(Talk talk, int a_second, int threads);
  void ask(Talk talk, base::SteadyTime first, base::Millis every, const std::stop_token& stop);
  void keep_talking(int socket, const std::stop_token& stop);
  // Says something again and again until then, or until the other side ends it.
  void chat(base::SteadyTime until, const std::stop_token& stop);
  void count(Talk talk, const std::string& failure);  // "": it went well

  const std::string front_;
  mutable std::mutex mutex_;
  std::array<Tally, kTalks.size()> tallies_;
  std::vector<Goodbye> goodbyes_;
  std::vector<std::jthread> threads_;
};

}  // namespace trunkline::deployer

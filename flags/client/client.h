#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/json.h"
#include "flags/evaluation/context.h"
#include "flags/evaluation/evaluation.h"

// Feature flags in a program. The flags come from the flag-agent of the host and are evaluated in this process, so a
// read costs well under a microsecond and works while the agent is away.
namespace trunkline::flags {

struct ClientOptions {
  std::string agent_url;  // "http://127.0.0.1:8016" or "unix:/run/flag-agent.sock:"
  base::Millis poll_interval{2000};
  std::filesystem::path cache_file{};  // the last good flags, for a start without the agent; empty: none
};

// OpenFeature's provider states.
enum class ClientState {
  not_ready,  // no answer of the agent yet and nothing on disk: the code's defaults apply
  ready,
  stale,  // flags are there, but the agent does not answer now
  error,  // no flags, and the agent does not answer
};
std::string_view to_string(ClientState state);  // NOT_READY, READY, STALE, ERROR

// A value and how it came about.
template <typename T>
struct Details {
  T value;              // the flag's, or the fallback
  std::string variant;  // empty: none
  Reason reason = Reason::error;
  std::optional<ErrorCode> error_code;
  base::JsonObject metadata;  // of the flag
};

// Reads flags, from any thread and without locks. Nothing here throws or waits: where a flag is missing, disabled, of
// another type or not known yet, the fallback is the answer.
class Client {
 public:
  // Reads the cache file if there is one, starts polling in a thread of its own, and returns at once.
  static std::unique_ptr<Client> start(ClientOptions options);

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();  // ends the thread; waits for a request that is under way, 2.5 s at most

  bool get_bool(std::string_view key, const EvaluationContext& context, bool fallback) const noexcept;
  std::string get_string(std::string_view key, const EvaluationContext& context,
                         std::string_view fallback) const noexcept;
  int64_t get_int(std::string_view key, const EvaluationContext& context, int64_t fallback) const noexcept;
  double get_double(std::string_view key, const EvaluationContext& context, double fallback) const noexcept;

  Details<bool> bool_details(std::string_view key, const EvaluationContext& context, bool fallback) const noexcept;
  Details<std::string> string_details(std::string_view key, const EvaluationContext& context,
                                      std::string_view fallback) const noexcept;
  Details<int64_t> int_details(std::string_view key, const EvaluationContext& context, int64_t fallback) const noexcept;
  Details<double> double_details(std::string_view key, const EvaluationContext& context,
                                 double fallback) const noexcept;

  ClientState state() const noexcept;

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace trunkline::flags

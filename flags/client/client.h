#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/json.h"
#include "flags/client/details.h"
#include "flags/client/event.h"
#include "flags/client/hook.h"
#include "flags/evaluation/context.h"
#include "flags/evaluation/evaluation.h"

// Feature flags in a program. The flags come from the flag-agent of the host and are evaluated in this process, so a
// read costs well under a microsecond and works while the agent is away.
namespace trunkline::flags {

struct ClientOptions {
  std::string agent_url{};             // "http://127.0.0.1:8016" or "unix:/run/flag-agent.sock:"
  base::Millis poll_interval{2000};    // where the agent does not wait
  std::filesystem::path cache_file{};  // the last good flags, for a start without the agent; empty: none
  base::Millis wait{30'000};           // how long the agent may wait for a change, in whole seconds; 0: it is polled
  std::string token{};                 // sent as a bearer token; empty: none
  std::string flag_set{};              // only the flags with this flagSetId; empty: all
  EvaluationContext context{};         // lies under the context of every call
  std::vector<std::shared_ptr<Hook>> hooks{};
};

// OpenFeature's provider states.
enum class ClientState {
  not_ready,  // no flags of the agent yet and none on disk: the code's defaults apply
  ready,
  stale,  // flags are there, but the agent does not answer now
  error,  // no flags, and the agent does not answer; or, with flags or without, it refuses the token
};
std::string_view to_string(ClientState state);  // NOT_READY, READY, STALE, ERROR

// Reads flags, from any thread and without locks. No read throws or waits: where a flag is missing, disabled, of
// another type or not known yet, the fallback is the answer. Without hooks and a context in the options, a bool, int or
// double takes nothing from the heap.
class Client {
 public:
  // Reads the cache file if there is one, starts asking the agent in a thread of its own, and returns at once.
  static std::unique_ptr<Client> start(ClientOptions options);

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();  // ends the request that is under way and the thread, which takes well under a second

  bool get_bool(std::string_view key, const EvaluationContext& context, bool fallback) const noexcept;
  std::string get_string(std::string_view key, const EvaluationContext& context,
                         std::string_view fallback) const noexcept;
  int64_t get_int(std::string_view key, const EvaluationContext& context, int64_t fallback) const noexcept;
  double get_double(std::string_view key, const EvaluationContext& context, double fallback) const noexcept;
  // Of a flag whose value is a JSON object; the fallback may be any.
  base::Json get_object(std::string_view key, const EvaluationContext& context,
                        const base::Json& fallback) const noexcept;

  Details<bool> bool_details(std::string_view key, const EvaluationContext& context, bool fallback) const noexcept;
  Details<std::string> string_details(std::string_view key, const EvaluationContext& context,
                                      std::string_view fallback) const noexcept;
  Details<int64_t> int_details(std::string_view key, const EvaluationContext& context, int64_t fallback) const noexcept;
  Details<double> double_details(std::string_view key, const EvaluationContext& context,
                                 double fallback) const noexcept;
  Details<base::Json> object_details(std::string_view key, const EvaluationContext& context,
                                     const base::Json& fallback) const noexcept;

  ClientState state() const noexcept;
  // Why the state is not READY, for people; empty where there is nothing to say. Never holds the token.
  std::string state_message() const;
  // False if the state is not READY by then. Not to be called by a handler of events.
  bool wait_until_ready(base::Millis timeout) const;

  // Calls `handler` for every event from now on, in the client's own thread. Where the state is READY, STALE or ERROR
  // already it is told so at once, in this thread.
  HandlerId on_event(EventHandler handler);
  // Afterwards the handler is not called any more; waits for a call that is under way in another thread.
  void remove_handler(HandlerId id);

 private:
  friend class InMemoryFlags;
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace trunkline::flags

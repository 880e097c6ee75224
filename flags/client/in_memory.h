#pragma once

#include <memory>
#include <mutex>
#include <string_view>

#include "base/core/json.h"
#include "base/core/result.h"
#include "flags/client/client.h"

namespace trunkline::flags {

// Flags for the tests of a program, without an agent, a network or a thread:
//
//     InMemoryFlags flags;
//     flags.set("new-page", true);
//     render(flags.client());
//
// READY from the start. Every change is seen by the next read and told to the client's handlers in the thread that
// makes it. Thread-safe.
class InMemoryFlags {
 public:
  // Of the options only context and hooks are looked at.
  explicit InMemoryFlags(const ClientOptions& options = {});
  ~InMemoryFlags();

  // Lives as long as this object.
  Client& client() { return *client_; }

  // Everybody gets `value`, whatever the flag was before.
  void set(std::string_view key, base::Json value);
  // Replaces all flags by those of a flag file (JSON). Kind::invalid if it is none or one of its flags is wrong, and
  // then nothing changes.
  base::Result<> set_document(std::string_view json);
  void remove(std::string_view key);

  // What the client says of itself, as if the agent had gone or come back; the next change of flags makes it READY. The
  // flags stay.
  void set_state(ClientState state, std::string_view message = "");

 private:
  void erase(std::string_view key);
  void publish();

  std::recursive_mutex mutex_;  // recursive: a handler may change flags
  base::Json document_;
  std::unique_ptr<Client> client_;
};

}  // namespace trunkline::flags

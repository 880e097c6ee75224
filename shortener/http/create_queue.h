#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/http/reply.h"
#include "shortener/http/settings.h"
#include "shortener/store/link_store.h"

namespace trunkline::shortener {

// A checked wish for a link.
struct NewLink {
  std::string url;
  std::string alias;      // "" for a generated code
  std::string short_url;  // without the code: "http://host/", or "/"
};

// {code,url,short_url,created_at}
base::Json link_json(const Link& link, const std::string& short_url_prefix);

// Writes links on a thread of its own: a commit waits for the disk, and for other processes, and no server thread shall
// wait with it. Thread-safe.
class CreateQueue {
 public:
  using Random = std::function<std::uint64_t()>;

  // `store` and `flags` outlive this. `random` is called on the queue's thread.
  CreateQueue(LinkStore& store, const FlagReader& flags, const base::Clock& clock, Random random);
  // Refuses what is waiting, and does not wait for the store any longer.
  ~CreateQueue();
  CreateQueue(const CreateQueue&) = delete;

  // Answers 201 once the link is durable, 409 if the alias is taken, 503 if the store does not take it, too many are
  // waiting, or kLongestLockWait has passed since the request came. Nothing is stored for a client that has waited for
  // a second and then hung up.
  void add(NewLink wish, base::Reply reply);

 private:
  struct Waiting {
    NewLink wish;
    base::Reply reply;
  };

  void work();
  // Empty, or the reason to refuse it now.
  std::string_view refusal(const Waiting& waiting) const;
  base::Response create(const NewLink& wish, const KeepWaiting& keep_waiting);
  base::Result<std::string> new_code(const KeepWaiting& keep_waiting);
  base::Result<std::string> draw_code(const KeepWaiting& keep_waiting);

  LinkStore& store_;
  const FlagReader& flags_;
  const base::Clock& clock_;
  Random random_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace trunkline::shortener

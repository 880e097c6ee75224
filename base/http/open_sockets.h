#pragma once

#include <map>
#include <mutex>

namespace trunkline::base {

// The sockets that a client has open, so that another thread can end what goes on in them. Whoever owns a descriptor
// removes it before closing it: a number that is used again is never shut down. Thread-safe. Private to the client.
class OpenSockets {
 public:
  // `how` as of shutdown(2). False after shut_down(), and then nothing was added.
  bool add(int fd, int how);
  void remove(int fd);

  // Ends every read and connect that waits in one of them, from now on and for ever.
  void shut_down();
  bool is_shut_down() const;

 private:
  mutable std::mutex mutex_;
  std::map<int, int> open_;
  bool shut_down_ = false;
};

}  // namespace trunkline::base

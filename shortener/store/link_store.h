#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "shortener/links/link.h"

namespace trunkline::shortener {

// Many links in one transaction. Nothing is kept unless commit() succeeds. For one thread.
class BulkWriter {
 public:
  virtual ~BulkWriter() = default;
  // False if the code is taken, in the store or earlier in this transaction; nothing is written then.
  virtual base::Result<bool> add(const Link& link) = 0;
  // Writes over the link with this code.
  virtual base::Result<> replace(const Link& link) = 0;
  virtual base::Result<> commit() = 0;
};

// Says whether to go on waiting for a lock that another process holds; asked again and again while the wait lasts.
using KeepWaiting = std::function<bool()>;

// How long a read waits for such a lock.
constexpr base::Millis kLongestLockWait{5000};

// Where links are kept. Thread-safe; several processes may share one. Failures: Kind::unavailable when the store stays
// locked for as long as the caller waits, io when it cannot be read or written, and what the functions say.
class LinkStore {
 public:
  virtual ~LinkStore() = default;

  // Kind::not_found.
  virtual base::Result<Link> find(std::string_view code) = 0;

  // Kind::conflict if the code is taken. When it returns, the link survives a power cut.
  virtual base::Result<> add(const Link& link, const KeepWaiting& keep_waiting) = 0;

  // A number that was never given before, counting from 1.
  virtual base::Result<std::uint64_t> next_number(const KeepWaiting& keep_waiting) = 0;

  // Whether it can be read and has the form this program knows; Kind::unavailable with the reason.
  virtual base::Result<> check() = 0;

  virtual base::Result<std::unique_ptr<BulkWriter>> bulk_writer() = 0;
};

// `name` is sqlite:PATH; the file is made if it is not there, its folder is not. Kind::usage for another form,
// unavailable where it cannot be opened, is no store or one of a later version.
base::Result<std::unique_ptr<LinkStore>> open_store(std::string_view name);

}  // namespace trunkline::shortener

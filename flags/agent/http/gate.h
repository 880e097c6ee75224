#pragma once

#include <memory>
#include <tl/expected.hpp>

#include "base/http/message.h"
#include "flags/agent/access/access.h"
#include "flags/agent/access/rate_limit.h"
#include "flags/agent/store/flag_store.h"

namespace trunkline::flags {

// A request that was let in.
struct Visit {
  const Caller* caller;
  Selection selection;  // of what the caller may see, what they asked for
};

// Lets requests in, or answers them. Thread-safe.
class Gate {
 public:
  // The references outlive this.
  Gate(const Access& access, RateLimit& limit, const FlagStore& store, const base::Clock& clock)
      : access_(access), limit_(limit), store_(store), clock_(clock) {}

  // 401 and 403 without a body, as OFREP has it; 400 for a selector that is not flagSetId=ID; 429 with Retry-After.
  tl::expected<Visit, base::Response> admit(const base::Request& request) const;
  // The same for an event stream, which a ticket in the query may open too.
  tl::expected<Visit, base::Response> admit_stream(const base::Request& request) const;

  // What the visitor may see; null while there are no flags.
  std::shared_ptr<const View> view(const Visit& visit) const;
  // Whether the caller may see all flags of that key, as one must who asks about overrides: they are in force for each
  // of them. Of a key that there is not only those who see everything know whose it was.
  bool sees(const Caller& caller, std::string_view key) const;
  const FlagStore& store() const { return store_; }

 private:
  tl::expected<Visit, base::Response> select_by_header(const Caller& caller, const base::Request& request) const;
  tl::expected<Visit, base::Response> select(const Caller& caller, const base::Request& request,
                                             std::optional<std::string_view> set_id) const;

  const Access& access_;
  RateLimit& limit_;
  const FlagStore& store_;
  const base::Clock& clock_;
};

}  // namespace trunkline::flags

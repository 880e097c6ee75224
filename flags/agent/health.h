#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/core/json.h"
#include "flags/agent/feed/feed.h"
#include "flags/agent/store/override_board.h"

namespace trunkline::flags {

// How an agent does, in JSON. Thread-safe.
class Health {
 public:
  // The references outlive this.
  Health(const std::vector<std::unique_ptr<Feed>>& feeds, const FlagStore& store, const OverrideBoard& overrides)
      : feeds_(feeds), store_(store), overrides_(overrides) {}

  // What /v1/status answers: {"ready","revision"?,"etag"?,"flags","problems","sources":[{"source","up","age_seconds",
  // "revision"?,"flags"?,"error"?}],"overrides":[{"flag","variant","until","by"?,"reason"?}],"overrides_kept"}.
  // Of the overrides those whose key `sees`.
  base::JsonObject status(const std::function<bool(std::string_view)>& sees) const;

  // What /readyz, which needs no token, adds: which overrides are in force until when, and the sources that are down.
  // Kind::unavailable until each source has given flags, now or from the disk.
  base::Result<base::JsonObject> ready() const;

 private:
  const std::vector<std::unique_ptr<Feed>>& feeds_;
  const FlagStore& store_;
  const OverrideBoard& overrides_;
};

}  // namespace trunkline::flags

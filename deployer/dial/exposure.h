#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/result.h"

// Who meets a revision, and the text of it that HAProxy reads. See docs/formats/dial.md. Pure.
namespace trunkline::deployer {

struct Exposure {
  std::string key;        // the service
  std::string stable;     // the backend of all others
  std::string fresh;      // the backend of `share`
  int share = 0;          // basis points: 10000 are all users
  std::string salt;       // who they are; another one draws other users
  base::Millis lease{0};  // from now on; 0: no end, only with share 0. With share 0 a lease opens the dark preview

  bool operator==(const Exposure&) const = default;
};

// The value of the map's entry, `until:share:salt:stable:new`.
struct DialEntry {
  int64_t until = 0;  // seconds since 1970 in the balancer's clock; 0: no end
  int share = 0;
  std::string salt;
  std::string stable;
  std::string fresh;

  bool operator==(const DialEntry&) const = default;
};

// Kind::invalid for a share out of range or without an end, and for names that the entry cannot hold.
base::Result<> check(const Exposure& exposure);

// `clock`: the balancer's, milliseconds since 1970. The end is never earlier than the lease, and up to 1 s later.
DialEntry entry_for(const Exposure& exposure, int64_t clock);
// The lease is what is left at `clock`, 0 for one that has run out or has no end.
Exposure exposure_of(const std::string& key, const DialEntry& entry, int64_t clock);

std::string to_string(const DialEntry& entry);
base::Result<DialEntry> parse_entry(std::string_view text);

// Whether both show the same to the same users; when it ends does not count, nor does who would be in a share of
// nobody.
bool same_exposure(const DialEntry& a, const DialEntry& b);

}  // namespace trunkline::deployer

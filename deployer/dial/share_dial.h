#pragma once

#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "deployer/dial/exposure.h"

namespace trunkline::deployer {

// What one balancer says of a service's share.
struct ExposureView {
  std::string endpoint;
  std::string text;               // of the entry, as found; "": there is none
  std::optional<Exposure> found;  // if the text is an entry; its lease is what is left of it, 0: run out or without end
  bool leased = false;            // the lease goes on
  base::WallTime clock{};         // the balancer's own
  base::WallTime started{};       // when its process began
  std::optional<base::Error> error;  // it did not answer: nothing above is known
};

// Some of the balancers.
using Endpoints = std::set<std::string>;

// What to do where the entry is not what this dial left there, when it ends apart: somebody else changed it.
enum class Drift { refuse, overwrite };

// How such a difference is told, and what every telling of it begins with.
inline constexpr std::string_view kDrift = "somebody changed ";
std::string drift_text(const std::string& key, const std::string& endpoint, const DialEntry& expected,
                       const std::string& found);

// Which share of the users meets the new revision, for as long as a lease lasts; then the balancers alone send them
// back. Calls block, each answer for a limited time, and are safe to repeat. Thread-safe; one call at a time is served.
class ShareDial {
 public:
  virtual ~ShareDial() = default;

  // Sets every balancer, reads each back; but `behind` ones do not count, and are sent no users to the new side or to
  // another stable one: they may not know whose doors are open there (see Dial::behind). Fails with
  //   conflict     drift, with "expected ... found ...": nothing was written
  //   unavailable, timeout, internal: too few balancers took it. A share above 0 and a change of the stable side need
  //                the quorum. Else all that answer must take it, and those that do not are only noted: their lease
  //                runs out. What some of them took stays until its lease ends
  //   io           the balancers took it, but a reload would not know it: the map's file could not be written
  //   cancelled    before anything was written; invalid: see check(Exposure)
  // and with what the fence says.
  virtual base::Result<> set(const Exposure& exposure, Drift drift, const Endpoints& behind, std::stop_token stop) = 0;

  // Gives what was set last to balancers that did not take it, unless that ends by itself or they are `behind`. Fails
  // as long as one still does not, or shows what somebody else set: its users may be sent where they were before, so
  // nobody may be taken away there.
  virtual base::Result<> catch_up(const Endpoints& behind) = 0;

  // One view a balancer. Fails only if none of them answers. One that was started anew since the last call, and forgot
  // or fell back, is given what this dial set last, to the same end.
  virtual base::Result<std::vector<ExposureView>> read(const std::string& key) = 0;

  // What another process of ours is known to have set last, for the comparison; from its journal.
  virtual void expect(const Exposure& exposure) = 0;

  // What happened that a person should know, since the last call: a balancer did not take a change, or forgot it; and
  // drift, once for each that it is refused for.
  virtual std::vector<std::string> take_notes() = 0;
};

}  // namespace trunkline::deployer

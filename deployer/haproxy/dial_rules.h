#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

// The lines of a frontend that read a share from the map and choose the backend by it. See docs/formats/dial.md. Pure.
namespace trunkline::deployer {

// By what users are told apart.
struct Identify {
  enum class By { cookie, header, source };
  By by = By::cookie;
  std::string name = "uid";  // of the cookie or the header

  bool operator==(const Identify&) const = default;
};

// "cookie:uid", "header:X-User" or "source"; anything else is Kind::usage.
base::Result<Identify> parse_identify(std::string_view text);
std::string to_string(const Identify& identify);

// Whoever sends this header sees the new side while a lease goes on.
struct Preview {
  std::string header = "X-Release";
  std::string value = "canary";

  bool operator==(const Preview&) const = default;
};

// "X-Release: canary"; anything else is Kind::usage.
base::Result<Preview> parse_preview(std::string_view text);

struct DialRules {
  std::string service;  // the key of the entry
  std::string backend;  // its own
  std::string twin;
  std::string map;
  Identify identify;
  Preview preview;
  int floor = 1;  // usable servers of the stable side, below which users of the new one stay there without a lease
};

// Everything but the choice of the backend, without indentation. Where the entry is missing, cannot be read or names
// other backends, all users go where the rules that were there before send them.
std::vector<std::string> rule_lines(const DialRules& rules);

// The line that sends users to the stable side while no server of the other one is usable, so that they are safe with
// no deployer at work. It stands behind all others that choose a side.
std::string fallback_line(const std::string& service);

// The condition under which a request goes to the twin.
std::string to_twin(const DialRules& rules);

// The variable in which the rules keep who the user is: "txn.trunkline_shop_user".
std::string user_variable(const std::string& service);

// The variable in which the rules keep the backend that is chosen: "txn.trunkline_shop_to".
std::string side_variable(const std::string& service);

// How a line that reads the entry of this service begins: what says whether the rules are there.
std::string entry_expression(const std::string& service);

}  // namespace trunkline::deployer

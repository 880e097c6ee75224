#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"

// Words of the rollout file that several parts of it use.
namespace trunkline::deployer {

// A name of letters, digits, - _ and ., at most 64; it also names files and servers.
base::Result<std::string> parse_id(std::string_view text);

// "HOST:PORT".
struct Address {
  std::string host;
  int port = 0;
};
base::Result<Address> parse_address(std::string_view text);

// A share of users, "5", "0.5" or "5%", in hundredths of a percent.
base::Result<int> parse_share(std::string_view text);

// Takes `token` and the blanks around it from the beginning of the text; false, and only blanks are taken, if it is not
// there.
bool take(std::string_view& text, std::string_view token);

// Relative paths start at the rollout file's folder, wherever it is read from.
std::string beside(std::string_view file, const std::string& path);

}  // namespace trunkline::deployer

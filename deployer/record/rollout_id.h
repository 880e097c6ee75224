#pragma once

#include <cctype>
#include <fmt/format.h>
#include <random>
#include <string>

#include "base/core/clock.h"

namespace trunkline::deployer {

// Names one rollout among all: "20261122T101500-3fa2".
inline std::string new_rollout_id(base::WallTime now) {
  std::string time = base::to_iso8601(now).substr(0, 19);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return fmt::format("{}-{:04x}", time, std::random_device{}() & 0xFFFFu);
}

// The salt of its shares: another change draws other users.
inline std::string salt_of(const std::string& rollout_id) {
  std::string salt = rollout_id;
  for (char& c : salt) {
    const auto letter = static_cast<unsigned char>(c);
    c = std::isalnum(letter) != 0 ? static_cast<char>(std::tolower(letter)) : '-';
  }
  return salt;
}

}  // namespace trunkline::deployer

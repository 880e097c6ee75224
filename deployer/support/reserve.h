#pragma once

#include <filesystem>

#include "base/core/result.h"

namespace trunkline::deployer {

constexpr int64_t kReserve = 256 * 1024;  // bytes

// Room on the disk that is kept for the way back: a file that is filled while there is room, and removed when there is
// none.
class Reserve {
 public:
  explicit Reserve(std::filesystem::path file) : file_(std::move(file)) {}

  // Makes the file, or leaves it as it is. Kind::io where there is no room for it.
  base::Result<> fill() const;

  // Removes it if less than so much is free beside it.
  void give_up_if_full() const;
  void give_up() const;

 private:
  const std::filesystem::path file_;
};

}  // namespace trunkline::deployer

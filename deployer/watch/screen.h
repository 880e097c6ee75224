#pragma once

#include <optional>
#include <string>
#include <vector>

namespace trunkline::deployer {

struct ScreenSize {
  size_t width = 80, height = 24;
};

// The terminal's other screen, without a cursor, while the object lives; then the first one is there again as it was.
class Screen {
 public:
  explicit Screen(int fd);
  ~Screen();
  Screen(const Screen&) = delete;

  // As it is now; a terminal that does not say is taken for 80 columns by 24 lines.
  ScreenSize size() const;
  void draw(const std::vector<std::string>& lines) const;

 private:
  void write(const std::string& text) const;

  const int fd_;
};

// Whether this file descriptor is a terminal that a screen can be drawn on: no dumb one.
bool can_draw(int fd);

}  // namespace trunkline::deployer

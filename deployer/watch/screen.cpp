#include "deployer/watch/screen.h"

#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/core/files.h"

namespace trunkline::deployer {
namespace {

// Lines are never wrapped, whatever the terminal makes of a wide character.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr std::string_view kLeave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H", kRestOfLine = "\x1b[K", kRestOfScreen = "\x1b[J";

}  // namespace

Screen::Screen(int fd) : fd_(fd) {
  write(std::string(kEnter));
}

Screen::~Screen() {
  write(std::string(kLeave));
}

ScreenSize Screen::size() const {
  winsize found{};
  if (ioctl(fd_, TIOCGWINSZ, &found) != 0 || found.ws_col == 0 || found.ws_row == 0) return {};
  return {found.ws_col, found.ws_row};
}

// In one write, so that no half of a frame is seen.
void Screen::draw(const std::vector<std::string>& lines) const {
  std::string text(kHome);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) text += "\r\n";
    text += lines[i];
    text += kRestOfLine;
  }
  text += lines.empty() ? "" : "\r\n";
  write(text + std::string(kRestOfScreen));
}

// A terminal that is gone needs no picture.
void Screen::write(const std::string& text) const {
  (void)base::write_all(fd_, text, "the terminal");
}

bool can_draw(int fd) {
  const char* kind = std::getenv("TERM");
  return isatty(fd) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

}  // namespace trunkline::deployer

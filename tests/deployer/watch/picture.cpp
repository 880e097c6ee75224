#include "tests/deployer/watch/picture.h"

#include <algorithm>
#include <fmt/format.h>

#include "deployer/watch/line.h"

namespace trunkline::deployer {
namespace {

constexpr double kColumn = 8.4, kRow = 18, kMargin = 16;

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (c == '&') {
      made += "&amp;";
    } else if (c == '<') {
      made += "&lt;";
    } else if (c == '>') {
      made += "&gt;";
    } else {
      made += c;
    }
  }
  return made;
}

std::string style_of(std::string_view code) {
  if (code == "1") return " fill=\"#f0f6fc\" font-weight=\"bold\"";
  if (code == "2") return " fill=\"#8b949e\"";
  if (code == "31") return " fill=\"#f85149\"";
  if (code == "32") return " fill=\"#3fb950\"";
  if (code == "33") return " fill=\"#d29922\"";
  return "";
}

struct Piece {
  std::string code;
  std::string text;
};

// "\x1b[31mred\x1b[0m plain" as its pieces; those of one colour side by side are one.
std::vector<Piece> pieces_of(std::string_view line) {
  std::vector<Piece> pieces;
  std::string code = "0";
  while (!line.empty()) {
    const size_t escape = std::min(line.find('\x1b'), line.size());
    if (escape > 0) {
      if (pieces.empty() || pieces.back().code != code) pieces.push_back({code, ""});
      pieces.back().text += line.substr(0, escape);
    }
    line.remove_prefix(escape);
    if (line.empty()) break;
    const size_t end = line.find('m');
    code = line.substr(2, end - 2);
    line.remove_prefix(end + 1);
  }
  return pieces;
}

}  // namespace

std::string picture_of(const std::vector<std::string>& lines) {
  size_t columns = 0;
  std::string body;
  for (size_t i = 0; i < lines.size(); ++i) {
    const double y = kMargin + kRow * (static_cast<double>(i) + 0.75);
    size_t column = 0;
    for (const Piece& piece : pieces_of(lines[i])) {
      const size_t width = width_of(piece.text);
      body += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" textLength=\"{:.1f}\"{}>{}</text>\n",
                          kMargin + kColumn * static_cast<double>(column), y, kColumn * static_cast<double>(width),
                          style_of(piece.code), escaped(piece.text));
      column += width;
    }
    columns = std::max(columns, column);
  }
  const double width = 2 * kMargin + kColumn * static_cast<double>(columns);
  const double height = 2 * kMargin + kRow * static_cast<double>(lines.size());
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
      "{1:.0f}\">\n"
      "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>\n"
      "<g font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\" "
      "fill=\"#c9d1d9\" xml:space=\"preserve\">\n{2}</g>\n</svg>\n",
      width, height, body);
}

}  // namespace trunkline::deployer

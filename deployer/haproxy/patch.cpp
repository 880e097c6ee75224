#include "deployer/haproxy/patch.h"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::deployer {
namespace {

constexpr int kContext = 3;

// Edits whose contexts touch make one hunk.
struct Hunk {
  int first = 1;  // line of the old text
  int end = 1;    // behind the last one
  std::vector<Edit> edits;
};

std::vector<Hunk> hunks_of(const std::vector<Edit>& edits, int count) {
  std::vector<Hunk> hunks;
  for (const Edit& edit : edits) {
    const int first = std::max(1, edit.at - kContext), end = std::min(count + 1, edit.at + edit.removed + kContext);
    if (hunks.empty() || first > hunks.back().end) hunks.push_back({first, end, {}});
    hunks.back().end = end;
    hunks.back().edits.push_back(edit);
  }
  return hunks;
}

// Those of one line stay in theirs.
std::vector<Edit> in_order(const std::vector<Edit>& edits) {
  std::vector<Edit> sorted;
  for (const Edit& edit : edits) {
    const auto before = [](const Edit& a, const Edit& b) { return a.at < b.at; };
    sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), edit, before), edit);
  }
  return sorted;
}

// "12,7"; an empty range stands behind the line before it.
std::string range(int first, int count) {
  return fmt::format("{},{}", count == 0 ? first - 1 : first, count);
}

}  // namespace

std::string unified_diff(const std::vector<std::string>& lines, const std::vector<Edit>& edits,
                         const std::string& name) {
  if (edits.empty()) return "";
  std::string text = fmt::format("--- {}\n+++ {}\n", name, name);
  int shift = 0;
  for (const Hunk& hunk : hunks_of(in_order(edits), static_cast<int>(lines.size()))) {
    std::string body;
    int at = hunk.first, grown = 0;
    const auto keep_until = [&](int end) {
      for (; at < end; ++at) body += " " + lines[static_cast<size_t>(at - 1)] + "\n";
    };
    for (const Edit& edit : hunk.edits) {
      keep_until(edit.at);
      for (int i = 0; i < edit.removed; ++i, ++at) body += "-" + lines[static_cast<size_t>(at - 1)] + "\n";
      for (const std::string& line : edit.added) body += "+" + line + "\n";
      grown += static_cast<int>(edit.added.size()) - edit.removed;
    }
    keep_until(hunk.end);
    const int count = hunk.end - hunk.first;
    text += fmt::format("@@ -{} +{} @@\n{}", range(hunk.first, count), range(hunk.first + shift, count + grown), body);
    shift += grown;
  }
  return text;
}

}  // namespace trunkline::deployer

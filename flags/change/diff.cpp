#include "flags/change/diff.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "base/core/text.h"

namespace trunkline::flags {
namespace {

using Lines = std::vector<std::string_view>;

// Without their newlines; a last line that has none says so in the diff.
Lines lines_of(std::string_view text) {
  Lines lines = base::split(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

void append(std::string& out, char mark, const Lines& lines, size_t begin, size_t end, bool ends_in_newline) {
  for (size_t i = begin; i < end; ++i) {
    out += fmt::format("{}{}\n", mark, lines[i]);
    if (i + 1 == lines.size() && !ends_in_newline) out += "\\ No newline at end of file\n";
  }
}

}  // namespace

std::string unified_diff(std::string_view path, std::string_view before, std::string_view after) {
  constexpr size_t kContext = 3;
  if (before == after) return "";
  const Lines a = lines_of(before), b = lines_of(after);
  const size_t shortest = std::min(a.size(), b.size());
  size_t head = 0, tail = 0;
  while (head < shortest && a[head] == b[head]) ++head;
  while (tail < shortest - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  const size_t first = head - std::min(head, kContext);
  const size_t a_last = a.size() - tail, b_last = b.size() - tail;
  const size_t after_context = std::min(tail, kContext);
  const bool a_newline = before.ends_with('\n'), b_newline = after.ends_with('\n');
  std::string out = fmt::format("--- a/{0}\n+++ b/{0}\n@@ -{1},{2} +{1},{3} @@\n", path, first + 1,
                                a_last + after_context - first, b_last + after_context - first);
  append(out, ' ', a, first, head, a_newline);
  append(out, '-', a, head, a_last, a_newline);
  append(out, '+', b, head, b_last, b_newline);
  append(out, ' ', a, a_last, a_last + after_context, a_newline);
  return out;
}

}  // namespace trunkline::flags

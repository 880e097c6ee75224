#include "pipelines/workflow/placeholders.h"

namespace trunkline::pipelines {
namespace {

// Where the braces close; npos with the place of an open string, if one swallowed them.
struct Close {
  size_t at = std::string_view::npos;
  std::optional<size_t> open_string;
};

Close find_close(std::string_view text, size_t at) {
  Close close;
  for (; at < text.size(); ++at) {
    if (text[at] == '\'') {
      close.open_string = close.open_string ? std::nullopt : std::optional(at);
    } else if (!close.open_string && text.substr(at).starts_with("}}")) {
      close.at = at;
      return close;
    }
  }
  return close;
}

}  // namespace

Placeholders find_placeholders(std::string_view text) {
  Placeholders result;
  for (size_t at = 0; (at = text.find("${{", at)) != std::string_view::npos;) {
    const Close close = find_close(text, at + 3);
    if (close.at == std::string_view::npos) {
      result.unclosed = close.open_string ? ExpressionError{*close.open_string, "this string has no closing '"}
                                          : ExpressionError{at, "this ${{ has no }}"};
      return result;
    }
    result.found.push_back({at, close.at + 2, text.substr(at + 3, close.at - at - 3), at + 3});
    at = close.at + 2;
  }
  return result;
}

}  // namespace trunkline::pipelines

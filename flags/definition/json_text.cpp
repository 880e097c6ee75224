#include "flags/definition/json_text.h"

#include "base/core/json.h"

namespace trunkline::flags {
namespace {

// Walks over valid JSON. Every function takes and leaves the place of a token's first byte.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  TextRange root() { return value(space(0)); }

  // The member or item named `step` of the collection at `range`.
  std::optional<TextRange> child(TextRange range, const std::string& step) {
    const char open = text_[range.begin];
    if (open != '{' && open != '[') return std::nullopt;
    size_t at = space(range.begin + 1);
    for (size_t index = 0; at < range.end - 1; ++index) {
      bool wanted = std::to_string(index) == step;
      if (open == '{') {
        const TextRange key = value(at);
        wanted = key_text(key) == step;
        at = space(space(key.end) + 1);  // behind the colon
      }
      const TextRange found = value(at);
      if (wanted) return found;
      at = space(found.end);
      if (at < range.end - 1) at = space(at + 1);  // behind the comma
    }
    return std::nullopt;
  }

 private:
  std::string key_text(TextRange key) const {
    const auto json = base::parse_json(text_.substr(key.begin, key.end - key.begin));
    return json && json->is_string() ? std::string(json->get_string()) : "";
  }

  size_t space(size_t at) const {
    const size_t next = text_.find_first_not_of(" \t\r\n", at);
    return next == std::string_view::npos ? text_.size() : next;
  }

  size_t string_end(size_t at) const {
    for (++at; at < text_.size() && text_[at] != '"'; ++at) {
      if (text_[at] == '\\') ++at;
    }
    return at + 1;
  }

  TextRange value(size_t at) const {
    if (at >= text_.size()) return {text_.size(), text_.size()};
    if (text_[at] == '"') return {at, string_end(at)};
    if (text_[at] != '{' && text_[at] != '[') {
      const size_t end = text_.find_first_of(",]} \t\r\n", at);
      return {at, end == std::string_view::npos ? text_.size() : end};
    }
    size_t end = at;
    for (int depth = 0; end < text_.size();) {
      const char c = text_[end];
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      end = c == '"' ? string_end(end) : end + 1;
      if (depth == 0) break;
    }
    return {at, end};
  }

  std::string_view text_;
};

}  // namespace

std::optional<TextRange> find_json_value(std::string_view text, const std::vector<std::string>& path) {
  Scanner scanner(text);
  std::optional<TextRange> range = scanner.root();
  for (const std::string& step : path) {
    if (range->begin >= text.size()) return std::nullopt;
    range = scanner.child(*range, step);
    if (!range) return std::nullopt;
  }
  return range;
}

}  // namespace trunkline::flags

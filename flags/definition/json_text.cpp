#include "flags/definition/json_text.h"

#include <algorithm>

#include "base/core/json.h"

namespace trunkline::flags {
namespace {

size_t skip_space(std::string_view text, size_t at) {
  const size_t next = text.find_first_not_of(" \t\r\n", at);
  return next == std::string_view::npos ? text.size() : next;
}

size_t string_end(std::string_view text, size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

size_t scalar_end(std::string_view text, size_t at) {
  if (text[at] == '"') return string_end(text, at);
  const size_t end = text.find_first_of(",]} \t\r\n", at);
  return end == std::string_view::npos ? text.size() : end;
}

}  // namespace

// Without recursion: the text may be as deep as it likes.
void JsonPlaces::scan() {
  line_starts_ = {0};
  for (size_t at = text_.find('\n'); at != std::string_view::npos; at = text_.find('\n', at + 1)) {
    line_starts_.push_back(at + 1);
  }
  struct Open {
    size_t node;
    size_t last = 0;  // its last child so far
  };
  std::vector<Open> open;
  TextRange key;
  // Puts a node into the collection that is open.
  const auto add = [&](size_t begin) {
    const size_t index = nodes_.size();
    nodes_.push_back({key, {begin, begin}});
    key = {};
    if (open.empty()) return index;
    (open.back().last == 0 ? nodes_[open.back().node].child : nodes_[open.back().last].next) = index;
    open.back().last = index;
    return index;
  };
  for (size_t at = skip_space(text_, 0); at < text_.size(); at = skip_space(text_, at)) {
    const char c = text_[at];
    if (c == ',' || c == ':') {
      ++at;
    } else if (c == '{' || c == '[') {
      open.push_back({add(at++)});
    } else if (c == '}' || c == ']') {
      if (open.empty()) return;
      nodes_[open.back().node].value.end = ++at;
      open.pop_back();
    } else {
      const size_t end = scalar_end(text_, at);
      const size_t colon = skip_space(text_, end);
      if (c == '"' && colon < text_.size() && text_[colon] == ':') {
        key = {at, end};
      } else {
        nodes_[add(at)].value.end = end;
      }
      at = end;
    }
  }
}

bool JsonPlaces::is_named(const Node& node, const std::string& step) const {
  const std::string_view key = text_.substr(node.key.begin, node.key.end - node.key.begin);
  if (key.find('\\') == std::string_view::npos) return key.substr(1, key.size() - 2) == step;
  const auto json = base::parse_json(key);
  return json && json->is_string() && json->get_string() == step;
}

const JsonPlaces::Node* JsonPlaces::node_at(const std::vector<std::string>& path) {
  if (line_starts_.empty()) scan();
  if (nodes_.empty()) return nullptr;
  size_t at = 0;
  for (const std::string& step : path) {
    const bool is_object = text_[nodes_[at].value.begin] == '{';
    size_t index = 0;
    for (at = nodes_[at].child; at != 0; at = nodes_[at].next, ++index) {
      if (is_object ? is_named(nodes_[at], step) : std::to_string(index) == step) break;
    }
    if (at == 0) return nullptr;
  }
  return &nodes_[at];
}

std::optional<TextRange> JsonPlaces::find(const std::vector<std::string>& path) {
  const Node* node = node_at(path);
  return node == nullptr ? std::nullopt : std::optional(node->value);
}

std::optional<TextRange> JsonPlaces::find_key(const std::vector<std::string>& path) {
  const Node* node = node_at(path);
  if (node == nullptr) return std::nullopt;
  return node->key.end > node->key.begin ? node->key : node->value;
}

base::Position JsonPlaces::position(size_t offset) {
  if (line_starts_.empty()) scan();
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  return {static_cast<int>(next - line_starts_.begin()), static_cast<int>(offset - *(next - 1) + 1)};
}

}  // namespace trunkline::flags

#include "flags/change/text_tree.h"

#include <algorithm>

#include "base/core/json.h"
#include "flags/definition/yaml/document.h"

namespace trunkline::flags {
namespace {

using Form = TextNode::Form;

constexpr std::string_view kSpace = " \t\r\n";

size_t find_or_end(std::string_view text, std::string_view any, size_t at) {
  return std::min(text.find_first_of(any, at), text.size());
}

TextNode scalar_at(size_t begin, size_t end) {
  TextNode node;
  node.begin = begin;
  node.end = end;
  return node;
}

// Walks over valid JSON.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  TextNode value() {
    at_ = skip(at_);
    TextNode node;
    node.begin = at_;
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    if (c == '{' || c == '[') {
      node.form = c == '{' ? Form::flow_mapping : Form::flow_sequence;
      members(node, c == '{' ? '}' : ']');
    } else {
      at_ = c == '"' ? string_end(at_) : find_or_end(text_, ",]} \t\r\n", at_);
    }
    node.end = at_;
    return node;
  }

 private:
  void members(TextNode& node, char close) {
    at_ = skip(at_ + 1);
    while (at_ < text_.size() && text_[at_] != close) {
      TextMember member;
      member.begin = at_;
      member.key = std::to_string(node.members.size());
      if (close == '}') {
        const size_t end = string_end(at_);
        const auto key = base::parse_json(text_.substr(at_, end - at_));
        if (key && key->is_string()) member.key = key->get_string();
        at_ = skip(end) + 1;
      }
      member.value_from = at_;
      member.value = value();
      node.members.push_back(std::move(member));
      at_ = skip(at_);
      if (at_ < text_.size() && text_[at_] == ',') at_ = skip(at_ + 1);
    }
    ++at_;
  }

  size_t string_end(size_t at) const {
    for (++at; at < text_.size() && text_[at] != '"'; ++at) {
      if (text_[at] == '\\') ++at;
    }
    return at + 1;
  }

  size_t skip(size_t at) const { return std::min(text_.find_first_not_of(kSpace, at), text_.size()); }

  std::string_view text_;
  size_t at_ = 0;
};

// Turns the nodes of the YAML reader, which have lines and columns, into ours.
class YamlReader {
 public:
  explicit YamlReader(std::string_view text) : text_(text), lines_{0} {
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') lines_.push_back(i + 1);
    }
  }

  // `from` is where the value may begin: an alias, whose node stands elsewhere, is found by it.
  TextNode value(const base::YamlNode& node, size_t from) const {
    size_t begin = skip_space(text_, from);
    if (begin < text_.size() && text_[begin] == '*') {
      return scalar_at(begin, find_or_end(text_, " \t\r\n,]}", begin));
    }
    // A value that is not there touches what stands before it.
    if (offset(node.start) == offset(node.end) && node.text.empty()) return scalar_at(from, from);
    begin = offset(node.start);
    if (text_[begin] == '&') begin = skip_space(text_, find_or_end(text_, kSpace, begin));
    TextNode result = scalar_at(begin, offset(node.end));
    result.style = node.style;
    if (node.is_mapping()) {
      result.form = text_[begin] == '{' ? Form::flow_mapping : Form::block_mapping;
      mapping(node, result);
    } else if (node.is_sequence()) {
      result.form = text_[begin] == '[' ? Form::flow_sequence : Form::block_sequence;
      sequence(node, result);
    } else if (node.style == base::YamlStyle::literal || node.style == base::YamlStyle::folded) {
      result.end = text_.find_last_not_of(kSpace, result.end - 1) + 1;
    }
    if (result.is_block()) result.end = result.members.back().end();
    return result;
  }

 private:
  size_t offset(base::Position place) const {
    return lines_[static_cast<size_t>(place.line) - 1] + static_cast<size_t>(place.column) - 1;
  }

  void mapping(const base::YamlNode& node, TextNode& result) const {
    for (const base::YamlMember& each : node.members) {
      TextMember member;
      member.key = each.key.text;
      member.begin = offset(each.key.start);
      const size_t key_end = offset(each.key.end);
      const size_t colon = skip_space(text_, key_end);
      // In {a, b} there is no colon.
      member.value_from = colon < text_.size() && text_[colon] == ':' ? colon + 1 : key_end;
      member.value = value(each.value, member.value_from);
      result.members.push_back(std::move(member));
    }
  }

  void sequence(const base::YamlNode& node, TextNode& result) const {
    const bool block = result.is_block();
    size_t at = block ? result.begin : skip_space(text_, result.begin + 1);
    for (const base::YamlNode& each : node.items) {
      TextMember member;
      member.key = std::to_string(result.members.size());
      member.begin = at;
      member.value_from = block ? at + 1 : at;
      member.value = value(each, member.value_from);
      at = skip_space(text_, member.end());
      if (!block && at < text_.size() && text_[at] == ',') at = skip_space(text_, at + 1);
      result.members.push_back(std::move(member));
    }
  }

  std::string_view text_;
  std::vector<size_t> lines_;
};

}  // namespace

const TextMember* TextNode::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(), [&](const TextMember& m) { return m.key == key; });
  return found == members.end() ? nullptr : &*found;
}

size_t skip_space(std::string_view text, size_t at) {
  for (;;) {
    at = std::min(text.find_first_not_of(kSpace, at), text.size());
    if (at == text.size() || text[at] != '#') return at;
    at = std::min(text.find('\n', at), text.size());
  }
}

base::Result<TextNode> read_text_tree(std::string_view text, std::string_view name) {
  if (format_of(text, name) == Format::json) return JsonReader(text).value();
  TRY_ASSIGN(const base::YamlNode root, base::parse_yaml(text, name, flag_yaml_limits()));
  // An empty file has no first byte.
  if (root.is_null()) return TextNode{};
  return YamlReader(text).value(root, 0);
}

}  // namespace trunkline::flags

#include "flags/change/text_style.h"

#include <algorithm>
#include <cctype>

#include "flags/definition/yaml/document.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::YamlStyle;

constexpr size_t kWidth = 100;

std::string_view between(std::string_view text, size_t begin, size_t end) {
  return text.substr(begin, end - begin);
}

bool on_one_line(std::string_view text, const TextNode& node) {
  return between(text, node.begin, node.end).find('\n') == std::string_view::npos;
}

std::string_view indent_of(std::string_view text, size_t at) {
  const size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  return between(text, begin, std::min(text.find_first_not_of(" \t", begin), at));
}

// What has been seen already stays.
class StyleReader {
 public:
  StyleReader(std::string_view text, TextStyle& style) : text_(text), style_(style) {}

  void read_all(const TextNode& root) {
    read(root);
    if (!has_comma_ && style_.colon == ":") style_.comma = ",";
  }

 private:
  void read(const TextNode& node) {
    if (node.members.empty()) return;
    if (node.is_flow()) read_flow(node);
    if (node.form == TextNode::Form::block_mapping) read_block(node);
    for (const TextMember& member : node.members) read(member.value);
  }

  void read_flow(const TextNode& node) {
    const TextMember& first = node.members.front();
    const bool mapping = node.form == TextNode::Form::flow_mapping;
    if (on_one_line(text_, node)) {
      style_.one_line_values = true;
      if (mapping && !std::exchange(has_padding_, true)) style_.padding = between(text_, node.begin + 1, first.begin);
      if (node.members.size() > 1 && !std::exchange(has_comma_, true)) {
        style_.comma = text_[node.members[1].begin - 1] == ' ' ? ", " : ",";
      }
    } else if (text_[node.begin + 1] == '\n' || text_[node.begin + 1] == '\r') {
      note_indent(indent_of(text_, node.begin), indent_of(text_, first.begin));
    }
    if (mapping && first.value.begin >= first.value_from && !std::exchange(has_colon_, true)) {
      const std::string_view gap = between(text_, first.value_from, first.value.begin);
      style_.colon = ":" + std::string(gap.find('\n') == std::string_view::npos ? gap : " ");
    }
  }

  void read_block(const TextNode& node) {
    for (const TextMember& member : node.members) {
      if (member.value.form != TextNode::Form::block_mapping) continue;
      note_indent(indent_of(text_, member.begin), indent_of(text_, member.value.begin));
    }
  }

  void note_indent(std::string_view outer, std::string_view inner) {
    if (has_indent_ || inner.size() <= outer.size() || !inner.starts_with(outer)) return;
    style_.indent = inner.substr(outer.size());
    has_indent_ = true;
  }

  std::string_view text_;
  TextStyle& style_;
  bool has_indent_ = false, has_comma_ = false, has_padding_ = false, has_colon_ = false;
};

// Whether every YAML reader, also of version 1.1, takes the plain word for a string.
bool is_plain_word(std::string_view value) {
  constexpr std::string_view kSpecial[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
  std::string lower(value);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  return !value.empty() && std::isalpha(static_cast<unsigned char>(value[0])) != 0 &&
         std::all_of(value.begin(), value.end(), plain) &&
         std::find(std::begin(kSpecial), std::end(kSpecial), lower) == std::end(kSpecial);
}

std::string render_key(const std::string& key, const TextStyle& style) {
  return render_scalar(Json(boost::json::string(key)), style);
}

bool has_members(const Json& value) {
  return (value.is_object() && !value.get_object().empty()) || (value.is_array() && !value.get_array().empty());
}

std::string render_line(const Json& value, const TextStyle& style) {
  std::string out;
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      out += (out.empty() ? "" : style.comma) + render_key(member.key(), style) + style.colon;
      out += render_line(member.value(), style);
    }
    return out.empty() ? "{}" : "{" + style.padding + out + style.padding + "}";
  }
  if (const auto* array = value.if_array()) {
    for (const Json& item : *array) out += (out.empty() ? "" : style.comma) + render_line(item, style);
    return "[" + out + "]";
  }
  return render_scalar(value, style);
}

// A bucket, the arguments of a comparison: one thing to the eye.
bool is_plain_list(const Json& value) {
  const auto* array = value.if_array();
  return array != nullptr &&
         std::none_of(array->begin(), array->end(), [](const Json& i) { return i.is_structured(); });
}

bool on_line(const Json& value, const TextStyle& style, const Slot& slot, size_t column) {
  if (!has_members(value) || style.one_line_document) return true;
  if (slot.open || !(style.one_line_values || is_plain_list(value))) return false;
  return column + render_line(value, style).size() <= kWidth;
}

}  // namespace

TextStyle style_of(std::string_view text, std::string_view name, const TextNode& root) {
  TextStyle style;
  style.yaml = format_of(text, name) == Format::yaml;
  if (style.yaml) style.padding = "";
  const size_t newline = text.find('\n');
  if (newline != std::string_view::npos && newline > 0 && text[newline - 1] == '\r') style.newline = "\r\n";
  style.one_line_document = root.is_flow() && !root.members.empty() && on_one_line(text, root);
  StyleReader(text, style).read_all(root);
  return style;
}

std::string render_scalar(const Json& value, const TextStyle& style, YamlStyle scalar) {
  if (!style.yaml || !value.is_string()) return base::to_text(value);
  const std::string text(value.get_string());
  const bool simple = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c != '\''; });
  if (scalar == YamlStyle::single_quoted && simple) return "'" + text + "'";
  return scalar == YamlStyle::plain && is_plain_word(text) ? text : base::to_text(value);
}

std::string render_flow(const Json& value, const TextStyle& style, const Slot& slot) {
  if (on_line(value, style, slot, slot.column)) return render_line(value, style);
  const std::string inner = slot.indent + style.indent;
  const bool mapping = value.is_object();
  std::string out;
  const auto add = [&](const std::string& member) { out += (out.empty() ? "" : ",") + style.newline + inner + member; };
  if (mapping) {
    for (const auto& member : value.get_object()) {
      add(render_flow_member(member.key(), member.value(), style, {inner, inner.size()}));
    }
  } else {
    for (const Json& item : value.get_array()) add(render_flow(item, style, {inner, inner.size()}));
  }
  return (mapping ? "{" : "[") + out + style.newline + slot.indent + (mapping ? "}" : "]");
}

std::string render_flow_member(const std::string& key, const Json& value, const TextStyle& style, const Slot& slot) {
  const std::string head = render_key(key, style) + style.colon;
  return head + render_flow(value, style, {slot.indent, slot.column + head.size(), slot.open});
}

bool fits_line(const std::string& key, const Json& value, const TextStyle& style, const Slot& slot) {
  return on_line(value, style, slot, slot.column + render_key(key, style).size() + 2);
}

std::string render_block_member(const std::string& key, const Json& value, const TextStyle& style, const Slot& slot) {
  const std::string head = render_key(key, style) + ":";
  if (fits_line(key, value, style, slot)) return head + " " + render_line(value, style);
  const std::string inner = slot.indent + style.indent;
  std::string out = head;
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      out += style.newline + inner + render_block_member(member.key(), member.value(), style, {inner, inner.size()});
    }
  } else {
    for (const Json& item : value.get_array()) {
      out += style.newline + inner + "- " + render_block_item(item, style, {inner, inner.size() + 2});
    }
  }
  return out;
}

std::string render_block_item(const Json& value, const TextStyle& style, const Slot& slot) {
  if (on_line(value, style, slot, slot.column)) return render_line(value, style);
  const std::string inner = slot.indent + "  ";
  std::string out;
  const auto next = [&] { return out.empty() ? "" : style.newline + inner; };
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      out += next() + render_block_member(member.key(), member.value(), style, {inner, inner.size()});
    }
  } else {
    for (const Json& item : value.get_array()) {
      out += next() + "- " + render_block_item(item, style, {inner, inner.size() + 2});
    }
  }
  return out;
}

}  // namespace trunkline::flags

#include "flags/definition/yaml/document.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace trunkline::flags {

using base::Position;
using base::Result;
using base::YamlNode;

namespace {

// Where the value or key at `path` stands, or the last one on the way to it.
Position nearest(const YamlNode& root, const Path& path, Spot spot) {
  const YamlNode* node = &root;
  Position place = root.start;
  for (const std::string& step : path) {
    const base::YamlMember* member = node->find_member(step);
    const YamlNode* next = member == nullptr ? nullptr : &member->value;
    size_t index = 0;
    std::from_chars(step.data(), step.data() + step.size(), index);
    if (node->is_sequence() && index < node->items.size()) next = &node->items[index];
    if (next == nullptr) break;
    node = next;
    place = spot == Spot::key && member != nullptr ? member->key.start : node->start;
  }
  return place;
}

// JSON has no such numbers, and no flag should.
const YamlNode* find_non_finite(const YamlNode& node) {
  const auto number =
      node.is_scalar() && node.text.find_first_of("nN") != std::string::npos ? node.as_double() : std::nullopt;
  if (number && !std::isfinite(*number)) return &node;
  for (const YamlNode& item : node.items) {
    if (const YamlNode* found = find_non_finite(item)) return found;
  }
  for (const base::YamlMember& member : node.members) {
    if (const YamlNode* found = find_non_finite(member.value)) return found;
  }
  return nullptr;
}

}  // namespace

Format format_of(std::string_view text, std::string_view name) {
  if (name.ends_with(".yaml") || name.ends_with(".yml")) return Format::yaml;
  if (name.ends_with(".json")) return Format::json;
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[') ? Format::json : Format::yaml;
}

base::YamlLimits flag_yaml_limits() {
  return {.max_bytes = 16 * 1024 * 1024, .max_depth = 200, .max_aliases = 1000};
}

Result<Document> parse_document(std::string_view text, std::string_view name) {
  if (format_of(text, name) == Format::json) {
    TRY_ASSIGN(base::Json json, base::parse_json(text, name));
    return Document{std::move(json), locate_in_json(text, name)};
  }
  TRY_ASSIGN(YamlNode read, base::parse_yaml(text, name, flag_yaml_limits()));
  if (const YamlNode* wrong = find_non_finite(read)) {
    return base::fail(base::Kind::invalid, fmt::format("{} is no number that a flag can have", wrong->text),
                      {std::string(name), wrong->start.line, wrong->start.column});
  }
  const auto root = std::make_shared<const YamlNode>(std::move(read));
  return Document{base::to_json(*root), [root, file = std::string(name)](const Path& path, Spot spot) {
                    const Position place = nearest(*root, path, spot);
                    return base::Where{file, place.line, place.column};
                  }};
}

}  // namespace trunkline::flags

#include "flags/definition/yaml/flag_document.h"

#include <charconv>

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

}  // namespace

Format format_of(std::string_view text, std::string_view name) {
  if (name.ends_with(".yaml") || name.ends_with(".yml")) return Format::yaml;
  if (name.ends_with(".json")) return Format::json;
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{' ? Format::json : Format::yaml;
}

base::YamlLimits flag_yaml_limits() {
  return {.max_bytes = 16 * 1024 * 1024, .max_depth = 200, .max_aliases = 1000};
}

Result<FlagDocument> parse_flag_document(std::string_view text, std::string_view name) {
  if (format_of(text, name) == Format::json) {
    TRY_ASSIGN(const base::Json document, base::parse_json(text, name));
    Locate locate = locate_in_json(text, name);
    TRY_ASSIGN(FlagSet set, build_flag_set(document, locate));
    return FlagDocument{std::move(set), std::string(text), std::move(locate)};
  }
  TRY_ASSIGN(YamlNode root, base::parse_yaml(text, name, flag_yaml_limits()));
  const base::Json document = base::to_json(root);
  const auto shared = std::make_shared<const YamlNode>(std::move(root));
  Locate locate = [shared, file = std::string(name)](const Path& path, Spot spot) {
    const Position place = nearest(*shared, path, spot);
    return base::Where{file, place.line, place.column};
  };
  TRY_ASSIGN(FlagSet set, build_flag_set(document, locate));
  return FlagDocument{std::move(set), base::to_text(document), std::move(locate)};
}

Result<FlagSet> parse_flag_set(std::string_view text, std::string_view name) {
  TRY_ASSIGN(FlagDocument document, parse_flag_document(text, name));
  return std::move(document.set);
}

}  // namespace trunkline::flags

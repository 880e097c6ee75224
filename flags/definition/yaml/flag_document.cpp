#include "flags/definition/yaml/flag_document.h"

#include <charconv>

namespace trunkline::flags {

using base::Position;
using base::Result;
using base::YamlNode;

namespace {

// The node at `path`, or the last one on the way to it.
const YamlNode& nearest(const YamlNode& root, const Path& path) {
  const YamlNode* node = &root;
  for (const std::string& step : path) {
    const YamlNode* next = node->find(step);
    size_t index = 0;
    std::from_chars(step.data(), step.data() + step.size(), index);
    if (node->is_sequence() && index < node->items.size()) next = &node->items[index];
    if (next == nullptr) break;
    node = next;
  }
  return *node;
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
    TRY_ASSIGN(FlagSet set, parse_json_flag_set(text, name));
    return FlagDocument{std::move(set), std::string(text)};
  }
  TRY_ASSIGN(const YamlNode root, base::parse_yaml(text, name, flag_yaml_limits()));
  const base::Json document = base::to_json(root);
  TRY_ASSIGN(FlagSet set, build_flag_set(document, [&](const Path& path) {
               const Position place = nearest(root, path).start;
               return base::Where{std::string(name), place.line, place.column};
             }));
  return FlagDocument{std::move(set), base::to_text(document)};
}

Result<FlagSet> parse_flag_set(std::string_view text, std::string_view name) {
  TRY_ASSIGN(FlagDocument document, parse_flag_document(text, name));
  return std::move(document.set);
}

}  // namespace trunkline::flags

#include "flags/change/splice.h"

#include <algorithm>
#include <cctype>

#include "base/core/json.h"
#include "base/yaml/yaml.h"
#include "flags/definition/json_text.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Result;
using base::YamlNode;
using base::YamlStyle;

std::string quoted(const std::string& value) {
  return base::to_text(base::Json(boost::json::string(value)));
}

std::string replaced(std::string_view text, TextRange range, std::string_view by) {
  return std::string(text.substr(0, range.begin)).append(by).append(text.substr(range.end));
}

size_t offset_of(std::string_view text, base::Position place) {
  size_t at = 0;
  for (int line = 1; line < place.line; ++line) at = text.find('\n', at) + 1;
  return at + static_cast<size_t>(place.column) - 1;
}

// Whether every YAML reader, also of version 1.1, takes the plain word for a string.
bool is_plain_word(const std::string& value) {
  constexpr std::string_view kSpecial[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
  std::string lower = value;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  return !value.empty() && std::isalpha(static_cast<unsigned char>(value[0])) != 0 &&
         std::all_of(value.begin(), value.end(), plain) &&
         std::find(std::begin(kSpecial), std::end(kSpecial), lower) == std::end(kSpecial);
}

// In the style of what stood there, where that can hold it.
std::string yaml_scalar(const std::string& value, YamlStyle style) {
  const bool simple = std::all_of(value.begin(), value.end(), [](unsigned char c) { return c >= 0x20 && c != '\''; });
  if (style == YamlStyle::single_quoted && simple) return "'" + value + "'";
  if (style == YamlStyle::plain && is_plain_word(value)) return value;
  return quoted(value);
}

}  // namespace

Result<std::string> splice_json(std::string_view text, const std::string& key, const std::string& member,
                                const std::string& value) {
  if (const auto range = find_json_value(text, {"flags", key, member})) return replaced(text, *range, quoted(value));
  const auto flag = find_json_value(text, {"flags", key});
  const auto variants = find_json_value(text, {"flags", key, "variants"});
  if (!flag || !variants) return base::fail(Kind::internal, "the flag is not where it was read");
  // What separates the brace from the first member separates the new member from the one before it.
  const size_t first = text.find_first_not_of(" \t\r\n", flag->begin + 1);
  const std::string space(text.substr(flag->begin + 1, first - flag->begin - 1));
  return replaced(text, {variants->end, variants->end},
                  "," + (space.empty() ? " " : space) + quoted(member) + ": " + quoted(value));
}

Result<std::string> splice_yaml(std::string_view text, std::string_view name, const std::string& key,
                                const std::string& member, const std::string& value) {
  TRY_ASSIGN(const YamlNode root, base::parse_yaml(text, name, flag_yaml_limits()));
  const YamlNode* flags = root.find("flags");
  const YamlNode* flag = flags == nullptr ? nullptr : flags->find(key);
  const base::YamlMember* variants = flag == nullptr ? nullptr : flag->find_member("variants");
  if (variants == nullptr) return base::fail(Kind::internal, "the flag is not where it was read");
  if (const YamlNode* old = flag->find(member)) {
    const TextRange range{offset_of(text, old->start), offset_of(text, old->end)};
    // An empty value (`defaultVariant:`) has no width and touches the colon.
    const bool touches = range.begin == range.end && range.begin > 0 && text[range.begin - 1] == ':';
    return replaced(text, range, (touches ? " " : "") + yaml_scalar(value, old->style));
  }
  const size_t at = offset_of(text, variants->key.start);
  const bool flow = text[offset_of(text, flag->start)] == '{';
  const std::string next = flow ? ", " : "\n" + std::string(static_cast<size_t>(variants->key.start.column) - 1, ' ');
  return replaced(text, {at, at}, member + ": " + yaml_scalar(value, YamlStyle::plain) + next);
}

}  // namespace trunkline::flags

#include "deployer/plan/fields.h"

#include <charconv>
#include <fmt/format.h>

#include "base/core/text.h"

namespace trunkline::deployer {
using base::Result;
using base::YamlNode;

tl::unexpected<base::Error> wrong_at(const YamlNode& node, std::string_view path, std::string_view file,
                                     std::string_view message) {
  return base::fail(base::Kind::invalid, path.empty() ? std::string(message) : fmt::format("{}: {}", path, message),
                    {std::string(file), node.start.line, node.start.column});
}

Result<Fields> Fields::open(const YamlNode& node, std::string path, std::string_view file,
                            std::initializer_list<std::string_view> known) {
  if (!node.is_mapping()) return wrong_at(node, path, file, "expected a mapping");
  const std::vector<std::string_view> words(known);
  for (const auto& member : node.members) {
    if (std::find(words.begin(), words.end(), member.key.text) != words.end()) continue;
    return wrong_at(member.key, path, file,
                    fmt::format("unknown key \"{}\"{}", member.key.text, base::did_you_mean(member.key.text, words)));
  }
  return Fields(node, std::move(path), file);
}

Result<std::optional<Fields>> Fields::below(std::string_view key, std::initializer_list<std::string_view> known) const {
  const YamlNode* node = find(key);
  if (node == nullptr) return std::nullopt;
  TRY_ASSIGN(Fields fields, open(*node, path_of(key), file_, known));
  return fields;
}

std::string Fields::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

base::Where Fields::where(std::string_view key) const {
  const YamlNode* node = find(key);
  const base::Position at = (node == nullptr ? *node_ : *node).start;
  return {file_, at.line, at.column};
}

tl::unexpected<base::Error> Fields::wrong(std::string_view key, std::string_view message) const {
  const YamlNode* node = find(key);
  return wrong_at(node == nullptr ? *node_ : *node, path_of(key), file_, message);
}

Result<> Fields::require(std::string_view key) const {
  if (!has(key)) return wrong(key, "is missing");
  return {};
}

Result<> Fields::read(std::string_view key, std::string& target) const {
  const YamlNode* node = find(key);
  if (node == nullptr) return {};
  if (!node->is_scalar() || node->text.empty()) return wrong(key, "expected a text");
  target = node->text;
  return {};
}

Result<> Fields::read(std::string_view key, std::vector<std::string>& target) const {
  const YamlNode* node = find(key);
  if (node == nullptr) return {};
  if (!node->is_sequence()) return wrong(key, "expected a list of texts");
  target.clear();
  for (const YamlNode& item : node->items) {
    if (!item.is_scalar()) return wrong_at(item, path_of(key), file_, "expected a text");
    target.push_back(item.text);
  }
  return {};
}

Result<> Fields::read(std::string_view key, int& target) const {
  const YamlNode* node = find(key);
  if (node == nullptr) return {};
  const auto number = node->as_int();
  if (!number || *number < 0 || *number > 1'000'000'000) return wrong(key, "expected a whole number, 0 or more");
  target = static_cast<int>(*number);
  return {};
}

Result<> Fields::read(std::string_view key, double& target) const {
  const YamlNode* node = find(key);
  if (node == nullptr) return {};
  const auto number = node->as_double();
  if (!number) return wrong(key, "expected a number");
  target = *number;
  return {};
}

Result<> Fields::read(std::string_view key, bool& target) const {
  return read_with(key, target, [](std::string_view text) -> Result<bool> {
    if (text == "true" || text == "false") return text == "true";
    return base::fail(base::Kind::invalid, fmt::format("expected true or false, got \"{}\"", text));
  });
}

Result<> Fields::read(std::string_view key, std::map<std::string, std::string>& target) const {
  const YamlNode* node = find(key);
  if (node == nullptr) return {};
  if (!node->is_mapping()) return wrong(key, "expected a mapping of texts");
  for (const auto& [name, value] : node->members) {
    if (!value.is_scalar()) return wrong_at(value, path_of(key), file_, "expected a text");
    target[name.text] = value.text;
  }
  return {};
}

Result<> Fields::read(std::string_view key, base::Millis& target) const {
  return read_with(key, target, base::parse_duration);
}

Result<> Fields::read(std::string_view key, Amount& target) const {
  return read_with(key, target, [](std::string_view text) -> Result<Amount> {
    Amount amount;
    const std::string_view digits = text.ends_with('%') ? text.substr(0, text.size() - 1) : text;
    amount.is_percent = digits.size() < text.size();
    int number = -1;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool whole = code == std::errc{} && end == digits.data() + digits.size() && number >= 0;
    if (!whole || (amount.is_percent && number > 100)) {
      return base::fail(base::Kind::invalid,
                        fmt::format("expected a count such as 1 or a share such as 25%, got \"{}\"", text));
    }
    amount.value = number;
    return amount;
  });
}

}  // namespace trunkline::deployer

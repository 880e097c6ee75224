#include "deployer/plan/fields.h"

#include <cassert>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/core/text.h"

namespace trunkline::deployer {
using base::Result;
using base::YamlNode;

namespace {

using Words = std::vector<std::string_view>;

// "a, b or c"
std::string listed(const Words& words, std::string_view conjunction) {
  if (words.size() == 1) return std::string(words.front());
  return fmt::format("{} {} {}", fmt::join(words.begin(), words.end() - 1, ", "), conjunction, words.back());
}

Result<Amount> parse_amount(std::string_view text) {
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
}

}  // namespace

tl::unexpected<base::Error> wrong_at(const YamlNode& node, std::string_view path, std::string_view file,
                                     std::string_view message) {
  return base::fail(base::Kind::invalid, path.empty() ? std::string(message) : fmt::format("{}: {}", path, message),
                    {std::string(file), node.start.line, node.start.column});
}

Result<Fields> Fields::open(const YamlNode& node, std::string path, std::string_view file, const Table& table) {
  if (!node.is_mapping()) return wrong_at(node, path, file, "expected a mapping");
  Fields fields(node, std::move(path), file, table);
  TRY(fields.check());
  return fields;
}

Result<> Fields::check() const {
  for (const auto& member : node_->members) {
    if (table_->find(member.key.text) != nullptr) continue;
    Words known;
    for (const Key& key : table_->keys) known.push_back(key.name);
    return wrong_at(member.key, path_, file_,
                    fmt::format("unknown key \"{}\"{}", member.key.text, base::did_you_mean(member.key.text, known)));
  }
  for (const Key& key : table_->keys) {
    if (key.required) TRY(require(key.name));
  }
  const Words forms(table_->one_of);
  const auto there = std::count_if(forms.begin(), forms.end(), [this](std::string_view key) { return has(key); });
  if (!forms.empty() && there != 1) return wrong("", "expected one of " + listed(forms, "and"));
  for (const Key& key : table_->keys) TRY(check_word(key));
  return {};
}

Result<> Fields::check_word(const Key& key) const {
  const YamlNode* node = find(key.name);
  const Words words(key.value.words.begin(), key.value.words.end());
  const bool is_other_form = key.value.kind == Value::Kind::word_or_mapping && node != nullptr && !node->is_scalar();
  if (node == nullptr || words.empty() || is_other_form) return {};
  const std::string expected = "expected " + listed(words, "or");
  if (!node->is_scalar()) return wrong(key.name, expected);
  if (std::find(words.begin(), words.end(), node->text) != words.end()) return {};
  // Of one word there is nothing to choose.
  const std::string nearest = words.size() > 1 ? base::did_you_mean(node->text, words) : "";
  return wrong(key.name, fmt::format("{}, got \"{}\"{}", expected, node->text, nearest));
}

const YamlNode* Fields::find(std::string_view key) const {
  assert(table_->find(key) != nullptr);
  return node_->find(key);
}

const Value& Fields::value_of(std::string_view key) const {
  const Key* known = table_->find(key);
  assert(known != nullptr);
  return known->value;
}

Result<std::optional<Fields>> Fields::below(std::string_view key) const {
  const YamlNode* node = find(key);
  if (node == nullptr) return std::nullopt;
  TRY_ASSIGN(Fields fields, open(*node, path_of(key), file_, *value_of(key).table));
  return fields;
}

Result<std::vector<Fields>> Fields::each(std::string_view key) const {
  std::vector<Fields> all;
  const YamlNode* list = find(key);
  if (list == nullptr) return all;
  const bool too_few = list->items.empty() && value_of(key).kind != Value::Kind::mappings;
  if (!list->is_sequence() || too_few) return wrong(key, fmt::format("expected a list of {}", key));
  for (size_t i = 0; i < list->items.size(); ++i) {
    TRY_ASSIGN(Fields one, open(list->items[i], fmt::format("{}[{}]", path_of(key), i), file_, *value_of(key).table));
    all.push_back(std::move(one));
  }
  return all;
}

Result<std::vector<std::pair<std::string, Fields>>> Fields::named(std::string_view key) const {
  std::vector<std::pair<std::string, Fields>> all;
  const YamlNode* names = find(key);
  if (names == nullptr) return all;
  if (!names->is_mapping()) return wrong(key, fmt::format("expected a mapping of {}", key));
  for (const auto& [name, node] : names->members) {
    TRY_ASSIGN(Fields one, open(node, fmt::format("{}.{}", path_of(key), name.text), file_, *value_of(key).table));
    all.emplace_back(name.text, std::move(one));
  }
  return all;
}

std::string Fields::path_of(std::string_view key) const {
  if (path_.empty() || key.empty()) return path_ + std::string(key);
  return fmt::format("{}.{}", path_, key);
}

base::Where Fields::where(std::string_view key) const {
  const YamlNode* node = find(key);
  const base::Position at = (node == nullptr ? *node_ : *node).start;
  return {file_, at.line, at.column};
}

tl::unexpected<base::Error> Fields::wrong(std::string_view key, std::string_view message) const {
  const YamlNode* node = key.empty() ? nullptr : find(key);
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
  const double least = value_of(key).least;
  const auto number = node->as_int();
  if (!number || static_cast<double>(*number) < least || *number > 1'000'000'000) {
    return wrong(key, fmt::format("expected a whole number, {} or more", least));
  }
  target = static_cast<int>(*number);
  return {};
}

Result<> Fields::read(std::string_view key, double& target) const {
  const YamlNode* node = find(key);
  if (node == nullptr) return {};
  const Value& value = value_of(key);
  const double number = node->as_double().value_or(std::nan(""));
  if (value.kind == Value::Kind::fraction) {
    if (!(number > 0 && number < 1)) return wrong(key, "expected a number between 0 and 1");
  } else if (!(number >= value.least)) {
    return wrong(key, fmt::format("expected a number of {} or more", value.least));
  }
  target = number;
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
  const base::Millis least(static_cast<int64_t>(value_of(key).least));
  return read_with(key, target, [least](std::string_view text) -> Result<base::Millis> {
    TRY_ASSIGN(const base::Millis length, base::parse_duration(text));
    if (length >= least) return length;
    return base::fail(base::Kind::invalid, fmt::format("expected {} or more", base::format_duration(least)));
  });
}

Result<> Fields::read(std::string_view key, std::optional<base::Millis>& target) const {
  base::Millis length{0};
  TRY(read(key, length));
  if (has(key)) target = length;
  return {};
}

Result<> Fields::read(std::string_view key, Amount& target) const {
  const double least = value_of(key).least;
  return read_with(key, target, [least](std::string_view text) -> Result<Amount> {
    TRY_ASSIGN(const Amount amount, parse_amount(text));
    if (amount.value >= least) return amount;
    return base::fail(base::Kind::invalid, fmt::format("expected {} or more", least));
  });
}

}  // namespace trunkline::deployer

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/yaml/yaml.h"

// YAML 1.2.2, chapter 10.3.2: how the core schema reads a plain scalar.
namespace trunkline::base {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return text;
}

size_t take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto count = static_cast<size_t>(end - text.begin());
  text.remove_prefix(count);
  return count;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_number(std::string_view text) {
  text = without_sign(text);
  const size_t whole = take_digits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (take_digits(text) == 0 && whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text = without_sign(text.substr(1));
  return take_digits(text) > 0 && text.empty();
}

template <typename Int>
std::optional<Int> read_integer(std::string_view text, int base) {
  Int number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <typename Int>
std::optional<Int> core_integer(std::string_view text) {
  if (text.starts_with("0o") || text.starts_with("0x")) {
    const std::string_view digits = text.substr(2);
    if (digits.starts_with('-')) return std::nullopt;
    return read_integer<Int>(digits, text[1] == 'o' ? 8 : 16);
  }
  if (text.starts_with('+') && text.size() > 1 && is_digit(text[1])) text.remove_prefix(1);
  return read_integer<Int>(text, 10);
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

double read_double(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc::result_out_of_range) return number;
  // from_chars does not say which way it went; only a value of many digits or a large exponent gets here.
  return std::strtod(std::string(text).c_str(), nullptr);
}

Json scalar_to_json(const YamlNode& node) {
  if (node.style == YamlStyle::plain) {
    if (const auto truth = node.as_bool()) return Json(*truth);
    if (const auto integer = node.as_int()) return Json(*integer);
    if (const auto large = core_integer<uint64_t>(node.text)) return Json(*large);
    if (const auto number = node.as_double(); number && std::isfinite(*number)) return Json(*number);
  }
  return Json(boost::json::string(node.text));
}

}  // namespace

std::optional<bool> YamlNode::as_bool() const {
  if (kind != YamlKind::scalar || style != YamlStyle::plain) return std::nullopt;
  if (is_one_of(text, {"true", "True", "TRUE"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE"})) return false;
  return std::nullopt;
}

std::optional<int64_t> YamlNode::as_int() const {
  if (kind != YamlKind::scalar || style != YamlStyle::plain) return std::nullopt;
  return core_integer<int64_t>(text);
}

std::optional<double> YamlNode::as_double() const {
  if (kind != YamlKind::scalar || style != YamlStyle::plain) return std::nullopt;
  if (const auto integer = core_integer<int64_t>(text)) return static_cast<double>(*integer);
  if (is_number(text)) return read_double(text);
  if (is_one_of(without_sign(text), {".inf", ".Inf", ".INF"})) {
    const double infinity = std::numeric_limits<double>::infinity();
    return text.front() == '-' ? -infinity : infinity;
  }
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

const YamlMember* YamlNode::find_member(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.key.text == key; });
  return found == members.end() ? nullptr : &*found;
}

const YamlNode* YamlNode::find(std::string_view key) const {
  const YamlMember* member = find_member(key);
  return member == nullptr ? nullptr : &member->value;
}

Json to_json(const YamlNode& node) {
  switch (node.kind) {
    case YamlKind::null:
      return Json(nullptr);
    case YamlKind::scalar:
      return scalar_to_json(node);
    case YamlKind::sequence: {
      JsonArray array;
      for (const YamlNode& item : node.items) array.push_back(to_json(item));
      return array;
    }
    case YamlKind::mapping: {
      JsonObject object;
      for (const YamlMember& member : node.members) object.emplace(member.key.text, to_json(member.value));
      return object;
    }
  }
  return Json(nullptr);
}

}  // namespace trunkline::base

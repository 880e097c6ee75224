#include <algorithm>
#include <cmath>

#include "flags/evaluation/javascript_text.h"
#include "flags/evaluation/rule_engine.h"

namespace trunkline::flags {
namespace {

// ToIntegerOrInfinity, within what a text can have.
int64_t to_place(const Value& value) {
  const double number = to_number(value);
  constexpr double kFar = 1e9;
  return std::isnan(number) ? 0 : static_cast<int64_t>(std::clamp(std::trunc(number), -kFar, kFar));
}

}  // namespace

Value RuleEngine::cat(const Rule& rule) {
  const auto parts = make_values(rule.arguments.size());
  size_t size = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Value part = run(rule.arguments[i]);
    if (!spend_walk(part)) return {};
    parts[i] = part.is_text() ? part : part.is_nullish() ? std::string_view() : keep_text(to_string(part));
    size += parts[i].is_text() ? parts[i].text().size() : 0;
  }
  if (failure_ != nullptr || !spend_bytes(size)) return {};
  auto* joined = static_cast<char*>(allocate(size));
  char* end = joined;
  for (const Value& part : parts) end = std::copy(part.text().begin(), part.text().end(), end);
  return std::string_view(joined, size);
}

// JavaScript's substr(start, length); a negative length leaves that many units off the end, as in PHP.
Value RuleEngine::substr(const Rule& rule) {
  const Value source = argument(rule, 0), start = argument(rule, 1), length = argument(rule, 2);
  if (!spend_walk(source) || !spend_walk(start) || !spend_walk(length)) return {};
  const Value kept = source.is_text() ? source : keep_text(to_string(source));
  if (!kept.is_text() || !spend_bytes(kept.text().size())) return {};
  const auto size = static_cast<int64_t>(utf16_size(kept.text()));
  int64_t begin = to_place(start);
  begin = begin < 0 ? std::max<int64_t>(size + begin, 0) : std::min(begin, size);
  int64_t end = size;
  if (to_number(length) < 0) {
    end = begin + to_place(static_cast<double>(size - begin) + to_number(length));
  } else if (!length.is_undefined()) {
    end = std::min(size, begin + to_place(length));
  }
  if (end <= begin) return std::string_view();
  const Utf16Slice slice = utf16_slice(kept.text(), static_cast<size_t>(begin), static_cast<size_t>(end));
  return slice.made ? keep_text(*slice.made) : Value(slice.part);
}

Value RuleEngine::affix(const Rule& rule) {
  if (rule.arguments.size() != 2) return Value::null();
  const Value text = run(rule.arguments[0]), affix = run(rule.arguments[1]);
  if (!text.is_text() || !affix.is_text() || !spend(affix.text().size() / 64)) return Value::null();
  return rule.op == Op::starts_with ? text.text().starts_with(affix.text()) : text.text().ends_with(affix.text());
}

// The arms of a rule mostly ask for the same version again.
const std::optional<SemanticVersion>& RuleEngine::version_of(std::string_view text) {
  const bool same = text.data() == version_text_.data() && text.size() == version_text_.size();
  if (!same) {
    version_text_ = text;
    version_ = parse_semantic_version(text);
  }
  return version_;
}

Value RuleEngine::sem_ver(const Rule& rule) {
  if (rule.arguments.size() != 3) return Value::null();
  const Value given = run(rule.arguments[0]);
  if (given.is_collection()) return Value::null();
  const std::string made = given.is_text() ? std::string() : to_string(given);
  const auto version = given.is_text() ? version_of(given.text()) : parse_semantic_version(made);
  if (rule.version) {
    return version ? Value(holds(rule.version->order, *version, rule.version->target)) : Value::null();
  }
  const Value order_value = run(rule.arguments[1]), target_value = run(rule.arguments[2]);
  if (order_value.is_collection() || target_value.is_collection()) return Value::null();
  const std::string target_text = to_string(target_value);
  const auto order = parse_version_order(to_string(order_value));
  const auto target = parse_semantic_version(target_text);
  return version && order && target ? Value(holds(*order, *version, *target)) : Value::null();
}

}  // namespace trunkline::flags

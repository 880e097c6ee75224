#include <algorithm>
#include <new>
#include <utility>

#include "flags/evaluation/rule_engine.h"

// What an evaluation may use, and where what it makes is kept.
namespace trunkline::flags {
namespace {

int depth_of(const Value& value) {
  return value.kind() == Value::Kind::list ? value.list().depth : 0;
}

// Counts the parts of a value down from `left`, long texts as several, and ends where none is left: lists may share
// what is in them, so that a small one can be endless to walk over. Gives how deep the parts lie.
int count_parts(const base::Json& json, size_t& left) {
  if (left == 0) return 0;
  --left;
  int depth = 0;
  if (const auto* text = json.if_string()) left -= std::min(left, text->size() / 16);
  if (const auto* array = json.if_array()) {
    for (const base::Json& item : *array) depth = std::max(depth, count_parts(item, left) + 1);
  }
  if (const auto* object = json.if_object()) {
    for (const auto& member : *object) depth = std::max(depth, count_parts(member.value(), left) + 1);
  }
  return depth;
}

int count_parts(const Value& value, size_t& left) {
  if (value.kind() == Value::Kind::json) return count_parts(value.json(), left);
  if (left == 0) return 0;
  --left;
  if (value.is_text()) left -= std::min(left, value.text().size() / 16);
  int depth = 0;
  if (value.kind() != Value::Kind::list) return depth;
  for (size_t i = 0; i < value.size() && left > 0; ++i) depth = std::max(depth, count_parts(value.item(i), left) + 1);
  return depth;
}

}  // namespace

Value RuleEngine::fail(const char* why) {
  if (failure_ == nullptr) failure_ = why;
  steps_left_ = 0;  // everything that is still open ends at its next step
  return {};
}

bool RuleEngine::spend(size_t count) {
  if (count < static_cast<size_t>(steps_left_)) {
    steps_left_ -= static_cast<int64_t>(count);
    return true;
  }
  fail("the rule takes too many steps");
  return false;
}

bool RuleEngine::spend_bytes(size_t count) {
  if (!spend(count / 64)) return false;
  if (count > bytes_left_) {
    fail("the rule makes too much text and too many lists");
    return false;
  }
  bytes_left_ -= count;
  return true;
}

bool RuleEngine::spend_walk(const Value& value) {
  if (value.is_text()) return spend(value.text().size() / 64);
  if (!value.is_collection()) return true;
  const auto steps = static_cast<size_t>(steps_left_);
  size_t left = steps / 4;
  const int depth = count_parts(value, left);
  if (depth >= 2 * kDeepest) fail("the rule nests lists too deeply");
  return spend(steps - 4 * left);
}

std::optional<base::Json> RuleEngine::copy(const Value& value) {
  return spend_walk(value) ? std::optional(to_json(value)) : std::nullopt;
}

void* RuleEngine::allocate(size_t count) {
  constexpr size_t kBlock = size_t{64} * 1024;
  count = (count + kAlignment - 1) / kAlignment * kAlignment;
  if (count > room_size_) {
    room_size_ = std::max(count, kBlock);
    // The array's own alignment is that of new, which is enough for everything here.
    blocks_.emplace_back(new std::byte[room_size_]);
    room_ = blocks_.back().get();
  }
  room_size_ -= count;
  return std::exchange(room_, room_ + count);
}

std::span<Value> RuleEngine::make_values(size_t count) {
  if (!spend_bytes(count * sizeof(Value))) return {};
  auto* values = static_cast<Value*>(allocate(count * sizeof(Value)));
  std::uninitialized_default_construct_n(values, count);
  return {values, count};
}

Value RuleEngine::keep_text(std::string_view text) {
  if (!spend_bytes(text.size())) return {};
  auto* copy = static_cast<char*>(allocate(text.size()));
  std::copy(text.begin(), text.end(), copy);
  return std::string_view(copy, text.size());
}

// `items` stay where they are: they come from make_values.
Value RuleEngine::keep_list(Values items) {
  if (!spend_bytes(sizeof(List))) return {};
  int deepest = 0;
  for (const Value& item : items) deepest = std::max(deepest, depth_of(item));
  if (deepest >= kDeepest) return fail("the rule nests lists too deeply");
  return static_cast<const List*>(new (allocate(sizeof(List))) List{items.data(), items.size(), deepest + 1});
}

Value RuleEngine::keep_json(base::Json json) {
  kept_.push_back(std::make_unique<base::Json>(std::move(json)));
  return Value::of(*kept_.back());
}

}  // namespace trunkline::flags

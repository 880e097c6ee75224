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

// How much a copy of a value is: its parts, long texts as several, and how deep they lie.
struct Extent {
  size_t parts = 1;
  int depth = 0;

  void add(Extent inner) {
    parts += inner.parts;
    depth = std::max(depth, inner.depth + 1);
  }
};

Extent extent_of(const base::Json& json) {
  Extent extent;
  if (const auto* text = json.if_string()) extent.parts += text->size() / 16;
  if (const auto* array = json.if_array()) {
    for (const base::Json& item : *array) extent.add(extent_of(item));
  }
  if (const auto* object = json.if_object()) {
    for (const auto& member : *object) extent.add(extent_of(member.value()));
  }
  return extent;
}

Extent extent_of(const Value& value) {
  if (value.kind() == Value::Kind::json) return extent_of(value.json());
  Extent extent;
  if (value.is_text()) extent.parts += value.text().size() / 16;
  if (value.kind() != Value::Kind::list) return extent;
  for (size_t i = 0; i < value.size(); ++i) extent.add(extent_of(value.item(i)));
  return extent;
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

bool RuleEngine::spend_copy(const Value& value) {
  const Extent extent = extent_of(value);
  if (extent.depth >= kDeepest) fail("the rule nests lists too deeply");
  return spend(extent.parts * 4);
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

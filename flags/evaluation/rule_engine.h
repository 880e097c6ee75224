#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/core/clock.h"
#include "flags/definition/rule.h"
#include "flags/evaluation/context.h"
#include "flags/evaluation/trace.h"
#include "flags/evaluation/value.h"

namespace trunkline::flags {

// Runs one rule for one context. Everything it is given outlives it; its results live as long as it does. One thread.
//
// Work and memory are bounded, whatever the rule and the context are: a rule that wants more fails. What is made on the
// way comes from a buffer in the object, and from the heap only when that is full.
class RuleEngine {
 public:
  // `trace`, if there is one, is told every step.
  RuleEngine(std::string_view flag_key, const EvaluationContext& context, base::WallTime now, Trace* trace = nullptr)
      : flag_key_(flag_key), context_(context), now_(now), trace_(trace) {}
  RuleEngine(const RuleEngine&) = delete;

  // The rule's value; undefined where failure() says why there is none.
  Value run(const Rule& rule);
  // The same for a rule that sees `data`, any JSON, in place of the context: plain JSONLogic, without $flagd.
  Value run_on(const Rule& rule, const base::Json& data);
  // A value as JSON; nothing, and a failure, where that would be more than an evaluation may make.
  std::optional<base::Json> copy(const Value& value);
  // Null as long as nothing failed.
  const char* failure() const { return failure_; }

 private:
  // What `var` looks into: the context, or inside of map and its kin one item.
  struct Scope {
    enum class Kind { context, item, reduction } kind = Kind::context;
    Value item;         // of a reduction: current
    Value accumulator;  // of a reduction
    Value whole;        // as one object, once it was asked for
  };
  using Values = std::span<const Value>;

  // rule_engine.cpp
  Value execute(const Rule& rule);
  Value traced(const Rule& rule);
  Value argument(const Rule& rule, size_t index);  // undefined if it is not there
  Values evaluate_all(const std::vector<Rule>& rules);
  Value choose(const Rule& rule);
  Value first_that(bool truth, const Rule& rule);
  Value compare_all(const Rule& rule);
  Value contains(const Rule& rule);

  // variables.cpp
  Value variable(const Rule& rule);
  Value computed_variable(const Rule& rule);
  Value lookup(std::span<const std::string> path);
  Value lookup_in_context(std::span<const std::string> path);
  Value named(const Value& name);  // as `var` finds it; undefined if it is not there
  Value targeting_key();
  Value whole_scope();
  Value missing(const Rule& rule);
  Value missing_some(const Rule& rule);
  Value missing_of(size_t count, const auto& key_at);

  // arithmetic.cpp
  double number(const Value& value);  // to_number, paid for
  double leading_number_of(const Value& value);
  Value sum(const Rule& rule);
  Value difference(const Rule& rule);
  Value product(const Rule& rule);
  Value extreme(const Rule& rule);

  // text_operators.cpp
  Value cat(const Rule& rule);
  Value substr(const Rule& rule);
  Value affix(const Rule& rule);
  Value sem_ver(const Rule& rule);
  const std::optional<SemanticVersion>& version_of(std::string_view text);  // of a text that stays

  // list_operators.cpp
  Value with_list(const Rule& rule);
  Value merge(const Rule& rule);
  Value map(const Rule& rule);
  Value filter(const Rule& rule);
  Value reduce(const Rule& rule);
  Value quantify(const Rule& rule);
  Value run_for(const Rule* rule, const Value& item);

  // fractional.cpp
  Value fractional(const Rule& rule);
  Value pick_prepared(const Rule& rule, size_t first_bucket, uint32_t hash);
  Value pick(const Rule& rule, size_t first_bucket, uint32_t hash);

  // memory.cpp
  Value fail(const char* why);
  // Takes `count` small steps, or a copy of `count` bytes, from what is left.
  bool spend(size_t count);
  bool spend_bytes(size_t count);
  bool spend_walk(const Value& value);         // over all that is in it, as conversions and copies do
  void* allocate(size_t count);                // after spend_bytes; lives as long as this
  std::span<Value> make_values(size_t count);  // empty where nothing is left
  Value keep_text(std::string_view text);
  Value keep_list(Values items);
  Value keep_json(base::Json json);

  static constexpr int64_t kMostSteps = 1'000'000;
  static constexpr size_t kMostBytes = 16 * 1024 * 1024;
  static constexpr int kDeepest = 200;
  static constexpr size_t kAlignment = alignof(std::max_align_t);

  std::string_view flag_key_;
  const EvaluationContext& context_;
  base::WallTime now_;
  Trace* trace_;
  Scope scope_;
  int64_t steps_left_ = kMostSteps;
  size_t bytes_left_ = kMostBytes;
  const char* failure_ = nullptr;
  std::string_view version_text_;           // the last version that was asked for,
  std::optional<SemanticVersion> version_;  // read
  std::vector<std::unique_ptr<base::Json>> kept_;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  alignas(kAlignment) std::array<std::byte, 1024> buffer_;
  std::byte* room_ = buffer_.data();
  size_t room_size_ = sizeof(buffer_);
};

}  // namespace trunkline::flags

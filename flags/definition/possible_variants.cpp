#include "flags/definition/possible_variants.h"

namespace trunkline::flags {
namespace {

class Collector {
 public:
  explicit Collector(const Flag& flag) : flag_(flag) {}

  PossibleVariants collected() {
    flag_.rule ? collect(*flag_.rule) : add_default();
    return std::move(found_);
  }

 private:
  void collect(const Rule& rule) {
    switch (rule.op) {
      case Op::literal:
        return add(rule.literal);
      case Op::reference:
        return collect(*rule.shared);
      case Op::if_:
        return arms(rule);
      case Op::fractional:
        return buckets(rule);
      default:
        found_.is_open = true;
    }
  }

  void add_default() {
    found_.has_default = true;
    found_.names.insert(flag_.default_variant.value_or(""));
  }

  void add(const base::Json& value) {
    if (value.is_null()) {
      add_default();
    } else if (value.is_string()) {
      found_.names.emplace(value.get_string());
    } else if (value.is_bool()) {
      found_.names.insert(value.get_bool() ? "true" : "false");
    } else {
      found_.is_open = true;
    }
  }

  void arms(const Rule& rule) {
    const size_t count = rule.arguments.size();
    for (size_t i = 1; i < count; i += 2) collect(rule.arguments[i]);
    if (count % 2 == 1) collect(rule.arguments.back());
    if (count % 2 == 0) add_default();  // no else
  }

  void buckets(const Rule& rule) {
    if (!rule.literal.is_int64()) {
      found_.is_open = true;
      return;
    }
    for (const Rule& bucket : rule.arguments) {
      if (bucket.op == Op::bucket && bucket.literal.get_int64() > 0) collect(bucket.arguments[0]);
    }
  }

  const Flag& flag_;
  PossibleVariants found_;
};

}  // namespace

PossibleVariants possible_variants(const Flag& flag) {
  return Collector(flag).collected();
}

}  // namespace trunkline::flags

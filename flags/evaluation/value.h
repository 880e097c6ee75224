#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/json.h"

// What a rule computes with, after JavaScript (ECMA-262): JSONLogic is defined by its JavaScript implementation.
namespace trunkline::flags {

struct List;

// 16 bytes, borrowed: texts and collections belong to the rule, the context or the evaluation that made them. Integers
// stay exact while they are carried; operators compute with doubles.
class Value {
 public:
  enum class Kind : uint8_t {
    undefined,  // an argument that is not there
    null,
    boolean,
    integer,   // int64
    natural,   // uint64 beyond int64
    floating,  // double
    text,
    json,  // an array or object of the rule or the context
    list,  // an array that the evaluation made
  };

  Value() = default;
  static Value null() { return Value(Kind::null); }
  Value(bool truth) : kind_(Kind::boolean) { boolean_ = truth; }
  Value(int64_t number) : kind_(Kind::integer) { integer_ = number; }
  Value(uint64_t number) : kind_(Kind::natural) { natural_ = number; }
  Value(double number) : kind_(Kind::floating) { floating_ = number; }
  Value(std::string_view text) : kind_(Kind::text), size_(static_cast<uint32_t>(text.size())) { text_ = text.data(); }
  Value(const List* list) : kind_(Kind::list) { list_ = list; }
  // Arrays and objects are pointed to, everything else is taken out.
  static Value of(const base::Json& json);

  Kind kind() const { return kind_; }
  bool is_undefined() const { return kind_ == Kind::undefined; }
  bool is_nullish() const { return kind_ <= Kind::null; }
  bool is_number() const { return kind_ >= Kind::integer && kind_ <= Kind::floating; }
  bool is_text() const { return kind_ == Kind::text; }
  bool is_collection() const { return kind_ >= Kind::json; }
  bool is_array() const { return kind_ == Kind::list || (kind_ == Kind::json && json_->is_array()); }

  // Each only for its own kind.
  bool boolean() const { return boolean_; }
  int64_t integer() const { return integer_; }
  uint64_t natural() const { return natural_; }
  double floating() const { return floating_; }
  std::string_view text() const { return {text_, size_}; }
  const base::Json& json() const { return *json_; }
  const List& list() const { return *list_; }

  // Of an array of either kind; 0 for everything else.
  size_t size() const;
  Value item(size_t index) const;  // index < size()

 private:
  explicit Value(Kind kind) : kind_(kind) {}

  Kind kind_ = Kind::undefined;
  uint32_t size_ = 0;
  union {
    bool boolean_;
    int64_t integer_ = 0;
    uint64_t natural_;
    double floating_;
    const char* text_;
    const base::Json* json_;
    const List* list_;
  };
};

// The items of an array that an evaluation made; `depth` is 1 for an array without arrays in it.
struct List {
  const Value* items = nullptr;
  size_t size = 0;
  int depth = 1;
};

// Numbers that were computed become integers where nothing is lost; NaN and infinity, which JSON lacks, and undefined
// become null.
base::Json to_json(const Value& value);

// JSONLogic's truth: as JavaScript's, but an empty array is false.
bool is_true(const Value& value);

// `==` and `===`. Two collections are equal only if they are the same one.
bool loosely_equal(const Value& a, const Value& b);
bool strictly_equal(const Value& a, const Value& b);

enum class Order { less, equal, greater, unordered };
// How `<` and its kin compare: two texts by their UTF-16 code units, all else as numbers, among which NaN has no place.
Order compare(const Value& a, const Value& b);

// Number(value): NaN for text that is no number and for undefined.
double to_number(const Value& value);
// parseFloat(value): the number at the front of the text.
double to_leading_number(const Value& value);
// String(value).
std::string to_string(const Value& value);

}  // namespace trunkline::flags

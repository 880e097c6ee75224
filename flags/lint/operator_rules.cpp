#include <cmath>

#include "flags/definition/number_text.h"
#include "flags/definition/semantic_version.h"
#include "flags/definition/weights.h"
#include "flags/lint/rules.h"

// What stands in a rule and cannot be meant: the operators with the arguments that they get.
namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonArray;

bool is_rule(const Json& json) {
  return json.is_object() && json.get_object().size() == 1;
}

class Walker {
 public:
  explicit Walker(Report& report) : report_(report) {}

  void walk(const Json& json, const Path& path) {
    if (const auto* array = json.if_array()) {
      for (size_t i = 0; i < array->size(); ++i) walk((*array)[i], below(path, std::to_string(i)));
    }
    if (!is_rule(json)) return lint_members(json, path);
    const auto& member = *json.get_object().begin();
    const Path inner = below(path, member.key());
    if (const Operator* known = find_operator(member.key())) look_at(*known, member.value(), inner);
    walk(member.value(), inner);
  }

 private:
  // An object with several members is data, whatever their names are.
  void lint_members(const Json& json, const Path& path) {
    if (!json.is_object()) return;
    for (const auto& member : json.get_object()) {
      if (find_operator(member.key()) == nullptr) continue;
      report_.warning("several-operators", path,
                      fmt::format("an object with {} members is data: {} is no operation in it",
                                  json.get_object().size(), std::string_view(member.key())));
      return;
    }
  }

  void look_at(const Operator& known, const Json& value, const Path& path) {
    const auto* array = value.if_array();
    const JsonArray arguments = array != nullptr ? *array : JsonArray{value};
    // Where one argument stands without brackets its place is the operator's value.
    const auto place = [&](size_t i) { return array != nullptr ? below(path, std::to_string(i)) : path; };
    lint_count(known, arguments.size(), path);
    switch (known.op) {
      case Op::fractional:
        return lint_fractional(arguments, path, place);
      case Op::sem_ver:
        return lint_version(arguments, place);
      case Op::var:
      case Op::missing:
      case Op::if_:
      case Op::and_:
      case Op::or_:
      case Op::cat:
      case Op::merge:
      case Op::log:
        return;  // integers are carried, not computed with
      default:
        return lint_integers(arguments, place);
    }
  }

  void lint_count(const Operator& known, size_t count, const Path& path) {
    if (count >= known.least && count <= known.most) return;
    const std::string expected = known.most == kAnyNumber    ? fmt::format("at least {}", known.least)
                                 : known.least == known.most ? std::to_string(known.least)
                                                             : fmt::format("{} to {}", known.least, known.most);
    report_.warning(
        "argument-count", path,
        fmt::format("{} takes {} argument{}, got {}", known.name, expected, known.most == 1 ? "" : "s", count));
  }

  void lint_integers(const JsonArray& arguments, const auto& place) {
    constexpr double kMostExact = 9007199254740992.0;  // 2^53
    for (size_t i = 0; i < arguments.size(); ++i) {
      const Json& argument = arguments[i];
      const bool integer = argument.is_int64() || argument.is_uint64();
      if (!integer || std::abs(argument.to_number<double>()) < kMostExact) continue;
      report_.warning("imprecise-integer", place(i),
                      fmt::format("{} is beyond 2^53: operators compute with doubles, which cannot tell it from its "
                                  "neighbours; compare it as text",
                                  number_text(argument)));
    }
  }

  void lint_version(const JsonArray& arguments, const auto& place) {
    if (arguments.size() != 3) return;
    if (arguments[1].is_string() && !parse_version_order(arguments[1].get_string())) {
      report_.error("sem-ver", place(1), "expected one of = != < <= > >= ~ ^; the result is always null");
    }
    for (const size_t i : {size_t{0}, size_t{2}}) {
      const Json& version = arguments[i];
      if (is_rule(version)) continue;
      const std::string text = version.is_string()   ? std::string(version.get_string())
                               : version.is_number() ? number_text(version)
                                                     : std::string();
      if (parse_semantic_version(text)) continue;
      report_.error("sem-ver", place(i), "expected a semantic version such as 1.2.3; the result is always null");
    }
  }

  void lint_fractional(const JsonArray& arguments, const Path& path, const auto& place) {
    const size_t first = !arguments.empty() && arguments[0].is_array() ? 0 : 1;
    int64_t total = 0;
    bool known = arguments.size() > first;
    for (size_t i = first; i < arguments.size(); ++i) {
      const auto weight = lint_bucket(arguments[i], place(i));
      known = known && weight.has_value();
      total += weight.value_or(0);
    }
    if (arguments.size() <= first) {
      report_.error("fractional-weights", path, "there are no buckets; the result is always null");
    } else if (known && total == 0) {
      report_.error("fractional-weights", path, "the weights sum up to 0; the result is always null");
    } else if (total > kMostWeight) {
      report_.error("fractional-weights", path,
                    fmt::format("the weights sum up to more than {}; the result is always null", kMostWeight));
    }
  }

  // The weight, if it stands there.
  std::optional<int64_t> lint_bucket(const Json& bucket, const Path& path) {
    const auto* array = bucket.if_array();
    if (array == nullptr || array->empty() || array->size() > 2) {
      if (!is_rule(bucket)) {
        report_.error("fractional-weights", path, "expected a bucket [variant, weight]; the result is always null");
      }
      return std::nullopt;
    }
    if (array->size() == 1) return 1;
    const Json& weight = (*array)[1];
    if (is_rule(weight)) return std::nullopt;
    const auto read = weight_of(weight);
    if (!read) {
      report_.error("fractional-weights", below(path, "1"), "expected an integer; the result is always null");
    } else if (weight.to_number<double>() < 0) {
      report_.warning("fractional-weights", below(path, "1"), "a negative weight counts as 0");
    }
    return read;
  }

  Report& report_;
};

}  // namespace

void lint_targeting(const Json& rule, const Path& path, Report& report) {
  Walker(report).walk(rule, path);
}

}  // namespace trunkline::flags

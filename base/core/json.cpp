#include "base/core/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <set>
#include <vector>

#include "base/core/text.h"

namespace trunkline::base {
namespace {

namespace bj = boost::json;

// Builds the value and refuses what Boost's own parser lets pass: duplicate keys and numbers beyond a double.
// A level is one open array or object.
class Handler {
 public:
  // Boost wants these names. NOLINTBEGIN(readability-identifier-naming)
  static constexpr size_t max_object_size = static_cast<size_t>(-1);
  static constexpr size_t max_array_size = static_cast<size_t>(-1);
  static constexpr size_t max_key_size = static_cast<size_t>(-1);
  static constexpr size_t max_string_size = static_cast<size_t>(-1);
  // NOLINTEND(readability-identifier-naming)

  std::string refusal;  // why parsing was stopped by us; empty for plain syntax errors
  Json value() { return std::move(root_); }

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code&) { return open(JsonObject{}); }
  bool on_object_end(size_t, bj::error_code&) { return close(); }
  bool on_array_begin(bj::error_code&) { return open(JsonArray{}); }
  bool on_array_end(size_t, bj::error_code&) { return close(); }

  bool on_key_part(bj::string_view part, size_t, bj::error_code&) { return append(part); }
  bool on_key(bj::string_view part, size_t, bj::error_code& code) {
    append(part);
    key_ = std::move(text_);
    text_.clear();
    if (!levels_.back().value.as_object().contains(key_)) return true;
    return refuse(fmt::format("the key \"{}\" stands twice in one object", key_), code);
  }
  bool on_string_part(bj::string_view part, size_t, bj::error_code&) { return append(part); }
  bool on_string(bj::string_view part, size_t, bj::error_code&) {
    append(part);
    add(Json(bj::string(text_)));
    text_.clear();
    return true;
  }
  bool on_number_part(bj::string_view, bj::error_code&) { return true; }
  bool on_int64(int64_t number, bj::string_view, bj::error_code&) { return add(Json(number)); }
  bool on_uint64(uint64_t number, bj::string_view, bj::error_code&) { return add(Json(number)); }
  // Boost 1.81 may be off in the last bit, so the digits are read again. They come whole, for the text does.
  bool on_double(double number, bj::string_view digits, bj::error_code& code) {
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (!std::isfinite(number)) return refuse("the number is too large", code);
    return add(Json(number));
  }
  bool on_bool(bool truth, bj::error_code&) { return add(Json(truth)); }
  bool on_null(bj::error_code&) { return add(Json(nullptr)); }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

 private:
  struct Level {
    Json value;
    std::string key;  // under which it goes into the level above
  };

  bool append(bj::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool refuse(std::string why, bj::error_code& code) {
    refusal = std::move(why);
    code = bj::error::syntax;
    return false;
  }
  bool open(Json container) {
    levels_.push_back({std::move(container), std::move(key_)});
    key_.clear();
    return true;
  }
  bool close() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    key_ = std::move(level.key);
    return add(std::move(level.value));
  }
  bool add(Json item) {
    if (levels_.empty()) {
      root_ = std::move(item);
    } else if (auto* array = levels_.back().value.if_array()) {
      array->push_back(std::move(item));
    } else {
      levels_.back().value.as_object().emplace(key_, std::move(item));
    }
    return true;
  }

  Json root_;
  std::vector<Level> levels_;
  std::string key_;
  std::string text_;
};

tl::unexpected<Error> at(std::string_view text, size_t offset, std::string_view name, std::string message) {
  const Position position = position_of(text, offset);
  return fail(Kind::invalid, std::move(message), Where{std::string(name), position.line, position.column});
}

// Boost stops behind what it read, so the culprit is at `used` or, inside a word such as NaN, just before it.
tl::unexpected<Error> syntax_error(std::string_view text, size_t used, std::string_view name, bj::error_code code) {
  const size_t bad = find_invalid_utf8(text);
  if (bad != std::string_view::npos && bad <= used + 4) return at(text, bad, name, "invalid UTF-8");
  if (text.starts_with("\xEF\xBB\xBF")) {
    return at(text, 0, name, "broken JSON: a byte order mark; save the file without one");
  }
  if (code != bj::error::syntax) return at(text, used, name, "broken JSON: " + code.message());
  const size_t end = text.find_first_of(" \t\r\n,:[]{}\"", used);
  const std::string_view word = text.substr(used, std::min<size_t>(std::max<size_t>(end, used + 1) - used, 20));
  return at(text, used, name, fmt::format("broken JSON: unexpected {}", word));
}

// The shortest digits that read back as the same double; "10.0", so that it stays one.
std::string number_text(double number) {
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

// One way to write for both forms, on one line or indented.
class Writer {
 public:
  explicit Writer(bool pretty) : pretty_(pretty) {}

  void write(const Json& value) {
    if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
      write_all('{', '}', *object, [this](const auto& member) {
        write_text(member.key());
        out += pretty_ ? ": " : ":";
        write(member.value());
      });
    } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
      write_all('[', ']', *array, [this](const Json& item) { write(item); });
    } else if (value.is_double()) {
      out += number_text(value.get_double());
    } else if (const auto* number = value.if_int64()) {
      out += fmt::format_int(*number).c_str();
    } else if (const auto* text = value.if_string()) {
      write_text(*text);
    } else {
      out += bj::serialize(value);
    }
  }

  std::string out;

 private:
  void write_all(char open, char close, const auto& items, const auto& write_item) {
    out += open;
    ++depth_;
    for (bool first = true; const auto& item : items) {
      if (!std::exchange(first, false)) out += ',';
      line();
      write_item(item);
    }
    --depth_;
    line();
    out += close;
  }
  // Most text has nothing to escape.
  void write_text(bj::string_view text) {
    const bool plain =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
    if (!plain) {
      out += bj::serialize(text);
      return;
    }
    out += '"';
    out.append(text.data(), text.size());
    out += '"';
  }
  void line() {
    if (pretty_) out += "\n" + std::string(2 * depth_, ' ');
  }

  bool pretty_;
  size_t depth_ = 0;
};

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view name, JsonLimits limits) {
  if (text.size() > limits.max_bytes) {
    return fail(Kind::invalid,
                fmt::format("{} bytes of JSON are more than the {} that are read", text.size(), limits.max_bytes),
                Where{std::string(name), 0, 0});
  }
  bj::parse_options options;
  options.max_depth = static_cast<size_t>(limits.max_depth);
  bj::basic_parser<Handler> parser(options);
  bj::error_code code;
  const size_t used = parser.write_some(false, text.data(), text.size(), code);
  const std::string& refusal = parser.handler().refusal;
  if (!refusal.empty()) return at(text, used, name, refusal);
  if (code == bj::error::too_deep)
    return at(text, used, name, fmt::format("nested deeper than {} levels", limits.max_depth));
  if (code == bj::error::incomplete) return at(text, text.size(), name, "the JSON text ends too early");
  if (code) return syntax_error(text, used, name, code);
  const size_t rest = text.find_first_not_of(" \t\r\n", used);
  if (rest != std::string_view::npos) return at(text, rest, name, "unexpected text after the JSON value");
  return parser.handler().value();
}

std::string to_text(const Json& value) {
  Writer writer(false);
  writer.write(value);
  return std::move(writer.out);
}

std::string to_pretty_text(const Json& value) {
  Writer writer(true);
  writer.write(value);
  writer.out += '\n';
  return std::move(writer.out);
}

const Json* find(const Json& value, std::string_view key) {
  const auto* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

std::string string_or(const Json& value, std::string_view key, std::string_view fallback) {
  const Json* member = find(value, key);
  if (member == nullptr || !member->is_string()) return std::string(fallback);
  return std::string(member->as_string());
}

}  // namespace trunkline::base

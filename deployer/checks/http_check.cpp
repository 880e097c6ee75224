#include "deployer/checks/http_check.h"

#include <charconv>
#include <fmt/format.h>

#include "base/core/text.h"
#include "base/http/client.h"

namespace trunkline::deployer {
namespace {

// "~1" is "/", "~0" is "~", in this order.
std::string unescape(std::string_view token) {
  std::string text;
  for (size_t i = 0; i < token.size(); ++i) {
    const bool escaped = token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1');
    text += escaped ? (token[++i] == '1' ? '/' : '~') : token[i];
  }
  return text;
}

const base::Json* step_into(const base::Json& value, const std::string& token) {
  if (const auto* object = value.if_object()) return object->if_contains(token);
  const auto* array = value.if_array();
  size_t index = 0;
  const auto [end, code] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool is_index = code == std::errc{} && end == token.data() + token.size();
  return array != nullptr && is_index && index < array->size() ? &(*array)[index] : nullptr;
}

}  // namespace

const base::Json* find_pointer(const base::Json& document, std::string_view pointer) {
  const base::Json* at = &document;
  if (pointer.empty()) return at;
  for (const std::string_view token : base::split(pointer.substr(1), '/')) {
    at = step_into(*at, unescape(token));
    if (at == nullptr) return nullptr;
  }
  return at;
}

Measurement number_in(const base::Json& value) {
  if (value.is_number()) return Measurement::of(value.to_number<double>());
  if (const auto* text = value.if_string()) {
    double number = 0;
    const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (code == std::errc{} && end == text->data() + text->size()) return Measurement::of(number);
  }
  return Measurement::missing(fmt::format("{} is no number", base::to_text(value).substr(0, 80)));
}

Measurement ask_http(const HttpQuery& query) {
  const auto client = base::make_http_client({.connect_timeout = query.timeout, .timeout = query.timeout});
  const auto answer = base::get(*client, query.url);
  if (!answer) return Measurement::error(answer.error().message);
  if (answer->status / 100 != 2) return Measurement::error(fmt::format("the server answered {}", answer->status));
  const auto body = base::parse_json(answer->body, query.url);
  if (!body) return Measurement::error(to_string(body.error()));
  const base::Json* value = find_pointer(*body, query.pointer);
  if (value == nullptr) return Measurement::missing(fmt::format("there is nothing at {}", query.pointer));
  return number_in(*value);
}

}  // namespace trunkline::deployer

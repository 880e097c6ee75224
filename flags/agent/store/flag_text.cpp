#include "flags/agent/store/flag_text.h"

#include <fmt/format.h>

namespace trunkline::flags {
namespace {

std::string json_string(std::string_view text) {
  return base::to_text(base::Json(text));
}

}  // namespace

FlagText::FlagText(const Flag& flag) : key(fmt::format(R"("key":{})", json_string(flag.key))) {
  variants.reserve(flag.variants.size());
  for (const Variant& variant : flag.variants) {
    variants.push_back(
        fmt::format(R"(,"variant":{},"value":{})", json_string(variant.name), base::to_text(variant.value)));
  }
  if (!flag.metadata.empty()) metadata = fmt::format(R"(,"metadata":{})", base::to_text(flag.metadata));
}

void append_success(std::string& out, const Flag& flag, const FlagText& text, const Evaluation& evaluation) {
  out += '{';
  out += text.key;
  out += R"(,"reason":")";
  out += to_string(evaluation.reason);
  out += '"';
  for (size_t i = 0; i < flag.variants.size() && evaluation.value != nullptr; ++i) {
    if (&flag.variants[i].value == evaluation.value) out += text.variants[i];
  }
  out += text.metadata;
  out += '}';
}

}  // namespace trunkline::flags

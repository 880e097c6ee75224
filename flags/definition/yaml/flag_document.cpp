#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {

using base::Result;

Result<FlagDocument> parse_flag_document(std::string_view text, std::string_view name) {
  TRY_ASSIGN(const Document document, parse_document(text, name));
  TRY_ASSIGN(FlagSet set, build_flag_set(document.json, document.locate));
  std::string json = format_of(text, name) == Format::json ? std::string(text) : base::to_text(document.json);
  return FlagDocument{std::move(set), std::move(json)};
}

Result<FlagSet> parse_flag_set(std::string_view text, std::string_view name) {
  TRY_ASSIGN(const Document document, parse_document(text, name));
  return build_flag_set(document.json, document.locate);
}

}  // namespace trunkline::flags

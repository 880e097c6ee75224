#include "deployer/plan/placeholders.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"
#include "deployer/plan/fields.h"

namespace trunkline::deployer {
namespace {

const std::vector<std::string_view> kInQueries = {"revision.version", "revision.digest", "revision.commit",
                                                  "stable.version",   "stable.digest",   "service",
                                                  "environment"};
const std::vector<std::string_view> kInTasks = {"revision.version", "revision.digest", "revision.commit",
                                                "revision.config",  "stable.version",  "stable.digest",
                                                "service",          "environment"};
const std::vector<std::string_view> kInQueriesOfSide = {"revision.version", "revision.digest", "revision.commit",
                                                        "stable.version",   "stable.digest",   "side.version",
                                                        "side.digest",      "service",         "environment"};
const std::vector<std::string_view> kInCommands = {
    "instance.id",     "instance.address", "instance.host",   "instance.port", "revision.version",
    "revision.digest", "revision.commit",  "revision.config", "service",       "environment"};

const std::vector<std::string_view>& names_in(Place place) {
  switch (place) {
    case Place::instance:
      return kInCommands;
    case Place::task:
      return kInTasks;
    case Place::query:
      return kInQueries;
    case Place::query_of_side:
      return kInQueriesOfSide;
  }
  return kInCommands;
}

// Calls `text_part` and `name_part` in turn; false if a {{ has no end.
template <typename TextPart, typename NamePart>
bool walk(std::string_view text, TextPart text_part, NamePart name_part) {
  for (;;) {
    const size_t open = text.find("{{");
    text_part(text.substr(0, open));
    if (open == std::string_view::npos) return true;
    const size_t close = text.find("}}", open);
    if (close == std::string_view::npos) return false;
    name_part(std::string(base::trim(text.substr(open + 2, close - open - 2))));
    text.remove_prefix(close + 2);
  }
}

}  // namespace

base::Result<std::vector<std::string>> placeholders_of(std::string_view text) {
  std::vector<std::string> names;
  const bool closed = walk(text, [](std::string_view) {}, [&](std::string name) { names.push_back(std::move(name)); });
  if (!closed) return base::fail(base::Kind::invalid, "expected }} behind {{");
  return names;
}

std::string why_unknown(std::string_view name, Place place) {
  const auto& names = names_in(place);
  if (std::find(names.begin(), names.end(), name) != names.end()) return "";
  if (place == Place::query && name.starts_with("side.")) {
    return fmt::format("the placeholder \"{}\" needs compare: stable, which asks once a side", name);
  }
  return fmt::format("unknown placeholder \"{}\"{}", name, base::did_you_mean(name, names));
}

base::Result<> check_text(const base::YamlNode& node, std::string_view path, std::string_view file, Place place) {
  if (node.text.find('\0') != std::string::npos) return wrong_at(node, path, file, "expected a text without NUL");
  const auto names = placeholders_of(node.text);
  if (!names) return wrong_at(node, path, file, names.error().message);
  for (const std::string& name : *names) {
    const std::string unknown = why_unknown(name, place);
    if (!unknown.empty()) return wrong_at(node, path, file, unknown);
  }
  return {};
}

std::string substitute(std::string_view text, const std::map<std::string, std::string>& values) {
  std::string result;
  walk(
      text, [&](std::string_view part) { result += part; },
      [&](const std::string& name) { result += values.at(name); });
  return result;
}

}  // namespace trunkline::deployer

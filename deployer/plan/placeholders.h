#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/yaml/yaml.h"

// {{instance.address}} and the like inside commands, {{revision.digest}} and the like inside queries. The names are a
// closed list; values are put in as they are, into one argument each, and never pass a shell.
namespace trunkline::deployer {

// The names between {{ and }} in order. Kind::invalid if a {{ has no end.
base::Result<std::vector<std::string>> placeholders_of(std::string_view text);

// Where a text stands: in an instance's command or environment; in a task's command, which has no instance but two
// revisions; in a hook's or a query; or in a query that is asked once a side.
enum class Place { instance, task, query, query_of_side };

// Why `name` means nothing there, with the nearest one that does; "" if it is known.
std::string why_unknown(std::string_view name, Place place);

// What a command line can hold: no NUL, and placeholders that mean something there. Kind::invalid with the node's
// place.
base::Result<> check_text(const base::YamlNode& node, std::string_view path, std::string_view file, Place place);

// `text` with every placeholder replaced. All names in it must be known and in `values`.
std::string substitute(std::string_view text, const std::map<std::string, std::string>& values);

}  // namespace trunkline::deployer

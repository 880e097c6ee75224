#include "flags/ctl/input.h"

#include <fmt/format.h>
#include <fstream>
#include <iostream>

#include "base/cli/terminal.h"
#include "base/core/files.h"
#include "base/core/text.h"

namespace trunkline::flags {

using base::Json;
using base::Kind;
using base::Result;

Result<std::string> read_named_file(const std::string& file) {
  auto text = base::read_file(file);
  if (text || text.error().kind != Kind::not_found) return text;
  return base::fail(Kind::usage, text.error().message);
}

Result<Json> read_json_argument(const std::string& argument, const std::string& option) {
  if (!argument.starts_with('@')) return base::parse_json(argument, option);
  const std::string file = argument.substr(1);
  TRY_ASSIGN(const std::string text, read_named_file(file));
  return base::parse_json(text, file);
}

Result<EvaluationContext> read_context_argument(const std::string& argument) {
  TRY_ASSIGN(Json json, read_json_argument(argument, "--context"));
  auto context = context_from_json(std::move(json));
  if (!context) context.error().where.file = argument.starts_with('@') ? argument.substr(1) : "--context";
  return context;
}

Result<Json> parse_line(std::string_view line, const base::Where& place) {
  auto json = base::parse_json(line, place.file);
  if (!json) json.error().where.line = place.line;
  return json;
}

Result<> answer_lines(const std::string& file, const std::function<Json(std::string_view, const base::Where&)>& take) {
  std::ifstream named;
  if (file != "-") {
    named.open(file);
    if (!named) return base::fail(Kind::usage, fmt::format("cannot read {}", file));
  }
  std::istream& lines = file == "-" ? std::cin : named;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (base::trim(line).empty()) continue;
    base::cli::print_json(take(line, {file, number, 0}));
  }
  return {};
}

}  // namespace trunkline::flags

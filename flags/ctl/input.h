#pragma once

#include <functional>
#include <string>

#include "base/core/json.h"
#include "base/core/result.h"
#include "flags/evaluation/context.h"

// What the commands read besides flag files. Private to ctl/.
namespace trunkline::flags {

// A file that the command line names: one that is not there makes the request wrong (Kind::usage).
base::Result<std::string> read_named_file(const std::string& file);

// JSON|@FILE: the text itself, or what the file holds. `option` names the text in messages.
base::Result<base::Json> read_json_argument(const std::string& argument, const std::string& option);

// The same for a --context.
base::Result<EvaluationContext> read_context_argument(const std::string& argument);

// One line of a file, which stands at `place`: errors say the file's line.
base::Result<base::Json> parse_line(std::string_view line, const base::Where& place);

// Calls `take` with each line of a file ("-": stdin) that is not blank and with its place, and prints what it gives as
// one line of JSON at once. Kind::usage if the file is not there.
base::Result<> answer_lines(const std::string& file,
                            const std::function<base::Json(std::string_view line, const base::Where& place)>& take);

}  // namespace trunkline::flags

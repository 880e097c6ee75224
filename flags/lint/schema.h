#pragma once

#include "base/core/json.h"

namespace trunkline::flags {

// A JSON Schema (draft 7) of the flag file for editors, made from the tables that the reader and the lint use:
// format.h and definition/operators.h.
base::Json flag_file_schema();

}  // namespace trunkline::flags

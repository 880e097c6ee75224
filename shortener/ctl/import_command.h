#pragma once

#include <string>

#include "base/core/result.h"

namespace trunkline::shortener {

struct ImportCommand {
  std::string file;
  std::string store = "sqlite:links.db";
  std::string on_conflict = "fail";  // fail, skip or replace
  bool skip_bad = false;
  bool json = false;
};

// `shortener import`: all rows of the file or none.
base::Result<int> run_import(const ImportCommand& command);

}  // namespace trunkline::shortener

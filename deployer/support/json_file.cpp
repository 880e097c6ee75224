#include "deployer/support/json_file.h"

#include "base/core/files.h"

namespace trunkline::deployer {

base::Result<base::Json> read_json_file(const std::filesystem::path& file) {
  TRY_ASSIGN(const std::string text, base::read_file(file));
  return base::parse_json(text, file.string());
}

}  // namespace trunkline::deployer

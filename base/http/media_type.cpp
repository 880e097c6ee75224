#include "base/http/media_type.h"

#include "base/core/text.h"

namespace trunkline::base {

bool has_json_type(const Request& request) {
  const std::string_view type = request.headers.find("Content-Type").value_or("");
  return equal_ignoring_case(trim(type.substr(0, type.find(';'))), "application/json");
}

}  // namespace trunkline::base

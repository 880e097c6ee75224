#include "base/core/error.h"

#include <fmt/format.h>

namespace trunkline::base {
namespace {

struct Row {
  std::string_view name;
  int exit_code;
  int http_status;
};

Row row(Kind kind) {
  switch (kind) {
    case Kind::usage:
      return {"usage", 2, 400};
    case Kind::invalid:
      return {"invalid", 2, 400};
    case Kind::not_found:
      return {"not_found", 1, 404};
    case Kind::conflict:
      return {"conflict", 1, 409};
    case Kind::unavailable:
      return {"unavailable", 1, 503};
    case Kind::timeout:
      return {"timeout", 1, 504};
    case Kind::denied:
      return {"denied", 1, 403};
    case Kind::io:
      return {"io", 1, 500};
    case Kind::cancelled:
      return {"cancelled", 130, 503};
    case Kind::locked:
      return {"locked", 75, 409};
    case Kind::internal:
      return {"internal", 1, 500};
  }
  return {"internal", 1, 500};
}

}  // namespace

std::string_view to_string(Kind kind) {
  return row(kind).name;
}
int exit_code(Kind kind) {
  return row(kind).exit_code;
}
int http_status(Kind kind) {
  return row(kind).http_status;
}

std::string to_string(const Where& where) {
  if (where.line == 0) return where.file;
  const std::string file = where.file.empty() ? "" : where.file + ":";
  if (where.column == 0) return fmt::format("{}{}", file, where.line);
  return fmt::format("{}{}:{}", file, where.line, where.column);
}

std::string to_string(const Error& error) {
  const std::string place = to_string(error.where);
  return place.empty() ? error.message : place + ": " + error.message;
}

}  // namespace trunkline::base

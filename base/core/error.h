#pragma once

#include <string>
#include <string_view>

// Errors are values. Every failure that a caller can meet is an Error inside a Result (result.h); exceptions of
// libraries are turned into one in the file that wraps the library.
namespace trunkline::base {

// What sort of failure it is. It alone decides the exit code of a tool and the HTTP status of a server: see the
// two functions below, the only place with that table.
enum class Kind {
  usage,        // the command line or the request was wrong
  invalid,      // a file or a document was wrong
  not_found,    // what was named does not exist
  conflict,     // somebody else changed it first
  unavailable,  // a peer is gone, refuses, or a port is taken
  timeout,      // a peer did not answer in time
  denied,       // not permitted
  io,           // the operating system refused
  cancelled,    // SIGINT or SIGTERM
  locked,       // another actor holds the lock
  internal,     // anything else, a bug included
};

// A place in a text that a person wrote. line and column count from 1, columns in bytes; 0 means "not known".
struct Where {
  std::string file;
  int line = 0;
  int column = 0;

  bool operator==(const Where&) const = default;
};

struct Error {
  Kind kind = Kind::internal;
  std::string message;
  Where where = {};

  bool operator==(const Error&) const = default;
};

std::string_view to_string(Kind kind);

// "file:line:column", without the parts that are not known; "" where nothing is known.
std::string to_string(const Where& where);

// "rollout.yaml:12:7: steps[1].bake: expected a duration such as 10m", the form that all tools print.
std::string to_string(const Error& error);

// 2 for a wrong request (usage, invalid), 130 for cancelled, 75 for locked, 1 for the rest.
int exit_code(Kind kind);

int http_status(Kind kind);

}  // namespace trunkline::base

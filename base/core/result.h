#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/core/error.h"

namespace trunkline::base {

// A value or the Error that stood in its way. tl::expected has std::expected's interface under C++20.
template <typename T = void>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}
inline tl::unexpected<Error> fail(Kind kind, std::string message, Where where = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(message), std::move(where)});
}

}  // namespace trunkline::base

#define TRUNKLINE_JOIN_(a, b) a##b
#define TRUNKLINE_JOIN(a, b) TRUNKLINE_JOIN_(a, b)

// TRY(expression): leaves the function with the error if the Result holds one.
#define TRY(...)                                                                                                     \
  do {                                                                                                               \
    if (auto try_result = (__VA_ARGS__); !try_result) return ::trunkline::base::fail(std::move(try_result.error())); \
  } while (false)

// TRY_ASSIGN(auto x, expression): the same, and otherwise x is the value.
#define TRY_ASSIGN(declaration, ...) TRY_ASSIGN_(TRUNKLINE_JOIN(try_result_, __LINE__), declaration, __VA_ARGS__)
#define TRY_ASSIGN_(result, declaration, ...)                             \
  auto result = (__VA_ARGS__);                                            \
  if (!result) return ::trunkline::base::fail(std::move(result.error())); \
  declaration = std::move(*result)

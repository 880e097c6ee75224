#pragma once

#include <string_view>

#include "base/core/result.h"

// What may become a link. All refusals are Kind::invalid and say what was expected.
namespace trunkline::shortener {

// http or https, with a host, at most 2048 bytes, no spaces or control characters; what is not ASCII must be
// percent-encoded, for it goes into a header as it is.
base::Result<> check_url(std::string_view url);

// A code that a person chose: 1 to 64 of A-Z a-z 0-9 _ -, and no word that the service uses itself.
base::Result<> check_alias(std::string_view alias);

// Whether any link can have this code; cheaper than to ask the store.
bool is_code(std::string_view code);

// Whether it is a word that the service uses itself; no link has such a code.
bool is_reserved(std::string_view code);

}  // namespace trunkline::shortener

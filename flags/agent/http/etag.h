#pragma once

#include <string>
#include <string_view>

#include "base/http/message.h"

namespace trunkline::flags {

// The strong tag of a body, with its quotes.
std::string etag_of(std::string_view body);

// Whether one of the request's If-None-Match headers does.
bool names_etag(const base::Request& request, std::string_view etag);

// Whether an If-None-Match header names this (strong) tag: a list, weak tags and * included (RFC 9110, 13.1.2).
bool names_etag(std::string_view header, std::string_view etag);

}  // namespace trunkline::flags

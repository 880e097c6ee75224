#pragma once

#include "base/http/router.h"
#include "flags/agent/feed.h"

namespace trunkline::flags {

// GET /v1/flagset: the whole document with its ETag, 304 where If-None-Match has it, 503 before there is one.
// `feed` outlives the router.
void add_flag_routes(base::Router& router, const Feed& feed);

// Whether an If-None-Match header names this (strong) tag: a list, weak tags and * included (RFC 9110, 13.1.2).
bool names_etag(std::string_view header, std::string_view etag);

}  // namespace trunkline::flags

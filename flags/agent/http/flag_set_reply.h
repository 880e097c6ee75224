#pragma once

#include "base/http/message.h"
#include "flags/agent/store/view.h"

namespace trunkline::flags {

// How /v1/flagset answers: the document with its ETag and the commit as Trunkline-Revision, 304 where If-None-Match has
// the tag, 503 for null, that is before there are flags.
base::Response flag_set_response(const base::Request& request, const View* view);

}  // namespace trunkline::flags

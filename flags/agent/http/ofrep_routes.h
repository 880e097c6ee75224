#pragma once

#include "base/http/router.h"
#include "flags/agent/evaluator.h"
#include "flags/agent/http/event_streams.h"

namespace trunkline::flags {

// The OpenFeature Remote Evaluation Protocol 0.3 (docs/flags.md):
//   POST /ofrep/v1/evaluate/flags/{key}   one flag
//   POST /ofrep/v1/evaluate/flags         all that the caller may see, with an ETag over the whole reply
//   GET  /ofrep/v1/events                 server-sent events, as the bulk reply's `eventStreams` names it
// The references outlive the router.
void add_ofrep_routes(base::Router& router, const Gate& gate, const Evaluator& evaluator, EventStreams& streams);

}  // namespace trunkline::flags

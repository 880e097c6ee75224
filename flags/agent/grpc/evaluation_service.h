#pragma once

#include <grpcpp/impl/service_type.h>
#include <memory>
#include <vector>

#include "flags/agent/evaluator.h"
#include "flags/agent/grpc/streams.h"
#include "flags/agent/http/gate.h"

namespace trunkline::flags {

// flagd.evaluation.v1 and v2, which differ in how they say that a flag has no value for now (it is disabled, or there
// is no default variant) and the caller's default is meant: v2 by a success without a value, v1, which has no words for
// that, by NOT_FOUND. The references outlive the services.
std::vector<std::unique_ptr<grpc::Service>> make_evaluation_services(const Gate& gate, const Evaluator& evaluator,
                                                                     Streams& streams);

}  // namespace trunkline::flags

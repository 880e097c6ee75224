#pragma once

#include <google/protobuf/struct.pb.h>

#include "base/core/json.h"

namespace trunkline::flags {

// All numbers of a Struct are doubles: a whole one becomes an integer again, one that is not finite null, for JSON has
// none.
base::JsonObject to_json(const google::protobuf::Struct& object);

// Integers beyond 2^53 lose their last digits.
google::protobuf::Struct to_struct(const base::JsonObject& object);

}  // namespace trunkline::flags

#pragma once

#include <google/protobuf/struct.pb.h>
#include <memory>

#include "flags/agent/evaluator.h"
#include "flags/agent/grpc/admission.h"

namespace trunkline::flags {

// The agent's Evaluator for calls. Thread-safe.
class CallEvaluator {
 public:
  // The references outlive this.
  CallEvaluator(const Gate& gate, const Evaluator& evaluator) : gate_(gate), evaluator_(evaluator) {}

  struct Answer {
    std::shared_ptr<const View> view;  // that `evaluation` points into
    Evaluation evaluation;             // without an error
  };
  // One flag; anything but a success is a status.
  tl::expected<Answer, grpc::Status> one(const grpc::ServerContextBase& context, const std::string& key, FlagType type,
                                         const google::protobuf::Struct& attributes) const;

  // All flags that can be evaluated, in order; `each` is called with a key and its evaluation. What they point into.
  using Each = std::function<void(const std::string& key, const Evaluation& evaluation)>;
  tl::expected<std::shared_ptr<const View>, grpc::Status> all(const grpc::ServerContextBase& context,
                                                              const google::protobuf::Struct& attributes,
                                                              const Each& each) const;

 private:
  EvaluationContext context_of(const Call& call, const google::protobuf::Struct& attributes) const;

  const Gate& gate_;
  const Evaluator& evaluator_;
};

}  // namespace trunkline::flags

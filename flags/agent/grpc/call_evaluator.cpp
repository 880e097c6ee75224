#include "flags/agent/grpc/call_evaluator.h"

#include "flags/agent/grpc/struct_json.h"

namespace trunkline::flags {

using google::protobuf::Struct;
using grpc::Status;

EvaluationContext CallEvaluator::context_of(const Call& call, const Struct& attributes) const {
  // A Struct is an object: this does not fail.
  EvaluationContext context = context_from_json(to_json(attributes)).value();
  evaluator_.complete(context, [&](std::string_view name) { return call.headers.find(name); });
  return context;
}

tl::expected<CallEvaluator::Answer, Status> CallEvaluator::one(const grpc::ServerContextBase& context,
                                                               const std::string& key, FlagType type,
                                                               const Struct& attributes) const {
  const auto call = admit(gate_, context);
  if (!call) return tl::unexpected(call.error());
  auto view = gate_.view(call->visit);
  if (!view) return tl::unexpected(no_flags());
  const Evaluation evaluation = evaluator_.evaluate(*view, key, type, context_of(*call, attributes));
  if (evaluation.error_code) return tl::unexpected(status_of(key, *evaluation.error_code));
  return Answer{std::move(view), evaluation};
}

tl::expected<std::shared_ptr<const View>, Status> CallEvaluator::all(const grpc::ServerContextBase& context,
                                                                     const Struct& attributes, const Each& each) const {
  const auto call = admit(gate_, context);
  if (!call) return tl::unexpected(call.error());
  auto view = gate_.view(call->visit);
  if (!view) return tl::unexpected(no_flags());
  const EvaluationContext completed = context_of(*call, attributes);
  for (const Flag& flag : view->set().flags()) {
    // Of flags that share a key only the one that the key means.
    if (view->set().find(flag.key) != &flag) continue;
    const Evaluation evaluation = evaluator_.evaluate(*view, flag.key, completed);
    if (!evaluation.error_code) each(flag.key, evaluation);
  }
  return view;
}

}  // namespace trunkline::flags

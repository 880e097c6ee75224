#include "flags/agent/grpc/evaluation_service.h"

#include <fmt/format.h>

#include "flags/agent/grpc/call_evaluator.h"
#include "flags/agent/grpc/changes_memo.h"
#include "flags/agent/grpc/evaluation.pb.h"
#include "flags/agent/grpc/evaluation_v2.pb.h"
#include "flags/agent/grpc/method_table.h"
#include "flags/agent/grpc/newest_stream.h"
#include "flags/agent/grpc/struct_json.h"

namespace trunkline::flags {
namespace {

namespace v1 = flagd::evaluation::v1;
namespace v2 = flagd::evaluation::v2;
using base::Json;
using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;
using grpc::Status;

struct Version1 {
  static constexpr std::string_view kService = "flagd.evaluation.v1.Service";
  using BooleanRequest = v1::ResolveBooleanRequest;
  using BooleanResponse = v1::ResolveBooleanResponse;
  using StringRequest = v1::ResolveStringRequest;
  using StringResponse = v1::ResolveStringResponse;
  using FloatRequest = v1::ResolveFloatRequest;
  using FloatResponse = v1::ResolveFloatResponse;
  using IntRequest = v1::ResolveIntRequest;
  using IntResponse = v1::ResolveIntResponse;
  using ObjectRequest = v1::ResolveObjectRequest;
  using ObjectResponse = v1::ResolveObjectResponse;
  using EventRequest = v1::EventStreamRequest;
  using EventResponse = v1::EventStreamResponse;
  static constexpr bool kMayLackValue = false;
};

struct Version2 {
  static constexpr std::string_view kService = "flagd.evaluation.v2.Service";
  using BooleanRequest = v2::ResolveBooleanRequest;
  using BooleanResponse = v2::ResolveBooleanResponse;
  using StringRequest = v2::ResolveStringRequest;
  using StringResponse = v2::ResolveStringResponse;
  using FloatRequest = v2::ResolveFloatRequest;
  using FloatResponse = v2::ResolveFloatResponse;
  using IntRequest = v2::ResolveIntRequest;
  using IntResponse = v2::ResolveIntResponse;
  using ObjectRequest = v2::ResolveObjectRequest;
  using ObjectResponse = v2::ResolveObjectResponse;
  using EventRequest = v2::EventStreamRequest;
  using EventResponse = v2::EventStreamResponse;
  static constexpr bool kMayLackValue = true;
};

// All but the value.
template <typename Response>
void describe(const Evaluation& evaluation, Response& response) {
  response.set_reason(std::string(to_string(evaluation.reason)));
  if (!evaluation.variant.empty()) response.set_variant(std::string(evaluation.variant));
  if (evaluation.metadata != nullptr) *response.mutable_metadata() = to_struct(*evaluation.metadata);
}

ServerUnaryReactor* finish(CallbackServerContext* context, const Status& status) {
  ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

template <typename Api>
class EvaluationService : public MethodTable {
 public:
  EvaluationService(const Gate& gate, const Evaluator& evaluator, Streams& streams)
      : MethodTable(Api::kService), evaluator_(gate, evaluator), gate_(gate), streams_(streams) {
    unary("ResolveBoolean", &EvaluationService::resolve_boolean);
    unary("ResolveString", &EvaluationService::resolve_string);
    unary("ResolveFloat", &EvaluationService::resolve_float);
    unary("ResolveInt", &EvaluationService::resolve_int);
    unary("ResolveObject", &EvaluationService::resolve_object);
    stream("EventStream", &EvaluationService::stream_events);
  }

 protected:
  const CallEvaluator& evaluator() const { return evaluator_; }

 private:
  ServerUnaryReactor* resolve_boolean(CallbackServerContext* context, const typename Api::BooleanRequest* request,
                                      typename Api::BooleanResponse* response) {
    return resolve(
        context, *request, FlagType::boolean, [&](const Json& value) { response->set_value(value.as_bool()); },
        *response);
  }
  ServerUnaryReactor* resolve_string(CallbackServerContext* context, const typename Api::StringRequest* request,
                                     typename Api::StringResponse* response) {
    return resolve(
        context, *request, FlagType::string,
        [&](const Json& value) { response->set_value(std::string(value.as_string())); }, *response);
  }
  ServerUnaryReactor* resolve_float(CallbackServerContext* context, const typename Api::FloatRequest* request,
                                    typename Api::FloatResponse* response) {
    return resolve(
        context, *request, FlagType::floating, [&](const Json& value) { response->set_value(*exact_double(value)); },
        *response);
  }
  ServerUnaryReactor* resolve_int(CallbackServerContext* context, const typename Api::IntRequest* request,
                                  typename Api::IntResponse* response) {
    return resolve(
        context, *request, FlagType::integer, [&](const Json& value) { response->set_value(*exact_integer(value)); },
        *response);
  }
  ServerUnaryReactor* resolve_object(CallbackServerContext* context, const typename Api::ObjectRequest* request,
                                     typename Api::ObjectResponse* response) {
    return resolve(
        context, *request, FlagType::object,
        [&](const Json& value) { *response->mutable_value() = to_struct(value.as_object()); }, *response);
  }

  // `provider_ready` as soon as there are flags, then the keys that change.
  grpc::ServerWriteReactor<typename Api::EventResponse>* stream_events(CallbackServerContext* context,
                                                                       const typename Api::EventRequest*) {
    using Event = typename Api::EventResponse;
    const auto call = admit(gate_, *context);
    if (!call) return NewestStream<Event>::refuse(streams_, call.error());
    return NewestStream<Event>::open(
        streams_, [this, visit = call->visit, told = std::shared_ptr<const View>()](Event& event) mutable {
          auto view = gate_.view(visit);
          if (!view || view == told) return false;
          const auto before = std::exchange(told, std::move(view));
          if (!before) {
            event.set_type("provider_ready");
            return true;
          }
          const auto changes = changes_.between(before, told);
          if (!changes) return false;
          event.set_type("configuration_change");
          *event.mutable_data() = *changes;
          return true;
        });
  }

  template <typename Request, typename SetValue, typename Response>
  ServerUnaryReactor* resolve(CallbackServerContext* context, const Request& request, FlagType type, SetValue set_value,
                              Response& response) const {
    const auto answer = evaluator_.one(*context, request.flag_key(), type, request.context());
    if (!answer) return finish(context, answer.error());
    const Evaluation& evaluation = answer->evaluation;
    if (evaluation.value != nullptr) {
      set_value(*evaluation.value);
    } else if (!Api::kMayLackValue) {
      return finish(context, {grpc::StatusCode::NOT_FOUND,
                              fmt::format("the flag \"{}\" has no value: {}", request.flag_key(),
                                          evaluation.reason == Reason::disabled ? "it is disabled"
                                                                                : "it has no default variant")});
    }
    describe(evaluation, response);
    return finish(context, Status::OK);
  }

  CallEvaluator evaluator_;
  const Gate& gate_;
  Streams& streams_;
  ChangesMemo changes_;
};

// False for an array, which the message has no place for.
bool set_value(const Json& value, v1::AnyFlag& flag) {
  if (value.is_bool()) {
    flag.set_bool_value(value.get_bool());
  } else if (value.is_string()) {
    flag.set_string_value(std::string(value.get_string()));
  } else if (value.is_number()) {
    flag.set_double_value(value.to_number<double>());
  } else if (value.is_object()) {
    *flag.mutable_object_value() = to_struct(value.get_object());
  } else {
    return false;
  }
  return true;
}

// The first version alone has all flags in one answer.
class EvaluationService1 final : public EvaluationService<Version1> {
 public:
  EvaluationService1(const Gate& gate, const Evaluator& evaluator, Streams& streams)
      : EvaluationService(gate, evaluator, streams) {
    unary("ResolveAll", &EvaluationService1::resolve_all);
  }

 private:
  ServerUnaryReactor* resolve_all(CallbackServerContext* context, const v1::ResolveAllRequest* request,
                                  v1::ResolveAllResponse* response) {
    const auto view =
        evaluator().all(*context, request->context(), [&](const std::string& key, const Evaluation& evaluation) {
          v1::AnyFlag flag;
          if (evaluation.value != nullptr && !set_value(*evaluation.value, flag)) return;
          describe(evaluation, flag);
          (*response->mutable_flags())[key] = std::move(flag);
        });
    if (!view) return finish(context, view.error());
    *response->mutable_metadata() = to_struct((*view)->set().metadata());
    return finish(context, Status::OK);
  }
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> make_evaluation_services(const Gate& gate, const Evaluator& evaluator,
                                                                     Streams& streams) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<EvaluationService1>(gate, evaluator, streams));
  services.push_back(std::make_unique<EvaluationService<Version2>>(gate, evaluator, streams));
  return services;
}

}  // namespace trunkline::flags

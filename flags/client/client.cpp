#include "flags/client/client.h"

#include <utility>

#include "flags/client/client_state.h"
#include "flags/client/hook_run.h"

namespace trunkline::flags {
namespace {

using base::Json;

// The agent is on this host: what takes longer than this is an outage.
constexpr base::ClientOptions kHttp{.connect_timeout = base::Millis{500}, .timeout = base::Millis{2000}};

template <typename Out>
struct Typed;
template <>
struct Typed<bool> {
  static constexpr FlagType kType = FlagType::boolean;
  static bool read(const Json& value) { return value.get_bool(); }
};
template <>
struct Typed<std::string> {
  static constexpr FlagType kType = FlagType::string;
  static std::string_view read(const Json& value) { return value.get_string(); }
};
template <>
struct Typed<int64_t> {
  static constexpr FlagType kType = FlagType::integer;
  static int64_t read(const Json& value) { return *exact_integer(value); }
};
template <>
struct Typed<double> {
  static constexpr FlagType kType = FlagType::floating;
  static double read(const Json& value) { return *exact_double(value); }
};
template <>
struct Typed<Json> {
  static constexpr FlagType kType = FlagType::object;
  static const Json& read(const Json& value) { return value; }
};

}  // namespace

template <typename Out, typename Fallback>
Out Client::State::value(std::string_view key, const EvaluationContext& call, const Fallback& fallback) const noexcept {
  try {
    if (!hooks.empty()) return details_with_hooks<Out>(key, call, fallback).value;
    const auto read = [&](const EvaluationContext& whole) {
      const Evaluation answer = ask(store.flags().get(), key, Typed<Out>::kType, whole);
      return answer.value == nullptr ? Out(fallback) : Out(Typed<Out>::read(*answer.value));
    };
    return has_context ? read(merged(context, call)) : read(call);
  } catch (...) {
    // Only memory can run out above; the program's own default is still an answer then.
    return Out(fallback);
  }
}

template <typename Out, typename Fallback>
Details<Out> Client::State::details(std::string_view key, const EvaluationContext& call,
                                    const Fallback& fallback) const noexcept {
  try {
    if (!hooks.empty()) return details_with_hooks<Out>(key, call, fallback);
    const auto read = [&](const EvaluationContext& whole) {
      const Evaluation answer = ask(store.flags().get(), key, Typed<Out>::kType, whole);
      Details<Out> details{answer.value == nullptr ? Out(fallback) : Out(Typed<Out>::read(*answer.value)),
                           std::string(answer.variant),
                           answer.reason,
                           answer.error_code,
                           {}};
      if (answer.metadata != nullptr) details.metadata = *answer.metadata;
      return details;
    };
    return has_context ? read(merged(context, call)) : read(call);
  } catch (...) {
    return {Out(fallback), {}, Reason::error, ErrorCode::general, {}};
  }
}

template <typename Out, typename Fallback>
Details<Out> Client::State::details_with_hooks(std::string_view key, const EvaluationContext& call,
                                               const Fallback& fallback) const {
  // A copy: a hook may read flags, too.
  const std::shared_ptr<const FlagSet> set = store.flags();
  Details<Json> details =
      run_with_hooks(hooks, set.get(), key, Typed<Out>::kType, merged(context, call), Json(fallback));
  return {Out(Typed<Out>::read(details.value)), std::move(details.variant), details.reason, details.error_code,
          std::move(details.metadata)};
}

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;

std::unique_ptr<Client> Client::start(ClientOptions options) {
  auto state = std::make_unique<State>(options);
  state->poller = std::make_unique<Poller>(std::move(options), state->store, base::make_http_client(kHttp));
  state->poller->load();
  state->thread = std::make_unique<PollerThread>(*state->poller);
  return std::unique_ptr<Client>(new Client(std::move(state)));
}

bool Client::get_bool(std::string_view key, const EvaluationContext& context, bool fallback) const noexcept {
  return state_->value<bool>(key, context, fallback);
}

std::string Client::get_string(std::string_view key, const EvaluationContext& context,
                               std::string_view fallback) const noexcept {
  return state_->value<std::string>(key, context, fallback);
}

int64_t Client::get_int(std::string_view key, const EvaluationContext& context, int64_t fallback) const noexcept {
  return state_->value<int64_t>(key, context, fallback);
}

double Client::get_double(std::string_view key, const EvaluationContext& context, double fallback) const noexcept {
  return state_->value<double>(key, context, fallback);
}

Json Client::get_object(std::string_view key, const EvaluationContext& context, const Json& fallback) const noexcept {
  return state_->value<Json>(key, context, fallback);
}

Details<bool> Client::bool_details(std::string_view key, const EvaluationContext& context,
                                   bool fallback) const noexcept {
  return state_->details<bool>(key, context, fallback);
}

Details<std::string> Client::string_details(std::string_view key, const EvaluationContext& context,
                                            std::string_view fallback) const noexcept {
  return state_->details<std::string>(key, context, fallback);
}

Details<int64_t> Client::int_details(std::string_view key, const EvaluationContext& context,
                                     int64_t fallback) const noexcept {
  return state_->details<int64_t>(key, context, fallback);
}

Details<double> Client::double_details(std::string_view key, const EvaluationContext& context,
                                       double fallback) const noexcept {
  return state_->details<double>(key, context, fallback);
}

Details<Json> Client::object_details(std::string_view key, const EvaluationContext& context,
                                     const Json& fallback) const noexcept {
  return state_->details<Json>(key, context, fallback);
}

ClientState Client::state() const noexcept {
  return state_->store.status().state();
}

std::string Client::state_message() const {
  return state_->store.status().message();
}

bool Client::wait_until_ready(base::Millis timeout) const {
  return state_->store.status().wait_until_ready(timeout);
}

HandlerId Client::on_event(EventHandler handler) {
  return state_->store.status().on_event(std::move(handler));
}

void Client::remove_handler(HandlerId id) {
  state_->store.status().remove_handler(id);
}

std::string_view to_string(ClientState state) {
  switch (state) {
    case ClientState::not_ready:
      return "NOT_READY";
    case ClientState::ready:
      return "READY";
    case ClientState::stale:
      return "STALE";
    case ClientState::error:
      return "ERROR";
  }
  return "ERROR";
}

}  // namespace trunkline::flags

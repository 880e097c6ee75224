#include "flags/client/client.h"

#include <utility>

#include "flags/client/poller.h"

namespace trunkline::flags {
namespace {

// The agent is on this host: what takes longer than this is an outage.
constexpr base::ClientOptions kHttp{.connect_timeout = base::Millis{500}, .timeout = base::Millis{2000}};

template <typename T>
struct Typed;
template <>
struct Typed<bool> {
  static constexpr FlagType kType = FlagType::boolean;
  static bool read(const base::Json& value) { return value.get_bool(); }
};
template <>
struct Typed<std::string_view> {
  static constexpr FlagType kType = FlagType::string;
  static std::string_view read(const base::Json& value) { return value.get_string(); }
};
template <>
struct Typed<int64_t> {
  static constexpr FlagType kType = FlagType::integer;
  static int64_t read(const base::Json& value) { return *exact_integer(value); }
};
template <>
struct Typed<double> {
  static constexpr FlagType kType = FlagType::floating;
  static double read(const base::Json& value) { return *exact_double(value); }
};

Evaluation ask(const FlagSet* set, std::string_view key, FlagType type, const EvaluationContext& context) {
  if (set == nullptr) return {.reason = Reason::error, .error_code = ErrorCode::provider_not_ready};
  return evaluate(*set, key, type, context, base::system_clock().wall());
}

// The value of type T, borrowed from `set`.
template <typename T>
T value_in(const FlagSet* set, std::string_view key, const EvaluationContext& context, T fallback) noexcept {
  try {
    const Evaluation answer = ask(set, key, Typed<T>::kType, context);
    return answer.value == nullptr ? fallback : Typed<T>::read(*answer.value);
  } catch (...) {
    // Only memory can run out below; the program's own default is still an answer then.
    return fallback;
  }
}

template <typename Out, typename T>
Details<Out> details_in(const FlagSet* set, std::string_view key, const EvaluationContext& context,
                        T fallback) noexcept {
  try {
    const Evaluation answer = ask(set, key, Typed<T>::kType, context);
    Details<Out> details{Out(answer.value == nullptr ? fallback : Typed<T>::read(*answer.value)),
                         std::string(answer.variant),
                         answer.reason,
                         answer.error_code,
                         {}};
    if (answer.metadata != nullptr) details.metadata = *answer.metadata;
    return details;
  } catch (...) {
    return {Out(fallback), {}, Reason::error, ErrorCode::general, {}};
  }
}

}  // namespace

struct Client::State {
  explicit State(ClientOptions options) : poller(std::move(options), base::make_http_client(kHttp)) { poller.load(); }

  Poller poller;
  PollerThread thread{poller};
};

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;

std::unique_ptr<Client> Client::start(ClientOptions options) {
  return std::unique_ptr<Client>(new Client(std::make_unique<State>(std::move(options))));
}

bool Client::get_bool(std::string_view key, const EvaluationContext& context, bool fallback) const noexcept {
  return value_in(state_->poller.flags().get(), key, context, fallback);
}

std::string Client::get_string(std::string_view key, const EvaluationContext& context,
                               std::string_view fallback) const noexcept {
  return std::string(value_in(state_->poller.flags().get(), key, context, fallback));
}

int64_t Client::get_int(std::string_view key, const EvaluationContext& context, int64_t fallback) const noexcept {
  return value_in(state_->poller.flags().get(), key, context, fallback);
}

double Client::get_double(std::string_view key, const EvaluationContext& context, double fallback) const noexcept {
  return value_in(state_->poller.flags().get(), key, context, fallback);
}

Details<bool> Client::bool_details(std::string_view key, const EvaluationContext& context,
                                   bool fallback) const noexcept {
  return details_in<bool>(state_->poller.flags().get(), key, context, fallback);
}

Details<std::string> Client::string_details(std::string_view key, const EvaluationContext& context,
                                            std::string_view fallback) const noexcept {
  return details_in<std::string>(state_->poller.flags().get(), key, context, fallback);
}

Details<int64_t> Client::int_details(std::string_view key, const EvaluationContext& context,
                                     int64_t fallback) const noexcept {
  return details_in<int64_t>(state_->poller.flags().get(), key, context, fallback);
}

Details<double> Client::double_details(std::string_view key, const EvaluationContext& context,
                                       double fallback) const noexcept {
  return details_in<double>(state_->poller.flags().get(), key, context, fallback);
}

ClientState Client::state() const noexcept {
  return state_->poller.state();
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

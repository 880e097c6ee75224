#include "flags/client/hook_run.h"

#include <exception>
#include <string>

#include "base/core/clock.h"

namespace trunkline::flags {
namespace {

using base::Json;

struct Failure {
  ErrorCode code;
  std::string message;
};

// What went wrong in `call`, if anything did.
template <typename Call>
std::optional<Failure> failure_of(const Call& call) {
  try {
    call();
    return std::nullopt;
  } catch (const std::exception& e) {
    return Failure{ErrorCode::general, e.what()};
  } catch (...) {
    return Failure{ErrorCode::general, "a hook threw what is no exception"};
  }
}

class HookRun {
 public:
  HookRun(const Hooks& hooks, std::string_view key, FlagType type, const EvaluationContext& context,
          const Json& fallback)
      : hooks_(hooks), data_(hooks.size()), key_(key), type_(type), context_(context), fallback_(fallback) {}

  Details<Json> run(const FlagSet* set) {
    auto failure = before();
    if (!failure) {
      take(ask(set, key_, type_, context_));
      failure =
          details_.error_code ? Failure{*details_.error_code, std::string(to_string(*details_.error_code))} : after();
    }
    if (failure) {
      backwards([&](Hook& hook, const HookContext& context) { hook.error(context, failure->code, failure->message); });
    }
    backwards([&](Hook& hook, const HookContext& context) { hook.finally(context, details_); });
    return std::move(details_);
  }

 private:
  HookContext told(size_t hook) { return {key_, type_, fallback_, context_, data_[hook]}; }

  std::optional<Failure> before() {
    for (size_t i = 0; i < hooks_.size(); ++i) {
      auto failure = failure_of([&] {
        if (const auto more = hooks_[i]->before(told(i))) context_ = merged(context_, *more);
      });
      if (failure) return failure;
    }
    return std::nullopt;
  }

  void take(const Evaluation& answer) {
    if (answer.value != nullptr) details_.value = *answer.value;
    details_.variant = answer.variant;
    details_.reason = answer.reason;
    details_.error_code = answer.error_code;
    if (answer.metadata != nullptr) details_.metadata = *answer.metadata;
  }

  std::optional<Failure> after() {
    for (size_t i = hooks_.size(); i-- > 0;) {
      if (auto failure = failure_of([&] { hooks_[i]->after(told(i), details_); })) return failure;
    }
    return std::nullopt;
  }

  // One that throws is no reason to leave out the others.
  template <typename Call>
  void backwards(const Call& call) {
    for (size_t i = hooks_.size(); i-- > 0;) {
      static_cast<void>(failure_of([&] { call(*hooks_[i], told(i)); }));
    }
  }

  const Hooks& hooks_;
  std::vector<std::any> data_;
  const std::string_view key_;
  const FlagType type_;
  EvaluationContext context_;
  const Json& fallback_;
  Details<Json> details_{fallback_, {}, Reason::error, ErrorCode::general, {}};
};

}  // namespace

Evaluation ask(const FlagSet* set, std::string_view key, FlagType type, const EvaluationContext& context) {
  if (set == nullptr) return {.reason = Reason::error, .error_code = ErrorCode::provider_not_ready};
  return evaluate(*set, key, type, context, base::system_clock().wall());
}

Details<Json> run_with_hooks(const Hooks& hooks, const FlagSet* set, std::string_view key, FlagType type,
                             const EvaluationContext& context, const Json& fallback) {
  return HookRun(hooks, key, type, context, fallback).run(set);
}

}  // namespace trunkline::flags

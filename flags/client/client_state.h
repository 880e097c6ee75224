#pragma once

#include <memory>
#include <string>

#include "flags/client/client.h"
#include "flags/client/client_store.h"
#include "flags/client/poller.h"

// Private to client/.
namespace trunkline::flags {

struct Client::State {
  explicit State(const ClientOptions& options)
      : context(options.context),
        has_context(!context.targeting_key.empty() || context.attributes != base::Json(base::JsonObject())),
        hooks(options.hooks) {}

  // `Fallback` is what the program gives, `Out` what it gets.
  template <typename Out, typename Fallback>
  Out value(std::string_view key, const EvaluationContext& call, const Fallback& fallback) const noexcept;
  template <typename Out, typename Fallback>
  Details<Out> details(std::string_view key, const EvaluationContext& call, const Fallback& fallback) const noexcept;
  template <typename Out, typename Fallback>
  Details<Out> details_with_hooks(std::string_view key, const EvaluationContext& call, const Fallback& fallback) const;

  const EvaluationContext context;
  const bool has_context;
  const std::vector<std::shared_ptr<Hook>> hooks;
  ClientStore store;
  std::unique_ptr<Poller> poller;        // none in memory
  std::unique_ptr<PollerThread> thread;  // the last, so that it ends before what it uses
};

}  // namespace trunkline::flags

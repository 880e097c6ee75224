#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "flags/agent/store/view.h"
#include "flags/evaluation/context.h"

namespace trunkline::flags {

// How the agent evaluates, whatever door a request comes in by: what the agent itself adds to every context, and the
// counting. Thread-safe.
class Evaluator {
 public:
  struct Options {
    base::JsonObject static_context;  // over what a request says
    struct HeaderKey {
      std::string header;
      std::string key;
    };
    std::vector<HeaderKey> header_keys;  // over both: the value of a header of the request
  };
  // A header of the request, or nothing.
  using FindHeader = std::function<std::optional<std::string_view>(std::string_view)>;

  Evaluator(Options options, const base::Clock& clock) : options_(std::move(options)), clock_(clock) {}

  // What the agent adds.
  void complete(EvaluationContext& context, const FindHeader& find_header) const;

  Evaluation evaluate(const View& view, std::string_view key, const EvaluationContext& context) const;
  Evaluation evaluate(const View& view, std::string_view key, FlagType type, const EvaluationContext& context) const;

 private:
  Options options_;
  const base::Clock& clock_;
};

// A sentence for `errorDetails`.
std::string describe_error(std::string_view key, ErrorCode code);

}  // namespace trunkline::flags

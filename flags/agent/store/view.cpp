#include "flags/agent/store/view.h"

#include <array>

namespace trunkline::flags {
namespace {

constexpr size_t kReasons = 5;

base::Counter series(base::Metrics& metrics, const std::string& flag, std::string_view variant, Reason reason) {
  return metrics.counter(
      "flag_evaluations_total", "Evaluations that the agent answered.",
      {{"flag", flag}, {"variant", std::string(variant)}, {"reason", std::string(to_string(reason))}});
}

}  // namespace

// By variant, the last for "none", and reason.
struct View::Counters {
  explicit Counters(size_t variants) : places((variants + 1) * kReasons) {}
  std::vector<base::Lazy<base::Counter>> places;
};

View::View(std::shared_ptr<const Snapshot> snapshot, base::Metrics& metrics)
    : snapshot_(std::move(snapshot)),
      metrics_(metrics),
      // Keys come from outside: as a label each would be a series of its own for ever.
      unknown_(series(metrics, "", "", Reason::error)),
      counters_(snapshot_->set.flags().size()),
      texts_(snapshot_->set.flags().size()) {}

View::~View() = default;

const FlagText& View::text_of(const Flag& flag) const {
  return texts_[place_of(flag)].get([&] { return std::make_unique<FlagText>(flag); });
}

void View::count(const Flag* flag, const Evaluation& evaluation) const {
  if (flag == nullptr) {
    base::Counter(unknown_).add();
    return;
  }
  size_t variant = 0;
  while (variant < flag->variants.size() && flag->variants[variant].name != evaluation.variant) ++variant;
  const size_t place = variant * kReasons + static_cast<size_t>(evaluation.reason);
  const auto make_counters = [&] { return std::make_unique<Counters>(flag->variants.size()); };
  Counters& counters = counters_[place_of(*flag)].get(make_counters);
  const auto make_series = [&] {
    return std::make_unique<base::Counter>(series(metrics_, flag->key, evaluation.variant, evaluation.reason));
  };
  counters.places[place].get(make_series).add();
}

}  // namespace trunkline::flags

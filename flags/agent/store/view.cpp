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
  ~Counters() {
    for (const auto& place : places) delete place.load();
  }
  std::vector<std::atomic<base::Counter*>> places;
};

namespace {

// What `place` holds, made by `make` if nobody has done so yet.
template <typename T, typename Make>
T& get_or_make(std::atomic<T*>& place, Make&& make) {
  if (T* known = place.load(std::memory_order_acquire)) return *known;
  auto made = make();
  T* expected = nullptr;
  if (place.compare_exchange_strong(expected, made.get(), std::memory_order_acq_rel)) return *made.release();
  return *expected;
}

}  // namespace

View::View(std::shared_ptr<const Snapshot> snapshot, base::Metrics& metrics)
    : snapshot_(std::move(snapshot)),
      metrics_(metrics),
      // Keys come from outside: as a label each would be a series of its own for ever.
      unknown_(series(metrics, "", "", Reason::error)),
      counters_(snapshot_->set.flags().size()),
      texts_(snapshot_->set.flags().size()) {}

View::~View() {
  for (const auto& place : counters_) delete place.load();
  for (const auto& place : texts_) delete place.load();
}

const FlagText& View::text_of(const Flag& flag) const {
  return get_or_make(texts_[place_of(flag)], [&] { return std::make_unique<FlagText>(flag); });
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
  Counters& counters = get_or_make(counters_[place_of(*flag)], make_counters);
  get_or_make(counters.places[place], [&] {
    return std::make_unique<base::Counter>(series(metrics_, flag->key, evaluation.variant, evaluation.reason));
  }).add();
}

}  // namespace trunkline::flags

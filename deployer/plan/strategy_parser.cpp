#include "deployer/plan/strategy_parser.h"

#include <algorithm>
#include <fmt/format.h>

#include "deployer/plan/presets.h"
#include "deployer/plan/values.h"

namespace trunkline::deployer {
using base::Millis;
using base::Result;

namespace {

constexpr Millis kAskTimeout{std::chrono::hours{4}};

constexpr Choices<OnInsufficient, 3> kOnInsufficient{
    {"extend", "hold", "rollback"}, {OnInsufficient::extend, OnInsufficient::hold, OnInsufficient::roll_back}};
constexpr Choices<OnTimeout, 3> kOnTimeout{{"hold", "rollback", "promote"},
                                           {OnTimeout::hold, OnTimeout::roll_back, OnTimeout::promote}};
constexpr Choices<bool, 2> kKeepOld{{"running", "stopped"}, {true, false}};
constexpr std::string_view kUntil[] = {"approval"};

constexpr Key kAskTime{"timeout", Value::duration, false, "How long a person's word is waited for.", "4h"};
constexpr Key kAskEnd{"onTimeout", word_of(kOnTimeout.words), false, "What happens when nobody answered.", "hold"};

const Table kApprovalKeys{{kAskTime, kAskEnd}};

const Table kPauseKeys{{
    {"until", word_of(kUntil), false, "deployer promote goes on.", "approval"},
    kAskTime,
    kAskEnd,
}};

const Table kAnalysisStepKeys{{
    {"templates", Value::texts, true, "The names of the analysis templates that judge this bake."},
    {"for", Value::duration, false, "Its length; without it as long as the metrics count."},
    {"minSamples", Value::count, false, "With fewer requests it says nothing.", "0"},
    {"onInsufficient", word_of(kOnInsufficient.words), false,
     "What happens when there were too few requests: extend, then hold; hold; rollback.", "extend"},
    {"extendMax", Value::duration, false, "How much longer it may become; else as long again."},
}};

const Table kPreviewKeys{{
    {"header", Value::text, true, "traffic.preview's header."},
}};

const Table kStepKeys{
    {
        {"setWeight", Value::share, false,
         "So many percent of the users, in steps of 0.01, more than before; 100 is added at the end."},
        {"bake", Value::duration, false,
         "Time under the background analyses. Only time in which all of them passed counts; twice the length is the "
         "most."},
        {"analysis", mapping_of(kAnalysisStepKeys), false, "A bake with analyses of its own."},
        {"pause", mapping_of(kPauseKeys), false, "deployer promote goes on."},
        {"preview", mapping_of(kPreviewKeys), false,
         "Who sends traffic.preview's header meets the new side, also at 0 %."},
    },
    {"setWeight", "bake", "analysis", "pause", "preview"}};

const Table kPostPromotionKeys{{
    {"bake", Value::duration, false, "After the last instance, or once all users are on the new side.", "0s"},
    {"keepOld", word_of(kKeepOld.words), false,
     "By share: the old revision stays hot until that bake is over; stopped: it is stopped before.", "running"},
}};

class StrategyReader {
 public:
  StrategyReader(const Fields& fields, const Templates& templates, Rollout& rollout)
      : fields_(fields), templates_(templates), rollout_(rollout), strategy_(rollout.strategy) {}

  Result<> read() {
    std::string name;
    TRY(fields_.read("preset", name));
    if (!name.empty()) strategy_ = preset(name);
    fields_.read("type", strategy_.type, kStrategyTypes);
    TRY(fields_.read("maxUnavailable", strategy_.max_unavailable));
    TRY(fields_.read("bake", strategy_.bake));
    TRY(fields_.read("progressDeadline", strategy_.progress_deadline));
    TRY(read_post_promotion());
    return read_ramp();
  }

 private:
  // Which keys go with which strategy; one that would do nothing is an error.
  Result<> only_with(std::string_view key, StrategyType type) const {
    if (!fields_.has(key) || (fields_.has("type") && strategy_.type == type)) return {};
    return fields_.wrong(key, fmt::format("goes with type: {}", to_string(type)));
  }

  Result<> read_ramp() {
    TRY(only_with("steps", StrategyType::canary));
    TRY(only_with("step", StrategyType::linear));
    TRY(only_with("every", StrategyType::linear));
    TRY(only_with("prePromotion", StrategyType::blue_green));
    TRY(only_with("approval", StrategyType::blue_green));
    if (fields_.has("preset")) return {};
    if (by_share(strategy_.type) && fields_.has("bake")) {
      return fields_.wrong("bake", fmt::format("{} bakes in its own steps", to_string(strategy_.type)));
    }
    switch (strategy_.type) {
      case StrategyType::in_place:
      case StrategyType::rolling:
        return {};
      case StrategyType::one_box:
        if (strategy_.bake.count() > 0) return {};
        return fields_.wrong("bake", "oneBox needs the time for which the box is watched, such as 10m");
      case StrategyType::canary:
        return read_steps();
      case StrategyType::linear:
        return read_linear();
      case StrategyType::blue_green:
        return read_blue_green();
      case StrategyType::all_at_once:
        strategy_.ramp = {step::Expose{{}, kAllUsers, false}};
        return {};
    }
    return {};
  }

  Result<> read_linear() {
    int step = 0;
    Millis every{0};
    TRY(fields_.require("step"));
    TRY(fields_.require("every"));
    TRY(fields_.read_with("step", step, parse_share));
    if (step < 1) return fields_.wrong("step", "expected more than 0");
    TRY(fields_.read("every", every));
    strategy_.ramp = linear_ramp(step, every);
    return {};
  }

  Result<> read_blue_green() {
    if (fields_.has("prePromotion") || fields_.has("approval")) {
      strategy_.ramp.emplace_back(step::Expose{{}, 0, true});
    }
    TRY_ASSIGN(const auto analysis, fields_.below("prePromotion"));
    if (analysis) TRY(add_analysis(*analysis));
    TRY_ASSIGN(const auto approval, fields_.below("approval"));
    if (approval) TRY(add_ask(*approval));
    strategy_.ramp.emplace_back(step::Expose{{}, kAllUsers, false});
    return {};
  }

  Result<> read_steps() {
    TRY(fields_.require("steps"));
    TRY_ASSIGN(const std::vector<Fields> steps, fields_.each("steps"));
    for (const Fields& item : steps) TRY(read_step(item));
    if (share_ < kAllUsers) strategy_.ramp.emplace_back(step::Expose{{}, kAllUsers, false});
    return {};
  }

  Result<> read_step(const Fields& item) {
    if (item.has("setWeight")) return read_weight(item);
    if (item.has("preview")) return read_preview(item);
    if (item.has("bake")) {
      step::Bake bake;
      TRY(item.read("bake", bake.length));
      bake.extend_max = bake.length;
      strategy_.ramp.emplace_back(std::move(bake));
      return {};
    }
    TRY_ASSIGN(const auto analysis, item.below("analysis"));
    if (analysis) return add_analysis(*analysis);
    TRY_ASSIGN(const auto pause, item.below("pause"));
    return add_ask(*pause);
  }

  Result<> read_weight(const Fields& item) {
    int share = 0;
    TRY(item.read_with("setWeight", share, parse_share));
    if (share <= share_ && !(share == 0 && share_ == 0)) {
      return item.wrong("setWeight", fmt::format("must be more than the {} before", share_text(share_)));
    }
    share_ = share;
    strategy_.ramp.emplace_back(step::Expose{{}, share, false});
    return {};
  }

  Result<> read_preview(const Fields& item) {
    TRY_ASSIGN(const auto preview, item.below("preview"));
    std::string header;
    TRY(preview->read("header", header));
    if (rollout_.traffic && header != rollout_.traffic->preview) {
      return preview->wrong(
          "header", fmt::format("traffic.preview is \"{}\"; HAProxy looks at that one", rollout_.traffic->preview));
    }
    strategy_.ramp.emplace_back(step::Expose{{}, share_, true});
    return {};
  }

  Result<> add_analysis(const Fields& fields) {
    step::Bake bake;
    std::vector<std::string> names;
    TRY(fields.read("templates", names));
    if (names.empty()) return fields.wrong("templates", "expected at least one");
    for (size_t i = 0; i < names.size(); ++i) {
      TRY_ASSIGN(const std::vector<int> metrics, templates_.find(names[i], fields.find("templates")->items[i],
                                                                 fields.path_of("templates"), fields_.file()));
      bake.metrics.insert(bake.metrics.end(), metrics.begin(), metrics.end());
    }
    TRY(read_length(fields, bake));
    int samples = 0;
    TRY(fields.read("minSamples", samples));
    bake.min_samples = samples;
    fields.read("onInsufficient", bake.on_insufficient, kOnInsufficient);
    bake.extend_max = bake.length;
    TRY(fields.read("extendMax", bake.extend_max));
    strategy_.ramp.emplace_back(std::move(bake));
    return {};
  }

  // As long as it says, else as long as its metrics count.
  Result<> read_length(const Fields& fields, step::Bake& bake) const {
    if (fields.has("for")) return fields.read("for", bake.length);
    for (const int index : bake.metrics) {
      const Metric& metric = rollout_.analysis.metrics[static_cast<size_t>(index)];
      if (metric.count == 0) {
        return fields.wrong("", fmt::format("{} has no count, so it would never end: say `for`", metric.name));
      }
      bake.length = std::max(bake.length, metric.initial_delay + metric.interval * metric.count);
    }
    return {};
  }

  Result<> add_ask(const Fields& fields) {
    step::Ask ask{kAskTimeout, OnTimeout::hold};
    TRY(fields.read("timeout", ask.timeout));
    fields.read("onTimeout", ask.on_timeout, kOnTimeout);
    strategy_.ramp.emplace_back(ask);
    return {};
  }

  Result<> read_post_promotion() {
    TRY_ASSIGN(const auto post, fields_.below("postPromotion"));
    if (!post) return {};
    TRY(post->read("bake", strategy_.post_promotion_bake));
    if (post->has("keepOld") && !by_share(strategy_.type)) {
      return post->wrong("keepOld",
                         fmt::format("{} replaces the old revision where it stands", to_string(strategy_.type)));
    }
    post->read("keepOld", strategy_.keep_old, kKeepOld);
    return {};
  }

  const Fields& fields_;
  const Templates& templates_;
  const Rollout& rollout_;
  Strategy& strategy_;
  int share_ = 0;
};

}  // namespace

const Table kStrategyKeys{
    {
        {"type", word_of(kStrategyTypes.words), false,
         "inPlace: each instance where it stands; rolling: the same, and each batch is baked; oneBox: the first "
         "instance alone, baked, then the rest; beside the old revision canary: users move by steps, linear: the share "
         "grows evenly, blueGreen: shown to who asks for it, then to all, allAtOnce: all users at once."},
        {"preset", word_of(preset_names()), false, "Instead of a type: the names of AWS CodeDeploy and AppConfig."},
        {"maxUnavailable", at_least(1, Value::amount), false,
         "A count or a share of the fleet (or of a wave); the size of a batch, within minHealthy.", "1"},
        {"bake", Value::duration, false, "oneBox: after the box (needed); rolling: after every batch.", "0s"},
        {"steps", with(Value::some_mappings, kStepKeys), false, "Needed by canary: each a mapping of one key."},
        {"step", Value::share, false, "Needed by linear: so many percent more each time."},
        {"every", at_least(1, Value::duration), false, "Needed by linear: how long each share is baked."},
        {"prePromotion", mapping_of(kAnalysisStepKeys), false,
         "Of blueGreen: a bake while only those meet it who ask for it."},
        {"approval", mapping_of(kApprovalKeys), false, "Of blueGreen: a person's word before all users meet it."},
        {"postPromotion", mapping_of(kPostPromotionKeys), false, "When all users are on the new revision."},
        {"progressDeadline", at_least(1000, Value::duration), false,
         "For the acts of one step; then it is taken back, or held on the way back.", "10m"},
    },
    {"type", "preset"}};

Result<> read_strategy(const Fields& root, const Templates& templates, Rollout& rollout) {
  rollout.strategy_at = root.where("strategy");
  TRY_ASSIGN(const auto fields, root.below("strategy"));
  return fields ? StrategyReader(*fields, templates, rollout).read() : Result<>{};
}

}  // namespace trunkline::deployer

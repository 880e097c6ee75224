#include "deployer/plan/strategy_parser.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"
#include "deployer/plan/presets.h"
#include "deployer/plan/values.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Millis;
using base::Result;
using base::YamlNode;

namespace {

constexpr Millis kAskTimeout{std::chrono::hours{4}};

Result<StrategyType> parse_type(std::string_view text) {
  static const std::vector<std::string_view> words = {"inPlace", "rolling",   "oneBox",   "canary",
                                                      "linear",  "blueGreen", "allAtOnce"};
  for (const auto type : {StrategyType::in_place, StrategyType::rolling, StrategyType::one_box, StrategyType::canary,
                          StrategyType::linear, StrategyType::blue_green, StrategyType::all_at_once}) {
    if (to_string(type) == text) return type;
  }
  return fail(Kind::invalid, fmt::format("expected one of {}, got \"{}\"{}", fmt::join(words, ", "), text,
                                         base::did_you_mean(text, words)));
}

Result<OnInsufficient> parse_on_insufficient(std::string_view text) {
  if (text == "extend") return OnInsufficient::extend;
  if (text == "hold") return OnInsufficient::hold;
  if (text == "rollback") return OnInsufficient::roll_back;
  return fail(Kind::invalid, fmt::format("expected extend, hold or rollback, got \"{}\"", text));
}

Result<OnTimeout> parse_on_timeout(std::string_view text) {
  if (text == "hold") return OnTimeout::hold;
  if (text == "rollback") return OnTimeout::roll_back;
  if (text == "promote") return OnTimeout::promote;
  return fail(Kind::invalid, fmt::format("expected hold, rollback or promote, got \"{}\"", text));
}

class StrategyReader {
 public:
  StrategyReader(const Fields& fields, const Templates& templates, Rollout& rollout)
      : fields_(fields), templates_(templates), rollout_(rollout), strategy_(rollout.strategy) {}

  Result<> read() {
    TRY(read_kind());
    TRY(fields_.read("maxUnavailable", strategy_.max_unavailable));
    if (strategy_.max_unavailable.value < 1) return fields_.wrong("maxUnavailable", "expected 1 or more");
    TRY(fields_.read("bake", strategy_.bake));
    TRY(fields_.read("progressDeadline", strategy_.progress_deadline));
    if (strategy_.progress_deadline < Millis{1000}) return fields_.wrong("progressDeadline", "expected 1s or more");
    TRY(read_post_promotion());
    return read_ramp();
  }

 private:
  Result<> read_kind() {
    if (fields_.has("type") == fields_.has("preset")) return fields_.wrong("", "expected one of type and preset");
    TRY(fields_.read_with("preset", strategy_, preset));
    return fields_.read_with("type", strategy_.type, parse_type);
  }

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
    if (every < Millis{1}) return fields_.wrong("every", "expected more than 0");
    strategy_.ramp = linear_ramp(step, every);
    return {};
  }

  Result<> read_blue_green() {
    if (fields_.has("prePromotion") || fields_.has("approval")) {
      strategy_.ramp.emplace_back(step::Expose{{}, 0, true});
    }
    if (const YamlNode* node = fields_.find("prePromotion")) {
      TRY_ASSIGN(step::Bake bake, read_analysis_step(*node, fields_.path_of("prePromotion")));
      strategy_.ramp.emplace_back(std::move(bake));
    }
    if (const YamlNode* node = fields_.find("approval")) {
      TRY_ASSIGN(const step::Ask ask, read_ask(*node, fields_.path_of("approval"), {"timeout", "onTimeout"}));
      strategy_.ramp.emplace_back(ask);
    }
    strategy_.ramp.emplace_back(step::Expose{{}, kAllUsers, false});
    return {};
  }

  Result<> read_steps() {
    TRY(fields_.require("steps"));
    const YamlNode& list = *fields_.find("steps");
    if (!list.is_sequence() || list.items.empty()) return fields_.wrong("steps", "expected a list of steps");
    for (size_t i = 0; i < list.items.size(); ++i) {
      const std::string path = fmt::format("strategy.steps[{}]", i);
      TRY_ASSIGN(const Fields item, Fields::open(list.items[i], path, fields_.file(),
                                                 {"setWeight", "bake", "analysis", "pause", "preview"}));
      if (list.items[i].members.size() != 1) {
        return item.wrong("", "expected one of setWeight, bake, analysis, pause and preview");
      }
      TRY(read_step(item));
    }
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
    if (item.has("analysis")) {
      TRY_ASSIGN(step::Bake bake, read_analysis_step(*item.find("analysis"), item.path_of("analysis")));
      strategy_.ramp.emplace_back(std::move(bake));
      return {};
    }
    TRY_ASSIGN(const step::Ask ask,
               read_ask(*item.find("pause"), item.path_of("pause"), {"until", "timeout", "onTimeout"}));
    strategy_.ramp.emplace_back(ask);
    return {};
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
    TRY_ASSIGN(const auto preview, item.below("preview", {"header"}));
    std::string header;
    TRY(preview->require("header"));
    TRY(preview->read("header", header));
    if (rollout_.traffic && header != rollout_.traffic->preview) {
      return preview->wrong(
          "header", fmt::format("traffic.preview is \"{}\"; HAProxy looks at that one", rollout_.traffic->preview));
    }
    strategy_.ramp.emplace_back(step::Expose{{}, share_, true});
    return {};
  }

  Result<step::Bake> read_analysis_step(const YamlNode& node, const std::string& path) {
    TRY_ASSIGN(const Fields fields, Fields::open(node, path, fields_.file(),
                                                 {"templates", "for", "minSamples", "onInsufficient", "extendMax"}));
    step::Bake bake;
    std::vector<std::string> names;
    TRY(fields.require("templates"));
    TRY(fields.read("templates", names));
    if (names.empty()) return fields.wrong("templates", "expected at least one");
    for (size_t i = 0; i < names.size(); ++i) {
      TRY_ASSIGN(const std::vector<int> metrics,
                 templates_.find(names[i], fields.find("templates")->items[i], path + ".templates", fields_.file()));
      bake.metrics.insert(bake.metrics.end(), metrics.begin(), metrics.end());
    }
    TRY(read_length(fields, bake));
    int samples = 0;
    TRY(fields.read("minSamples", samples));
    bake.min_samples = samples;
    TRY(fields.read_with("onInsufficient", bake.on_insufficient, parse_on_insufficient));
    bake.extend_max = bake.length;
    TRY(fields.read("extendMax", bake.extend_max));
    return bake;
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

  Result<step::Ask> read_ask(const YamlNode& node, const std::string& path,
                             std::initializer_list<std::string_view> known) {
    TRY_ASSIGN(const Fields fields, Fields::open(node, path, fields_.file(), known));
    step::Ask ask{kAskTimeout, OnTimeout::hold};
    std::string until = "approval";
    TRY(fields.read("until", until));
    if (until != "approval") return fields.wrong("until", fmt::format("expected approval, got \"{}\"", until));
    TRY(fields.read("timeout", ask.timeout));
    TRY(fields.read_with("onTimeout", ask.on_timeout, parse_on_timeout));
    return ask;
  }

  Result<> read_post_promotion() {
    TRY_ASSIGN(const auto post, fields_.below("postPromotion", {"bake", "keepOld"}));
    if (!post) return {};
    TRY(post->read("bake", strategy_.post_promotion_bake));
    std::string keep = "running";
    TRY(post->read("keepOld", keep));
    if (keep != "running" && keep != "stopped") {
      return post->wrong("keepOld", fmt::format("expected running or stopped, got \"{}\"", keep));
    }
    if (post->has("keepOld") && !by_share(strategy_.type)) {
      return post->wrong("keepOld",
                         fmt::format("{} replaces the old revision where it stands", to_string(strategy_.type)));
    }
    strategy_.keep_old = keep == "running";
    return {};
  }

  const Fields& fields_;
  const Templates& templates_;
  const Rollout& rollout_;
  Strategy& strategy_;
  int share_ = 0;
};

}  // namespace

Result<> read_strategy(const Fields& root, const Templates& templates, Rollout& rollout) {
  rollout.strategy_at = root.where("strategy");
  TRY_ASSIGN(const auto fields,
             root.below("strategy", {"type", "preset", "maxUnavailable", "bake", "steps", "step", "every",
                                     "prePromotion", "approval", "postPromotion", "progressDeadline"}));
  return fields ? StrategyReader(*fields, templates, rollout).read() : Result<>{};
}

}  // namespace trunkline::deployer

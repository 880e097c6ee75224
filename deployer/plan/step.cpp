#include "deployer/plan/step.h"

#include <fmt/format.h>

namespace trunkline::deployer {
namespace {

std::string names(const Batch& batch, const std::vector<std::string>& places) {
  std::vector<std::string_view> words;
  words.reserve(batch.size());
  for (const int index : batch) words.emplace_back(places[static_cast<size_t>(index)]);
  return fmt::format("{}", fmt::join(words, ", "));
}

struct Printer {
  const std::vector<std::string>& places;

  std::string operator()(const step::Fetch&) const { return "fetch the artifact"; }
  std::string operator()(const step::Task& s) const {
    return fmt::format("run task {}{}", s.task + 1, s.contract ? " (contract)" : "");
  }
  std::string operator()(const step::Start& s) const {
    return fmt::format("start the {} revision on {}", to_string(s.side), names(s.batch, places));
  }
  std::string operator()(const step::Probe& s) const { return "probe " + names(s.batch, places); }
  std::string operator()(const step::Admit& s) const { return "admit users to " + names(s.batch, places); }
  std::string operator()(const step::Expose& s) const {
    if (s.share == 0) return s.preview ? "open the preview to who asks for it" : "send nobody to the new side";
    return fmt::format("send {} of users to the new side", share_text(s.share));
  }
  std::string operator()(const step::Bake& s) const {
    std::string text = "bake for " + base::format_duration(s.length);
    if (s.min_samples > 0) text += fmt::format(", {} requests at least", s.min_samples);
    return text;
  }
  std::string operator()(const step::Ask& s) const {
    return "wait for a person's word, at most " + base::format_duration(s.timeout);
  }
  std::string operator()(const step::Promote&) const { return "make the new side the stable one"; }
  std::string operator()(const step::Drain& s) const { return "drain " + names(s.batch, places); }
  std::string operator()(const step::Stop& s) const { return "stop " + names(s.batch, places); }
  std::string operator()(const step::Hook& s) const { return fmt::format("run the {} hooks", to_string(s.point)); }
};

}  // namespace

std::string share_text(int share) {
  return fmt::format("{:g} %", static_cast<double>(share) / 100);
}

std::string_view to_string(HookPoint point) {
  switch (point) {
    case HookPoint::pre_rollout:
      return "preRollout";
    case HookPoint::before_drain:
      return "beforeDrain";
    case HookPoint::after_drain:
      return "afterDrain";
    case HookPoint::before_traffic:
      return "beforeTraffic";
    case HookPoint::after_traffic:
      return "afterTraffic";
    case HookPoint::post_rollout:
      return "postRollout";
    case HookPoint::on_rollback:
      return "onRollback";
  }
  return "onRollback";
}

bool on_dials(const Step& step) {
  return std::holds_alternative<step::Expose>(step) || std::holds_alternative<step::Promote>(step);
}

std::string to_string(const Step& step, const std::vector<std::string>& places) {
  return std::visit(Printer{places}, step);
}

}  // namespace trunkline::deployer

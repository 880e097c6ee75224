#include "deployer/simulate/story.h"

#include <fmt/format.h>

#include "base/core/overloaded.h"
#include "deployer/engine/event_json.h"

namespace trunkline::deployer {
namespace {

bool is_news(const Event& event) {
  if (const auto* measured = std::get_if<event::Measured>(&event)) {
    return measured->measurement.kind != Measurement::Kind::value || measured->measurement.value > 1;
  }
  return !std::holds_alternative<event::Ticked>(event) && !std::holds_alternative<event::Done>(event) &&
         !std::holds_alternative<event::Renewed>(event);
}

bool is_news(const Action& action) {
  return !std::holds_alternative<action::Measure>(action) && !std::holds_alternative<action::Renew>(action);
}

}  // namespace

void Story::tell(base::Millis now, const std::string& line) {
  if (told_) lines_.push_back(fmt::format("{:>9.3f}s  {}", static_cast<double>(now.count()) / 1000, line));
}

void Story::tell(base::Millis now, const Event& event) {
  if (told_ && is_news(event)) tell(now, base::to_text(to_json(event)));
}

void Story::tell(base::Millis now, const Action& action) {
  if (told_ && is_news(action)) tell(now, "  -> " + describe(action));
}

std::string Story::describe(const Action& action) const {
  const auto place = [this](int index) { return index < 0 ? "" : " " + plan_.places[static_cast<size_t>(index)]; };
  return std::visit(
      base::Overloaded{
          [](const action::Cancel&) -> std::string { return "cancel"; },
          [](const action::Fetch&) -> std::string { return "fetch"; },
          [](const action::Task& a) { return fmt::format("task {}", a.task); },
          [](const action::Hook& a) { return fmt::format("hook {}", to_string(a.point)); },
          [&](const action::Start& a) { return fmt::format("start {}{}", to_string(a.side), place(a.instance)); },
          [&](const action::Probe& a) { return (a.once ? "look at" : "probe") + place(a.instance); },
          [&](const action::Admit& a) { return "admit" + place(a.instance); },
          [&](const action::Drain& a) { return "drain" + place(a.instance); },
          [&](const action::Stop& a) { return "stop" + place(a.instance); },
          [](const action::Expose& a) {
            return fmt::format("expose {} at dial {}{}", share_text(a.share), a.dial, a.preview ? " (preview)" : "");
          },
          [](const action::Renew& a) { return fmt::format("renew dial {}", a.dial); },
          [](const action::Promote& a) { return fmt::format("promote at dial {}", a.dial); },
          [](const action::OpenBake& a) {
            return fmt::format("bake with {} new and {} stable", a.fresh.size(), a.stable.size());
          },
          [](const action::Measure& a) { return fmt::format("measure {}", a.metric); },
          [](const action::Asked&) -> std::string { return "ask a person"; },
          [](const action::Hold& a) { return "hold: " + a.reason; },
          [](const action::Finish& a) { return fmt::format("finish: {}", to_string(a.outcome)); },
      },
      action);
}

}  // namespace trunkline::deployer

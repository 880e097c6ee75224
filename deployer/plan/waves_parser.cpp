#include "deployer/plan/waves_parser.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/text.h"
#include "deployer/plan/values.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;
using base::YamlNode;

namespace {

struct Label {
  std::string name, value;
};

Result<Label> parse_selector_label(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos || equals + 1 == text.size()) {
    return fail(Kind::invalid, fmt::format("expected a label such as region=eu, got \"{}\"", text));
  }
  return Label{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

class WavesReader {
 public:
  WavesReader(const Fields& targets, Rollout& rollout)
      : targets_(targets), rollout_(rollout), taken_(rollout.instances.size(), false) {}

  Result<> read() {
    TRY_ASSIGN(const std::vector<Fields> all, targets_.each("waves"));
    for (const Fields& fields : all) TRY(read_one(fields));
    for (size_t i = 0; i < taken_.size(); ++i) {
      if (!taken_[i]) return targets_.wrong("waves", fmt::format("no wave takes {}", rollout_.instances[i].id));
    }
    return sort(targets_.find("waves")->items);
  }

 private:
  Result<> read_one(const Fields& fields) {
    Wave wave;
    TRY(fields.read_with("name", wave.name, parse_id));
    const bool twice = std::any_of(waves_.begin(), waves_.end(), [&](const Wave& w) { return w.name == wave.name; });
    if (twice) return fields.wrong("name", "stands twice");
    TRY(take_instances(fields, wave));
    if (fields.has("maxUnavailable")) {
      wave.max_unavailable.emplace();
      TRY(fields.read("maxUnavailable", *wave.max_unavailable));
    }
    TRY(fields.read("bake", wave.bake));
    TRY(fields.read_with("service", wave.service, parse_id));
    TRY(fields.read_with("twin", wave.twin, parse_id));
    if (wave.service.empty() != wave.twin.empty()) {
      return fields.wrong("", "a wave with its own backends names both: service and twin");
    }
    if (!waves_.empty() && waves_.front().service.empty() != wave.service.empty()) {
      return fields.wrong("", "either all waves have their own backends or none");
    }
    requires_.emplace_back();
    TRY(fields.read("requires", requires_.back()));
    waves_.push_back(std::move(wave));
    return {};
  }

  Result<> take_instances(const Fields& fields, Wave& wave) {
    int count = static_cast<int>(taken_.size());
    Label label;
    TRY(fields.read("instances", count));
    TRY(fields.read_with("selector", label, parse_selector_label));
    for (size_t i = 0; i < taken_.size() && static_cast<int>(wave.instances.size()) < count; ++i) {
      const auto& labels = rollout_.instances[i].labels;
      const auto found = labels.find(label.name);
      const bool wanted = label.name.empty() || (found != labels.end() && found->second == label.value);
      if (taken_[i] || !wanted) continue;
      taken_[i] = true;
      wave.instances.push_back(static_cast<int>(i));
    }
    if (wave.instances.empty()) return fields.wrong(fields.has("selector") ? "selector" : "instances", "takes nobody");
    if (fields.has("instances") && static_cast<int>(wave.instances.size()) < count) {
      return fields.wrong("instances", fmt::format("only {} are left", wave.instances.size()));
    }
    return {};
  }

  // As they stand, but each behind those that it requires.
  Result<> sort(const std::vector<YamlNode>& list) {
    std::vector<std::string_view> names;
    for (const Wave& wave : waves_) names.emplace_back(wave.name);
    for (size_t i = 0; i < waves_.size(); ++i) {
      for (const std::string& name : requires_[i]) {
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        return wrong_at(*list[i].find("requires"), fmt::format("targets.waves[{}].requires", i), targets_.file(),
                        fmt::format("there is no wave \"{}\"{}", name, base::did_you_mean(name, names)));
      }
    }
    std::vector<bool> done(waves_.size(), false);
    while (rollout_.waves.size() < waves_.size()) {
      const auto next = next_wave(done);
      if (!next) {
        const auto stuck = static_cast<size_t>(std::find(done.begin(), done.end(), false) - done.begin());
        return wrong_at(*list[stuck].find("requires"), fmt::format("targets.waves[{}].requires", stuck),
                        targets_.file(), "waves that require each other can never begin");
      }
      done[*next] = true;
      rollout_.waves.push_back(waves_[*next]);
    }
    return {};
  }

  std::optional<size_t> next_wave(const std::vector<bool>& done) const {
    for (size_t i = 0; i < waves_.size(); ++i) {
      const bool ready = std::all_of(requires_[i].begin(), requires_[i].end(), [&](const std::string& name) {
        const auto at = std::find_if(waves_.begin(), waves_.end(), [&](const Wave& w) { return w.name == name; });
        return done[static_cast<size_t>(at - waves_.begin())];
      });
      if (!done[i] && ready) return i;
    }
    return std::nullopt;
  }

  const Fields& targets_;
  Rollout& rollout_;
  std::vector<bool> taken_;
  std::vector<Wave> waves_;
  std::vector<std::vector<std::string>> requires_;
};

}  // namespace

const Table kWaveKeys{
    {
        {"name", Value::id, true, "What other waves require it by."},
        {"instances", at_least(1, Value::count), false, "The next so many that no wave has."},
        {"selector", like("^[^=]+=.", Value::text), false, "LABEL=VALUE: those with that label."},
        {"maxUnavailable", at_least(1, Value::amount), false, "The strategy's, for this wave."},
        {"bake", Value::duration, false, "After the wave.", "0s"},
        {"requires", Value::texts, false, "The names of waves that are released before it."},
        {"service", Value::id, false, "By share: a backend of its own, which all waves have or none."},
        {"twin", Value::id, false, "By share: the second backend, beside service."},
    },
    {"instances", "selector"}};

Result<> read_waves(const Fields& targets, Rollout& rollout) {
  return targets.has("waves") ? WavesReader(targets, rollout).read() : Result<>{};
}

}  // namespace trunkline::deployer

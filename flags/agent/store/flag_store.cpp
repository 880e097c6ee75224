#include "flags/agent/store/flag_store.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <malloc.h>

#include "base/core/log.h"
#include "flags/agent/store/merge.h"

namespace trunkline::flags {
FlagStore::FlagStore(size_t sources, base::Metrics& metrics)
    : metrics_(metrics),
      flags_(metrics.gauge("flag_set_flags", "Flags in the set that is served.")),
      problems_(metrics.gauge("flag_set_problems", "Problems in the set that is served.")),
      inputs_(sources) {}

void FlagStore::take(size_t source, std::shared_ptr<const Snapshot> snapshot) {
  const std::lock_guard lock(mutex_);
  inputs_[source] = {std::move(snapshot), true};
  rebuild();
}

void FlagStore::miss(size_t source) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(inputs_[source].asked, true)) return;
  rebuild();
}

void FlagStore::set_overrides(std::vector<Override> overrides) {
  const std::lock_guard lock(mutex_);
  if (overrides == overrides_) return;
  overrides_ = std::move(overrides);
  rebuild();
}

void FlagStore::rebuild() {
  const bool all_asked = std::all_of(inputs_.begin(), inputs_.end(), [](const Input& input) { return input.asked; });
  if (!all_asked) return;
  const auto built = build(overrides_);
  problem_ = built ? std::nullopt : std::optional(built.error());
  if (problem_) {
    base::log(base::LogLevel::error, "the sources cannot be made one set", {{"error", base::to_string(*problem_)}});
    return;
  }
  const std::shared_ptr<const Snapshot>& next = *built;
  if (!next) return;
  const std::shared_ptr<const Edition> before = current_.get();
  if (before && before->whole()->snapshot().etag == next->etag &&
      before->whole()->snapshot().revision == next->revision) {
    return;
  }
  flags_.set(static_cast<double>(next->set.flags().size()));
  problems_.set(static_cast<double>(next->set.problems().size()));
  const auto edition = std::make_shared<const Edition>(next, metrics_);
  current_.publish(edition);
  base::log(base::LogLevel::info, "new flags", {{"revision", next->revision}, {"etag", next->etag}});
  for (const Listener& listener : listeners_) listener(edition);
  // Reading took several times what is kept; an agent is small between changes, which are seldom.
  malloc_trim(0);
}

base::Result<std::shared_ptr<const Snapshot>> FlagStore::build(const std::vector<Override>& overrides) const {
  std::vector<std::shared_ptr<const Snapshot>> given;
  for (const Input& input : inputs_) {
    if (input.snapshot) given.push_back(input.snapshot);
  }
  if (given.empty()) return nullptr;
  if (given.size() == 1 && overrides.empty()) return given.front();
  std::vector<base::Json> documents;
  std::vector<std::string> revisions;
  for (const auto& snapshot : given) {
    documents.push_back(document_of(*snapshot));
    if (!snapshot->revision.empty()) revisions.push_back(snapshot->revision);
  }
  base::Json document = documents.size() == 1 ? std::move(documents.front()) : merge_documents(documents);
  for (const Override& wanted : overrides) {
    const bool is_broken = std::any_of(given.begin(), given.end(), [&](const auto& snapshot) {
      const Flag* flag = snapshot->set.find(wanted.key);
      return flag != nullptr && flag->broken;
    });
    apply_override(document, wanted, is_broken);
  }
  TRY_ASSIGN(Snapshot made,
             make_snapshot({base::to_text(document), "flags", fmt::format("{}", fmt::join(revisions, "+"))}));
  return std::make_shared<const Snapshot>(std::move(made));
}

std::optional<base::Error> FlagStore::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

base::Result<> FlagStore::check(const Override& wanted) const {
  const std::shared_ptr<const Edition> edition = current_.get();
  if (!edition) return base::fail(base::Kind::unavailable, "there are no flags yet");
  TRY(check_override(document_of(edition->whole()->snapshot()), wanted));
  const std::lock_guard lock(mutex_);
  std::vector<Override> overrides = overrides_;
  std::erase_if(overrides, [&](const Override& one) { return one.key == wanted.key; });
  overrides.push_back(wanted);
  const auto built = build(overrides);
  const Flag* flag = built && *built ? (*built)->set.find(wanted.key) : nullptr;
  if (flag != nullptr && !flag->broken) return {};
  return base::fail(base::Kind::conflict,
                    built ? fmt::format("the flag \"{}\" is broken, and would be so with an override too", wanted.key)
                          : fmt::format("the override cannot be put in: {}", base::to_string(built.error())));
}

}  // namespace trunkline::flags

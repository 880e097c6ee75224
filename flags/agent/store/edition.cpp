#include "flags/agent/store/edition.h"

#include <iterator>

#include "flags/agent/store/merge.h"

namespace trunkline::flags {
namespace {

std::vector<std::string> ids_of(const FlagSet& set) {
  std::vector<std::string> ids;
  for (const Flag& flag : set.flags()) {
    if (ids.empty() || ids.back() != flag.set_id()) ids.emplace_back(flag.set_id());
  }
  return *Selection::of(std::move(ids)).ids;
}

// A part of a set is a set: this does not fail.
std::shared_ptr<const Snapshot> selected(const Snapshot& whole, const std::vector<std::string>& ids) {
  auto snapshot = make_snapshot({base::to_text(select_flag_sets(document_of(whole), ids)), "flags", whole.revision});
  return std::make_shared<const Snapshot>(*std::move(snapshot));
}

}  // namespace

Edition::Edition(std::shared_ptr<const Snapshot> snapshot, base::Metrics& metrics)
    : metrics_(metrics),
      whole_(std::make_shared<const View>(std::move(snapshot), metrics)),
      ids_(ids_of(whole_->set())) {}

std::shared_ptr<const View> Edition::view(const Selection& selection) const {
  if (!selection.ids) return whole_;
  std::vector<std::string> known;
  std::set_intersection(selection.ids->begin(), selection.ids->end(), ids_.begin(), ids_.end(),
                        std::back_inserter(known));
  // Where there are no flag sets at all, the flags without one are all. (Not where a selection happens to have them
  // all: its tag would change when other flag sets come, though nothing of its own did.)
  if (known == ids_ && ids_ == std::vector<std::string>{""}) return whole_;
  const std::lock_guard lock(mutex_);
  auto& view = views_[known];
  if (!view) view = std::make_shared<const View>(selected(whole_->snapshot(), known), metrics_);
  return view;
}

}  // namespace trunkline::flags

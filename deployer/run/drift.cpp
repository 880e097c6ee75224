#include "deployer/run/drift.h"

#include "deployer/dial/dial.h"
#include "deployer/look/exit_codes.h"
#include "deployer/record/left.h"
#include "deployer/run/say.h"

namespace trunkline::deployer {
using base::Result;

Result<std::vector<std::string>> changed_before(const Begun& before, const Begun& begun) {
  const auto share = make_share_dial(begun.rollout);
  if (share == nullptr || !begun.plan.from || before.journal.events.empty()) return std::vector<std::string>{};
  TRY_ASSIGN(const DialViews views, look_at_dials(*share, begun));
  return find_drift(begun, left_at_dials(begun), views, before.journal.events.back().wall);
}

Result<std::vector<std::string>> changed_meanwhile(ShareDial& share, const Begun& begun, bool abort) {
  if (begun.journal.events.empty()) return std::vector<std::string>{};
  TRY_ASSIGN(const DialViews views, look_at_dials(share, begun));
  auto left = left_at_dials(begun);
  for (size_t i = 0; i < left.size(); ++i) {
    for (const Exposure& value : left[i]) {
      if (all_show(value, views[i])) share.expect(value);
    }
    // Who sent all users back by hand did what an abort does.
    const Exposure nobody = exposure_of(begun.rollout, begun.plan, static_cast<int>(i), 0, false);
    if (abort) left[i].insert(left[i].begin(), nobody);
  }
  return find_drift(begun, left, views, begun.journal.events.back().wall);
}

int hold_for_drift(const ServiceFolder& folder, const std::vector<std::string>& found, const MoveOptions& options) {
  for (const std::string& drift : found) say("drift", folder.service(), drift, options);
  say("held", folder.service(), "Nothing was touched. Next: set it back, or say --overwrite", options);
  return kExitHeld;
}

}  // namespace trunkline::deployer

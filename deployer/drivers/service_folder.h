#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/core/result.h"
#include "deployer/drivers/launch.h"
#include "deployer/plan/plan.h"

namespace trunkline::deployer {

// Everything the deployer keeps of one service, below --state: DIR/SERVICE/... See docs/formats/state.md.
class ServiceFolder {
 public:
  // Names nothing on disk yet.
  ServiceFolder(std::filesystem::path state, std::string service)
      : service_(std::move(service)), root_(std::move(state) / service_) {}

  // Makes the folders, readable by their owner only: commands may carry secrets.
  base::Result<> make() const;

  const std::string& service() const { return service_; }
  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path journal() const { return root_ / "journal"; }
  std::filesystem::path lock() const { return root_ / "lock"; }
  std::filesystem::path reserve() const { return root_ / "reserve"; }
  std::filesystem::path history() const { return root_ / "history.jsonl"; }
  std::filesystem::path request() const { return root_ / "request"; }
  std::filesystem::path release(const ledger::Revision& revision) const;  // the unpacked artifact
  std::filesystem::path config(const ledger::Revision& revision) const;   // its configuration files
  std::filesystem::path launch(const ledger::Revision& revision) const;   // how it is started
  std::filesystem::path instance(const std::string& id) const { return root_ / "instances" / id; }
  // One log an instance and revision, so that going back does not bury what went wrong.
  std::filesystem::path log(const std::string& id, const ledger::Revision& revision) const;

  // Kept for the way back, as they were when the revision was released. By name: their content.
  base::Result<> save_config(const ledger::Revision& revision, const std::map<std::string, std::string>& files) const;

  // How a revision is started; written before its first start, kept for the way back.
  base::Result<> save_launch(const Launch& launch) const;
  base::Result<Launch> load_launch(const ledger::Revision& revision) const;

  // The revision that runs when no rollout is under way; nothing before the first release and after `down`.
  base::Result<Before> load_stable() const;
  base::Result<> save_stable(const Before& stable) const;

 private:
  std::string service_;
  std::filesystem::path root_;
};

// TRUNKLINE_STATE where it is set; else, for root, /var/lib/trunkline; else $XDG_STATE_HOME/trunkline or
// ~/.local/state/trunkline, which root keeps as well where services were released from it before.
std::filesystem::path default_state_folder();

// Those that were released from `state`, by name.
std::vector<std::string> services_in(const std::filesystem::path& state);

// The only one. Kind::usage if there is none or more than one: then it must be named.
base::Result<std::string> only_service(const std::filesystem::path& state);

}  // namespace trunkline::deployer

#include "deployer/drivers/service_folder.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <unistd.h>
#include <vector>

#include "base/core/files.h"
#include "deployer/support/json_file.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::fail;
using base::Kind;
using base::Result;

namespace {

// Of a digest, as the name of a folder.
std::string short_name(const std::string& digest) {
  constexpr size_t kPrefix = std::string_view("sha256:").size();
  return digest.substr(std::min(kPrefix, digest.size()), 16);
}

}  // namespace

Result<> ServiceFolder::make() const {
  for (const fs::path& folder :
       {root_, root_ / "configs", root_ / "instances", root_ / "logs", root_ / "releases", root_ / "revisions"}) {
    TRY(base::make_folders(folder));
  }
  std::error_code code;
  fs::permissions(root_, fs::perms::owner_all, code);
  if (code) return fail(base::system_error("chmod " + root_.string(), code.value()));
  return {};
}

fs::path ServiceFolder::release(const ledger::Revision& revision) const {
  return root_ / "releases" / short_name(revision.digest);
}

fs::path ServiceFolder::config(const ledger::Revision& revision) const {
  return root_ / "configs" / short_name(revision.config);
}

fs::path ServiceFolder::launch(const ledger::Revision& revision) const {
  return root_ / "revisions" / (id_of(revision) + ".json");
}

Result<> ServiceFolder::save_config(const ledger::Revision& revision,
                                    const std::map<std::string, std::string>& files) const {
  const fs::path place = config(revision);
  if (fs::exists(place)) return {};  // it was complete
  const fs::path growing = place.string() + ".tmp";
  std::error_code code;
  fs::remove_all(growing, code);
  TRY(base::make_folders(growing));
  for (const auto& [name, content] : files) TRY(base::write_file_atomically(growing / name, content, 0600));
  fs::rename(growing, place, code);
  if (code) return fail(base::system_error("write " + place.string(), code.value()));
  return base::sync_folder(root_ / "configs");
}

fs::path ServiceFolder::log(const std::string& id, const ledger::Revision& revision) const {
  return root_ / "logs" / fmt::format("{}-{}.log", id, id_of(revision));
}

Result<> ServiceFolder::save_launch(const Launch& launch) const {
  return base::write_file_atomically(this->launch(launch.revision), base::to_pretty_text(to_json(launch)), 0600);
}

Result<Launch> ServiceFolder::load_launch(const ledger::Revision& revision) const {
  TRY_ASSIGN(const base::Json json, read_json_file(launch(revision)));
  return launch_from_json(json);
}

Result<Before> ServiceFolder::load_stable() const {
  const auto json = read_json_file(root_ / "stable.json");
  if (!json && json.error().kind == Kind::not_found) return Before{};
  if (!json) return fail(json.error());
  Before stable;
  stable.revision = ledger::revision_from_json(*json);
  if (base::string_or(*json, "pool") == to_string(Pool::twin)) stable.pool = Pool::twin;
  return stable;
}

Result<> ServiceFolder::save_stable(const Before& stable) const {
  const fs::path file = root_ / "stable.json";
  if (stable.revision) {
    base::Json json = ledger::to_json(*stable.revision);
    json.as_object()["pool"] = to_string(stable.pool);
    return base::write_file_atomically(file, base::to_pretty_text(json), 0600);
  }
  std::error_code code;
  fs::remove(file, code);
  if (code) return fail(base::system_error("remove " + file.string(), code.value()));
  return base::sync_folder(root_);
}

fs::path default_state_folder() {
  constexpr const char* kSystemState = "/var/lib/trunkline";
  const auto variable = [](const char* name) -> fs::path {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  if (const fs::path given = variable("TRUNKLINE_STATE"); !given.empty()) return given;
  const fs::path xdg = variable("XDG_STATE_HOME");
  const fs::path own = xdg.empty() ? variable("HOME") / ".local/state/trunkline" : xdg / "trunkline";
  // All who act as root share one, so that they know of each other's releases; one that is in use already stays.
  if (geteuid() != 0 || !services_in(own).empty()) return own;
  return kSystemState;
}

std::vector<std::string> services_in(const fs::path& state) {
  std::vector<std::string> services;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(state, code)) {
    if (fs::exists(entry.path() / "instances")) services.push_back(entry.path().filename().string());
  }
  std::sort(services.begin(), services.end());
  return services;
}

Result<std::string> only_service(const fs::path& state) {
  const std::vector<std::string> services = services_in(state);
  if (services.size() == 1) return services.front();
  if (services.empty()) return fail(Kind::usage, fmt::format("nothing was released yet from {}", state.string()));
  return fail(Kind::usage, fmt::format("name the service: {}", fmt::join(services, ", ")));
}

}  // namespace trunkline::deployer

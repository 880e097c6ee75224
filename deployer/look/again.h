#pragma once

#include <optional>
#include <string>

#include "deployer/drivers/service_folder.h"
#include "deployer/look/prepare.h"

// Releases that need no file any more: what they take is in the service's folder.
namespace trunkline::deployer {

// The last rollout once more, with the text and the artifact that it had. Kind::conflict if it is not finished, or was
// completed; invalid if its artifact is another one by now.
base::Result<Prepared> prepare_retry(const ServiceFolder& folder);

// Back to a revision that ran before: by its version or id, or without a name the one before the last completed
// release. It goes the way of the last rollout file. Kind::not_found if there is none such, or its files are gone;
// conflict if it is what runs.
base::Result<Prepared> prepare_undo(const ServiceFolder& folder, const std::optional<std::string>& revision);

}  // namespace trunkline::deployer

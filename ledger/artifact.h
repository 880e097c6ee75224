#pragma once

#include <filesystem>
#include <string>

#include "base/core/result.h"

// Artifacts: a folder packed once, named by its digest ever after. See docs/formats/artifact.md.
namespace trunkline::ledger {

// trunkline.json at the root of an artifact.
struct Manifest {
  std::string version;
  std::string commit;

  bool operator==(const Manifest&) const = default;
};

// Packs everything below `folder` with the manifest into a .tar.zst at `file` (replaced in one step) and gives the
// file's digest. The same content gives the same bytes: entries are sorted, owners and times left out. Kind::invalid
// if the version is empty, if the folder holds a trunkline.json of its own or something that is no file, folder or
// symbolic link, or if `file` lies in it; Kind::io if a file changes meanwhile. The artifact survives a power cut.
base::Result<std::string> pack_artifact(const std::filesystem::path& folder, const Manifest& manifest,
                                        const std::filesystem::path& file);

// The manifest inside an artifact. Kind::invalid if the file is no artifact.
base::Result<Manifest> read_manifest(const std::filesystem::path& file);

// Unpacks into the new folder `target`, which appears only when it is complete and on the disk. Entries that would land
// outside it, hard links and what is no file, folder or symbolic link are Kind::invalid. A folder that is there already
// is left as it is: it was complete.
base::Result<> unpack_artifact(const std::filesystem::path& file, const std::filesystem::path& target);

}  // namespace trunkline::ledger

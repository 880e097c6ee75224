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

// Packs everything below `folder` with the manifest into a .tar.zst at `file` (replaced in one step; its folder is made
// where it is missing) and gives the file's digest. The same content gives the same bytes: entries are sorted, owners
// and times left out. Kind::invalid if the version is empty, if the folder holds a trunkline.json of its own or
// something that is no file, folder or symbolic link, or if `file` lies in it; Kind::io if a file changes meanwhile.
// The artifact survives a power cut.
base::Result<std::string> pack_artifact(const std::filesystem::path& folder, const Manifest& manifest,
                                        const std::filesystem::path& file);

// An artifact that is about to be used: a packed file, or a folder that holds a trunkline.json of its own and is packed
// on the way. Such a folder has the digest that pack_artifact gives the same content.

// The manifest inside it. Kind::invalid if it is no artifact.
base::Result<Manifest> read_manifest(const std::filesystem::path& artifact);

base::Result<std::string> digest_of_artifact(const std::filesystem::path& artifact);

// Unpacks it into the new folder `target`, which appears only when it is complete and on the disk. Kind::invalid if its
// digest is another one, and for entries that would land outside, hard links and what is no file, folder or symbolic
// link. A folder that is there already is left as it is: it was complete.
base::Result<> unpack_artifact(const std::filesystem::path& artifact, const std::string& digest,
                               const std::filesystem::path& target);

}  // namespace trunkline::ledger

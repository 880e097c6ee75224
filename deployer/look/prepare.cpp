#include "deployer/look/prepare.h"

#include <fmt/format.h>

#include "base/core/digest.h"
#include "base/core/files.h"
#include "ledger/artifact.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr size_t kMaxConfigFile = 1024 * 1024;

// The configuration files' content by name; the digests of all, secrets too, go into `launch`.
Result<std::map<std::string, std::string>> read_config(const Config& config, Launch& launch) {
  std::map<std::string, std::string> contents;
  const auto read = [](const ConfigFile& file) -> Result<std::string> {
    auto text = base::read_file(file.path, kMaxConfigFile);
    if (!text) return fail(Kind::invalid, to_string(text.error()), file.at);
    return text;
  };
  for (const ConfigFile& file : config.files) {
    TRY_ASSIGN(std::string text, read(file));
    launch.files[file.name] = base::sha256(text);
    contents[file.name] = std::move(text);
  }
  for (const ConfigFile& secret : config.secrets) {
    TRY_ASSIGN(const std::string text, read(secret));
    launch.secrets[secret.path.string()] = base::sha256(text);
  }
  return contents;
}

}  // namespace

Result<Prepared> prepare(const std::string& file, const std::optional<std::string>& artifact_ref) {
  auto text = base::read_file(file, 1024 * 1024);
  if (!text) return fail(Kind::invalid, text.error().message, text.error().where);
  TRY_ASSIGN(Rollout rollout, parse_rollout(*text, file));
  const std::string ref = artifact_ref ? artifact_ref->substr(artifact_ref->starts_with("file:") ? 5 : 0) : "";
  if (artifact_ref && ref.empty()) return fail(Kind::usage, "--artifact: expected file:PATH");
  // A reference on the command line is meant from where the person stands, one in the file from where the file is.
  const fs::path artifact = artifact_ref ? fs::absolute(ref) : fs::path(rollout.artifact_ref);
  auto manifest = ledger::read_manifest(artifact);
  if (!manifest) return fail(Kind::invalid, "artifact.ref: " + to_string(manifest.error()), rollout.artifact_at);
  TRY_ASSIGN(const std::string digest, ledger::digest_of_artifact(artifact));
  if (!rollout.artifact_digest.empty() && !artifact_ref && digest != rollout.artifact_digest) {
    return fail(Kind::invalid, fmt::format("artifact.digest: {} has the digest {}", artifact.string(), digest),
                rollout.artifact_at);
  }
  Launch launch{{manifest->version, manifest->commit, digest, ""}, rollout.command, rollout.variables};
  TRY_ASSIGN(auto config, read_config(rollout.config, launch));
  launch.revision.config = config_digest(launch);
  launch.liveness = rollout.probes.liveness;
  rollout.file = fs::absolute(file).string();  // the journal is read from anywhere
  return Prepared{std::move(rollout), *std::move(text), artifact, std::move(launch), std::move(config)};
}

}  // namespace trunkline::deployer

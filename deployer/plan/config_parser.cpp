#include "deployer/plan/config_parser.h"

#include <algorithm>
#include <filesystem>

#include "deployer/plan/values.h"

namespace trunkline::deployer {
using base::Result;

namespace {

constexpr size_t kMostFiles = 64;

Result<> read_files(const Fields& fields, std::string_view key, std::vector<ConfigFile>& files) {
  std::vector<std::string> paths;
  TRY(fields.read(key, paths));
  if (paths.size() > kMostFiles) return fields.wrong(key, "expected 64 files at most");
  for (size_t i = 0; i < paths.size(); ++i) {
    const base::YamlNode& node = fields.find(key)->items[i];
    const std::filesystem::path path = std::filesystem::path(beside(fields.file(), paths[i])).lexically_normal();
    ConfigFile file{path.filename().string(), path, {std::string(fields.file()), node.start.line, node.start.column}};
    if (file.name.empty()) return wrong_at(node, fields.path_of(key), fields.file(), "expected the path of a file");
    const bool twice =
        std::any_of(files.begin(), files.end(), [&](const ConfigFile& f) { return f.name == file.name; });
    if (twice) {
      return wrong_at(node, fields.path_of(key), fields.file(), "another file has that name: they lie in one folder");
    }
    files.push_back(std::move(file));
  }
  return {};
}

}  // namespace

const Table kConfigKeys{{
    {"files", Value::texts, false,
     "Configuration files: copied, and found by instances in the folder {{revision.config}}, also TRUNKLINE_CONFIG."},
    {"secrets", Value::texts, false,
     "Files of which only the digest is kept, so that another secret is another revision."},
}};

Result<> read_config(const Fields& root, Config& config) {
  TRY_ASSIGN(const auto fields, root.below("config"));
  if (!fields) return {};
  TRY(read_files(*fields, "files", config.files));
  return read_files(*fields, "secrets", config.secrets);
}

}  // namespace trunkline::deployer

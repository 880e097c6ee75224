#include "tests/tidy/tidy.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <set>
#include <sstream>

#include "base/core/files.h"
#include "base/core/text.h"

namespace trunkline::tidy {
namespace {

namespace fs = std::filesystem;

// Which rooms a room may include, besides itself. tests may include all.
const std::map<std::string, std::set<std::string>> kArrows = {
    {"base", {}},
    {"flags", {"base"}},
    {"ledger", {"base"}},
    {"deployer", {"base", "ledger", "flags"}},
    {"shortener", {"base", "flags"}},
    {"pipelines", {"base", "ledger", "flags"}},
};
// Of flags the shortener sees the doors in this folder only.
constexpr const char* kShortenerDoors = "flags/client/";

struct Vendor {
  std::string prefix;                // of the included name
  std::vector<std::string> folders;  // where it may stand
  bool in_headers = false;           // whether our headers may show it
};
const std::vector<Vendor> kVendors = {
    {"tl/expected.hpp", {""}, true},
    {"fmt/", {""}, true},
    {"boost/json", {"base/core", "flags"}, true},
    {"boost/crc", {"deployer/journal"}, false},
    {"boost/", {"base/http"}, false},
    {"Poco/Exception.h", {"base/http", "shortener/store"}, false},
    {"Poco/Data", {"shortener/store"}, false},
    {"Poco/", {"base/http"}, false},
    {"git2", {"base/git"}, false},
    {"yaml.h", {"base/yaml"}, false},
    {"CLI/", {"base/cli"}, false},
    {"spdlog/", {"base/core"}, false},
    {"prometheus/", {"base/core"}, false},
    {"openssl/", {"base/core"}, false},
    {"murmurhash.h", {"flags/evaluation"}, false},
    {"archive.h", {"ledger"}, false},
    {"sqlite3.h", {"shortener/store"}, false},
    {"grpc/", {"flags/agent/grpc"}, false},
    {"grpcpp/", {"flags/agent/grpc"}, false},
    {"google/protobuf/", {"flags/agent/grpc"}, false},
    // What protoc makes of the files there.
    {"flags/agent/grpc/evaluation.pb.h", {"flags/agent/grpc"}, false},
    {"flags/agent/grpc/evaluation_v2.pb.h", {"flags/agent/grpc"}, false},
    {"flags/agent/grpc/sync.pb.h", {"flags/agent/grpc"}, false},
};
constexpr int kBeastFiles = 3;

struct Include {
  std::string name;
  bool quoted;
};

std::vector<Include> includes_of(const std::string& text) {
  std::vector<Include> includes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::string_view rest = base::trim(line);
    if (!rest.starts_with("#")) continue;
    rest = base::trim(rest.substr(1));
    if (!rest.starts_with("include")) continue;
    rest = base::trim(rest.substr(7));
    if (rest.empty() || (rest[0] != '"' && rest[0] != '<')) continue;
    const size_t end = rest.find_first_of("\">", 1);
    if (end != std::string_view::npos) includes.push_back({std::string(rest.substr(1, end - 1)), rest[0] == '"'});
  }
  return includes;
}

std::string room_of(const std::string& path) {
  return path.substr(0, path.find('/'));
}
std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}
bool is_header(const std::string& path) {
  return path.ends_with(".h");
}
bool is_source(const std::string& path) {
  return is_header(path) || path.ends_with(".cpp");
}

// The includes of every source, read once.
using Graph = std::map<std::string, std::vector<Include>>;

Graph graph_of(const Tree& tree) {
  Graph graph;
  for (const auto& [path, text] : tree) {
    if (is_source(path)) graph[path] = includes_of(text);
  }
  return graph;
}

bool may_include(const std::string& path, const std::string& included) {
  const std::string from = room_of(path), to = room_of(included);
  if (from == to || from == "tests") return true;
  if (from == "shortener" && to == "flags") return included.starts_with(kShortenerDoors);
  return kArrows.at(from).contains(to);
}

void check_arrows(const Graph& graph, std::vector<Finding>& findings) {
  for (const auto& [path, includes] : graph) {
    for (const Include& include : includes) {
      const bool ours = include.quoted && (kArrows.contains(room_of(include.name)) || room_of(include.name) == "tests");
      if (!ours || may_include(path, include.name)) continue;
      findings.push_back({"arrow", path, fmt::format("{} may not include {}", room_of(path), include.name)});
    }
  }
}

void check_doors(const Tree& tree, const Graph& graph, std::vector<Finding>& findings) {
  for (const auto& [path, includes] : graph) {
    for (const Include& include : includes) {
      const std::string to = room_of(include.name);
      if (!include.quoted || !kArrows.contains(to) || to == "base" || to == room_of(path) || room_of(path) == "tests")
        continue;
      const auto readme = tree.find(to + "/README.md");
      const bool listed = readme != tree.end() && readme->second.find("`" + include.name + "`") != std::string::npos;
      if (!listed)
        findings.push_back({"door", path, fmt::format("{} is not a door of {} (see its README.md)", include.name, to)});
    }
  }
}

void check_circles(const Graph& graph, std::vector<Finding>& findings) {
  std::set<std::string> done, open;
  const std::function<void(const std::string&)> visit = [&](const std::string& path) {
    open.insert(path);
    for (const Include& include : graph.at(path)) {
      if (open.contains(include.name)) {
        findings.push_back({"circle", path, fmt::format("includes {}, which leads back here", include.name)});
      } else if (graph.contains(include.name) && !done.contains(include.name)) {
        visit(include.name);
      }
    }
    open.erase(path);
    done.insert(path);
  };
  for (const auto& [path, includes] : graph) {
    if (!done.contains(path)) visit(path);
  }
}

const Vendor* vendor_of(const Include& include) {
  for (const Vendor& vendor : kVendors) {
    if (include.name.starts_with(vendor.prefix)) return &vendor;
  }
  return nullptr;
}

bool shows_vendor(const std::vector<Include>& includes) {
  return std::any_of(includes.begin(), includes.end(), [](const Include& include) {
    const Vendor* vendor = vendor_of(include);
    return vendor != nullptr && !vendor->in_headers;
  });
}

// A header may show a vendor's only to its own folder, which is that vendor's home.
void check_shown(const Graph& graph, std::vector<Finding>& findings) {
  for (const auto& [path, includes] : graph) {
    for (const Include& include : includes) {
      const auto header = graph.find(include.name);
      if (header == graph.end() || !is_header(include.name) || !shows_vendor(header->second)) continue;
      if (folder_of(path) == folder_of(include.name)) continue;
      findings.push_back(
          {"vendor", path, fmt::format("{} shows a vendor's header: it is private to its folder", include.name)});
    }
  }
}

void check_vendors(const Graph& graph, std::vector<Finding>& findings) {
  int beast = 0;
  for (const auto& [path, includes] : graph) {
    if (room_of(path) == "tests") continue;
    bool has_beast = false;
    for (const Include& include : includes) {
      const Vendor* vendor = vendor_of(include);
      if (vendor == nullptr) continue;
      has_beast |= include.name.starts_with("boost/beast");
      const bool at_home = std::any_of(vendor->folders.begin(), vendor->folders.end(),
                                       [&](const std::string& folder) { return path.starts_with(folder); });
      if (at_home) continue;
      findings.push_back(
          {"vendor", path, fmt::format("{} belongs into {}", include.name, fmt::join(vendor->folders, ", "))});
    }
    beast += has_beast ? 1 : 0;
    if (has_beast && beast > kBeastFiles) {
      findings.push_back({"vendor", path, fmt::format("Beast is in more than {} files", kBeastFiles)});
    }
  }
  check_shown(graph, findings);
}

// A header wraps a library if it, or a .cpp of its folder that includes it, reaches a vendor's header inside the
// folder.
bool wraps_library(const Graph& graph, const std::string& header) {
  const auto reaches_vendor = [&](const std::string& path) {
    const auto has_vendor = [](const Include& include) {
      return vendor_of(include) != nullptr && !include.name.starts_with("fmt/") && !include.name.starts_with("tl/");
    };
    const auto& includes = graph.at(path);
    if (std::any_of(includes.begin(), includes.end(), has_vendor)) return true;
    return std::any_of(includes.begin(), includes.end(), [&](const Include& include) {
      return graph.contains(include.name) && folder_of(include.name) == folder_of(path) &&
             std::any_of(graph.at(include.name).begin(), graph.at(include.name).end(), has_vendor);
    });
  };
  if (reaches_vendor(header)) return true;
  return std::any_of(graph.begin(), graph.end(), [&](const auto& entry) {
    const auto& [path, includes] = entry;
    const bool beside = folder_of(path) == folder_of(header) && !is_header(path);
    const bool uses = std::any_of(includes.begin(), includes.end(), [&](const Include& i) { return i.name == header; });
    return beside && uses && reaches_vendor(path);
  });
}

// Every header that is reached from `path`: a word may be used through another one.
void collect_reached(const Graph& graph, const std::string& path, std::set<std::string>& reached) {
  if (!graph.contains(path)) return;
  for (const Include& include : graph.at(path)) {
    if (graph.contains(include.name) && reached.insert(include.name).second)
      collect_reached(graph, include.name, reached);
  }
}

void check_words(const Graph& graph, std::vector<Finding>& findings) {
  std::map<std::string, std::set<std::string>> users;
  for (const auto& [path, includes] : graph) {
    // The mirror of base tests its words and is no user of them; the other tests are.
    if (room_of(path) == "base" || path.starts_with("tests/base/")) continue;
    std::set<std::string> reached;
    collect_reached(graph, path, reached);
    for (const std::string& header : reached) users[header].insert(room_of(path));
  }
  // A header that other files of base are built on counts as theirs.
  const auto serves_base = [&](const std::string& header) {
    return std::any_of(graph.begin(), graph.end(), [&](const auto& entry) {
      const auto& [path, includes] = entry;
      return room_of(path) == "base" && folder_of(path) + "/" != folder_of(header) + "/" &&
             std::any_of(includes.begin(), includes.end(), [&](const Include& i) { return i.name == header; });
    });
  };
  for (const auto& [path, includes] : graph) {
    if (room_of(path) != "base" || !is_header(path) || users[path].size() >= 2) continue;
    if (wraps_library(graph, path) || serves_base(path)) continue;
    findings.push_back(
        {"word", path,
         fmt::format("only {} uses it: move it there", users[path].empty() ? "nobody" : *users[path].begin())});
  }
}

}  // namespace

std::vector<Finding> check(const Tree& tree) {
  const Graph graph = graph_of(tree);
  std::vector<Finding> findings;
  check_arrows(graph, findings);
  check_circles(graph, findings);
  check_doors(tree, graph, findings);
  check_words(graph, findings);
  check_vendors(graph, findings);
  return findings;
}

Tree read_tree(const std::string& root) {
  Tree tree;
  for (const char* room : {"base", "flags", "ledger", "deployer", "shortener", "pipelines", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(root) / room)) {
      const std::string path = fs::relative(entry.path(), root).string();
      if (!entry.is_regular_file() || (!is_source(path) && !path.ends_with("README.md"))) continue;
      if (auto text = base::read_file(entry.path())) tree[path] = std::move(*text);
    }
  }
  return tree;
}

}  // namespace trunkline::tidy

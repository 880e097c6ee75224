#include "deployer/dial/haproxy_answers.h"

#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <vector>

#include "base/core/text.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

// srv_admin_state and srv_op_state, HAProxy 2.6 management guide, "show servers state".
constexpr int64_t kForcedMaintenance = 0x01;
constexpr int64_t kForcedDrain = 0x08;
constexpr int64_t kRunning = 2;

using Row = std::vector<std::string_view>;

int64_t number(std::string_view text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// A table whose first line, behind "# ", names the columns.
class Table {
 public:
  static std::optional<Table> read(std::string_view text, char separator) {
    Table table;
    for (std::string_view line : base::split(text, '\n')) {
      line = base::trim(line);
      if (line.starts_with("# ")) {
        table.head_ = base::split(line.substr(2), separator);
      } else if (!line.empty() && !table.head_.empty()) {
        table.rows_.push_back(base::split(line, separator));
      }
    }
    if (table.head_.empty()) return std::nullopt;
    return table;
  }

  const std::vector<Row>& rows() const { return rows_; }
  std::string_view cell(const Row& row, std::string_view column) const {
    for (size_t i = 0; i < head_.size() && i < row.size(); ++i) {
      if (head_[i] == column) return row[i];
    }
    return "";
  }

 private:
  Row head_;
  std::vector<Row> rows_;
};

}  // namespace

Result<std::map<std::string, HaproxyServer>> parse_servers(std::string_view state, std::string_view stat,
                                                           const std::string& backend) {
  const auto states = Table::read(state, ' '), stats = Table::read(stat, ',');
  if (!states || !stats) {
    const std::string_view said = base::trim(states ? stat : state);
    return fail(Kind::invalid,
                fmt::format("HAProxy says of the backend \"{}\": {}", backend, said.substr(0, said.find('\n'))));
  }
  std::map<std::string, HaproxyServer> servers;
  for (const Row& row : states->rows()) {
    if (states->cell(row, "be_name") != backend) continue;
    const int64_t admin = number(states->cell(row, "srv_admin_state"));
    servers[std::string(states->cell(row, "srv_name"))] = {(admin & kForcedMaintenance) != 0,
                                                           (admin & kForcedDrain) != 0,
                                                           number(states->cell(row, "srv_op_state")) == kRunning, 0, 0};
  }
  for (const Row& row : stats->rows()) {
    if (stats->cell(row, "pxname") != backend) continue;
    const auto server = servers.find(std::string(stats->cell(row, "svname")));
    if (server == servers.end()) continue;
    server->second.sessions = number(stats->cell(row, "scur"));
    server->second.requests = number(stats->cell(row, "stot"));
  }
  return servers;
}

}  // namespace trunkline::deployer

#include "deployer/dial/haproxy_answers.h"

#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "base/core/text.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

// srv_admin_state and srv_op_state, HAProxy 2.6 management guide, "show servers state".
constexpr int64_t kMaintenance = 0x01 | 0x02 | 0x20;  // by command, by a tracked server, by a name without address
constexpr int64_t kDrain = 0x08 | 0x10;
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

std::string first_line(std::string_view text) {
  text = base::trim(text);
  return std::string(text.substr(0, text.find('\n')));
}

// The text behind "NAME: " at the beginning of a line.
std::optional<std::string_view> value_of(std::string_view text, std::string_view name) {
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.starts_with(name) && line.substr(name.size()).starts_with(": ")) {
      return base::trim(line.substr(name.size() + 2));
    }
  }
  return std::nullopt;
}

// A server that leaves maintenance is one failure away from being down, and is up to `fall` failures away as soon as a
// check has passed. With `fall 1` the two look alike.
bool passed_a_check(const Table& stats, const Row& row) {
  const int64_t rise = number(stats.cell(row, "check_rise")), fall = number(stats.cell(row, "check_fall"));
  return number(stats.cell(row, "check_health")) >= rise + fall - 1;
}

void add_statistics(const Table& stats, const Row& row, HaproxyServer& server) {
  server.sessions = number(stats.cell(row, "scur"));
  server.requests = number(stats.cell(row, "stot"));
  server.check = stats.cell(row, "check_status");
  if (server.check.starts_with("* ")) server.check.erase(0, 2);  // one is under way
  server.checked = server.check.empty() || passed_a_check(stats, row);
}

}  // namespace

Result<std::map<std::string, HaproxyServer>> parse_servers(std::string_view state, std::string_view stat,
                                                           const std::string& backend) {
  const auto states = Table::read(state, ' '), stats = Table::read(stat, ',');
  if (!states || !stats) {
    return fail(Kind::invalid,
                fmt::format("HAProxy says of the backend \"{}\": {}", backend, first_line(states ? stat : state)));
  }
  std::map<std::string, HaproxyServer> servers;
  for (const Row& row : states->rows()) {
    if (states->cell(row, "be_name") != backend) continue;
    const int64_t admin = number(states->cell(row, "srv_admin_state"));
    HaproxyServer& server = servers[std::string(states->cell(row, "srv_name"))];
    server.in_maintenance = (admin & kMaintenance) != 0;
    server.draining = (admin & kDrain) != 0;
    server.up = number(states->cell(row, "srv_op_state")) == kRunning;
    server.weight = number(states->cell(row, "srv_uweight"));
    const std::string_view port = states->cell(row, "srv_check_port"), host = states->cell(row, "srv_check_addr");
    if (number(port) > 0) server.check_port = port;
    if (host != "-") server.check_host = host;
    server.address = fmt::format("{}:{}", states->cell(row, "srv_addr"), states->cell(row, "srv_port"));
  }
  for (const Row& row : stats->rows()) {
    if (stats->cell(row, "pxname") != backend) continue;
    const auto server = servers.find(std::string(stats->cell(row, "svname")));
    if (server != servers.end()) add_statistics(*stats, row, server->second);
  }
  return servers;
}

Result<std::map<std::pair<std::string, std::string>, HaproxyTraffic>> parse_traffic(std::string_view stat) {
  const auto stats = Table::read(stat, ',');
  if (!stats) return fail(Kind::invalid, fmt::format("HAProxy says of its servers: {}", first_line(stat)));
  std::map<std::pair<std::string, std::string>, HaproxyTraffic> servers;
  for (const Row& row : stats->rows()) {
    const auto count = [&](std::string_view column) { return number(stats->cell(row, column)); };
    HaproxyTraffic traffic;
    for (const char* column : {"hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other"}) {
      traffic.answers += count(column);
    }
    traffic.server_errors = count("hrsp_5xx");
    traffic.connection_errors = count("econ");
    traffic.response_errors = count("eresp");
    traffic.response_ms = count("rtime");
    servers[{std::string(stats->cell(row, "pxname")), std::string(stats->cell(row, "svname"))}] = traffic;
  }
  return servers;
}

Result<HaproxyProcess> parse_process(std::string_view info) {
  const auto pid = value_of(info, "Pid"), started = value_of(info, "Start_time_sec"),
             version = value_of(info, "Version");
  if (!pid || number(*pid) < 1 || !version) {
    return fail(Kind::invalid, fmt::format("HAProxy says of itself: {}", first_line(info)));
  }
  return HaproxyProcess{number(*pid), started ? number(*started) : 0, std::string(*version)};
}

Result<int64_t> parse_clock(std::string_view activity) {
  const auto now = value_of(activity, "date_now");
  const int64_t seconds = now ? number(*now) : 0;
  if (seconds < 1) return fail(Kind::invalid, fmt::format("HAProxy says of its clock: {}", first_line(activity)));
  const size_t dot = now->find('.');
  const int64_t micros = dot == std::string_view::npos ? 0 : number(now->substr(dot + 1));
  return seconds * 1000 + micros / 1000;
}

Result<std::vector<std::string>> parse_map(std::string_view answer, std::string_view key) {
  std::vector<std::string> values;
  for (std::string_view line : base::split(answer, '\n')) {
    line = base::trim(line);
    if (line.empty()) continue;
    const auto words = base::split(line, ' ');
    if (!words[0].starts_with("0x") || words.size() < 2) {
      return fail(Kind::invalid, fmt::format("HAProxy says of its map: {}", line));
    }
    if (words[1] == key) values.emplace_back(base::trim(line.substr(words[0].size() + key.size() + 1)));
  }
  return values;
}

}  // namespace trunkline::deployer

#include "deployer/drivers/listener.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <set>
#include <sys/socket.h>
#include <unistd.h>

#include "base/core/files.h"
#include "base/core/text.h"
#include "deployer/dial/addresses.h"
#include "deployer/drivers/proc.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kListen = "0A";
constexpr size_t kAddressColumn = 1, kStateColumn = 3, kInodeColumn = 9;
constexpr std::string_view kMapped = "::ffff:";  // an IPv4 address in an IPv6 socket
constexpr size_t kShownCommand = 80;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (const std::string_view word : base::split(line, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

template <typename Number>
std::optional<Number> number(std::string_view text, int radix) {
  Number value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The kernel prints each 32 bits of the address as a number of this machine.
std::optional<std::string> host_in(std::string_view hex) {
  if (hex.size() != 8 && hex.size() != 32) return std::nullopt;
  std::array<uint32_t, 4> groups{};
  for (size_t i = 0; i * 8 < hex.size(); ++i) {
    const auto group = number<uint32_t>(hex.substr(i * 8, 8), 16);
    if (!group) return std::nullopt;
    groups[i] = *group;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(hex.size() == 8 ? AF_INET : AF_INET6, groups.data(), text.data(), text.size());
  const std::string host = text.data();
  return host.starts_with(kMapped) ? host.substr(kMapped.size()) : host;
}

// An IPv6 socket at :: accepts IPv4 too, unless it was told not to, which /proc does not say.
bool accepts(const Listener& listener, const NumericAddress& address) {
  if (listener.port != address.port) return false;
  const bool is_v4 = address.host.find(':') == std::string::npos;
  return listener.host == address.host || listener.host == "::" || (listener.host == "0.0.0.0" && is_v4);
}

// The sockets at those addresses in the network namespace of that /proc/PID.
std::set<uint64_t> sockets_at(const std::vector<NumericAddress>& addresses, const fs::path& process) {
  std::set<uint64_t> found;
  for (const char* table : {"net/tcp", "net/tcp6"}) {
    for (const Listener& listener : parse_listeners(read_proc(process / table))) {
      const bool here = std::any_of(addresses.begin(), addresses.end(),
                                    [&](const NumericAddress& address) { return accepts(listener, address); });
      if (here) found.insert(listener.inode);
    }
  }
  return found;
}

std::vector<NumericAddress> numbers_of(const std::string& address) {
  return resolve(address).value_or(std::vector<NumericAddress>{});
}

enum class Holds { no, yes, hidden };

Holds holds_one(pid_t pid, const std::set<uint64_t>& sockets) {
  std::error_code error;
  for (fs::directory_iterator entry(proc_folder(pid) / "fd", error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    const std::string target = fs::read_symlink(entry->path(), gone);
    constexpr std::string_view kSocket = "socket:[";
    if (gone || !target.starts_with(kSocket)) continue;
    const auto inode =
        number<uint64_t>(std::string_view(target).substr(kSocket.size(), target.size() - kSocket.size() - 1), 10);
    if (inode && sockets.contains(*inode)) return Holds::yes;
  }
  return error == std::errc::permission_denied ? Holds::hidden : Holds::no;
}

std::string command_of(pid_t pid) {
  std::string line = read_proc(proc_folder(pid) / "cmdline");
  std::replace(line.begin(), line.end(), '\0', ' ');
  std::string shown(base::trim(line));
  // It is another's text, and goes to a terminal.
  std::replace_if(shown.begin(), shown.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  if (shown.size() > kShownCommand) shown = shown.substr(0, kShownCommand) + "...";
  return shown;
}

}  // namespace

std::vector<Listener> parse_listeners(std::string_view table) {
  std::vector<Listener> listeners;
  for (const std::string_view line : base::split(table, '\n')) {
    const std::vector<std::string_view> columns = words_of(line);
    if (columns.size() <= kInodeColumn || columns[kStateColumn] != kListen) continue;
    const std::string_view local = columns[kAddressColumn];
    const size_t colon = local.find(':');
    if (colon == std::string_view::npos) continue;
    auto host = host_in(local.substr(0, colon));
    const auto port = number<int>(local.substr(colon + 1), 16);
    const auto inode = number<uint64_t>(columns[kInodeColumn], 10);
    if (host && port && inode) listeners.push_back({*std::move(host), std::to_string(*port), *inode});
  }
  return listeners;
}

bool is_local(const std::string& host) {
  const auto numbers = numbers_of(host + ":0");
  return std::any_of(numbers.begin(), numbers.end(), [](const NumericAddress& number) {
    sockaddr_storage address{};
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
    if (inet_pton(AF_INET, number.host.c_str(), &v4->sin_addr) == 1) {
      address.ss_family = AF_INET;
    } else if (inet_pton(AF_INET6, number.host.c_str(), &v6->sin6_addr) == 1) {
      address.ss_family = AF_INET6;
    }
    const base::Descriptor socket(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const socklen_t size = address.ss_family == AF_INET ? sizeof *v4 : sizeof *v6;
    return socket && bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0;
  });
}

Holder holder_of(const std::string& address, const base::ProcessIdentity& process) {
  const std::vector<NumericAddress> addresses = numbers_of(address);
  bool hidden = false;
  if (base::is_running(process)) {
    for (const pid_t pid : family_of(process.pid)) {
      // A program may have gone into a network namespace of its own.
      const Holds holds = holds_one(pid, sockets_at(addresses, proc_folder(pid)));
      if (holds == Holds::yes) return Holder::own;
      hidden = hidden || holds == Holds::hidden;
    }
  }
  if (hidden) return Holder::unknown;
  return sockets_at(addresses, "/proc/self").empty() ? Holder::nobody : Holder::other;
}

std::optional<std::string> who_listens(const std::string& address) {
  const std::set<uint64_t> sockets = sockets_at(numbers_of(address), "/proc/self");
  if (sockets.empty()) return std::nullopt;
  for (const pid_t pid : all_processes()) {
    if (holds_one(pid, sockets) == Holds::yes) return fmt::format("pid {} ({})", pid, command_of(pid));
  }
  return "another user's process";
}

}  // namespace trunkline::deployer

#include "deployer/dial/haproxy_share.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <thread>

#include "base/core/text.h"
#include "deployer/dial/haproxy_socket.h"
#include "deployer/dial/map_file.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

// A space ends a word of a command.
std::string escaped(const std::string& word) {
  std::string text;
  for (const char c : word) {
    if (c == ' ' || c == '\\' || c == ';') text += '\\';
    text += c;
  }
  return text;
}

bool shows(std::string_view text, const DialEntry& entry) {
  const auto found = parse_entry(text);
  return found && same_exposure(*found, entry);
}

constexpr const char* kBehind = "it has yet to be told whose doors are open";

// A balancer without an entry sends all to the service's own backend.
bool changes_stable(const std::string& text, const Exposure& exposure) {
  const auto found = parse_entry(text);
  return found ? found->stable != exposure.stable : exposure.stable != exposure.key;
}

std::string or_nothing(const std::string& text) {
  return text.empty() ? "nothing" : text;
}

}  // namespace

std::string drift_text(const std::string& key, const std::string& endpoint, const DialEntry& expected,
                       const std::string& found) {
  return fmt::format("{}{} at {}: expected {} found {}", kDrift, key, endpoint, to_string(expected), or_nothing(found));
}

HaproxyShare::HaproxyShare(HaproxySetting setting) : setting_(std::move(setting)) {
  for (const std::string& endpoint : setting_.endpoints) balancers_.push_back({endpoint, {}, {}, {}});
}

Result<std::string> HaproxyShare::ask(const std::string& endpoint, const std::string& command) const {
  return ask_haproxy(endpoint, command, setting_.answer_within);
}

Result<HaproxyShare::Look> HaproxyShare::look(const std::string& endpoint, const std::string& key) const {
  Look seen;
  TRY_ASSIGN(const std::string info, ask(endpoint, "show info"));
  TRY_ASSIGN(seen.process, parse_process(info));
  TRY_ASSIGN(const std::string activity, ask(endpoint, "show activity"));
  TRY_ASSIGN(seen.clock, parse_clock(activity));
  TRY_ASSIGN(const std::string map, ask(endpoint, "show map " + escaped(setting_.map)));
  auto values = parse_map(map, key);
  if (!values) {
    values.error().message += fmt::format("; no rule in the configuration of {} uses {}", endpoint, setting_.map);
    return fail(values.error());
  }
  // Where one key stands twice, the first is used; a change changes both.
  if (!values->empty()) seen.text = values->front();
  return seen;
}

HaproxyShare::Looks HaproxyShare::look_everywhere(const std::string& key) const {
  Looks looks(balancers_.size(), fail(Kind::internal, "not asked"));
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < balancers_.size(); ++i) {
    threads.emplace_back([&, i] { looks[i] = look(balancers_[i].endpoint, key); });
  }
  threads.clear();
  return looks;
}

Result<> HaproxyShare::write(const Look& seen, const std::string& endpoint, const std::string& key,
                             const DialEntry& entry) const {
  const std::string text = to_string(entry), map = escaped(setting_.map);
  const std::string command = fmt::format("{} map {} {} {}", seen.text.empty() ? "add" : "set", map, key, text);
  TRY_ASSIGN(const std::string answer, ask(endpoint, command));
  TRY_ASSIGN(const std::string now, ask(endpoint, "show map " + map));
  TRY_ASSIGN(const auto values, parse_map(now, key));
  if (!values.empty() && std::all_of(values.begin(), values.end(), [&](const auto& value) { return value == text; })) {
    return {};
  }
  return fail(Kind::internal, fmt::format("HAProxy at {} did not take \"{}\": {}", endpoint, command,
                                          or_nothing(std::string(base::trim(answer)))));
}

bool HaproxyShare::notice_restart(Balancer& balancer, const HaproxyProcess& now) {
  const HaproxyProcess before = std::exchange(balancer.process, now);
  return before.pid != 0 && before != now;
}

Result<> HaproxyShare::compare(Balancer& balancer, const Look& seen, const Exposure& wanted) const {
  const auto left = balancer.left.find(wanted.key);
  if (left == balancer.left.end()) return {};
  const auto is_found = [&](const DialEntry& entry) { return shows(seen.text, entry); };
  if (std::any_of(left->second.begin(), left->second.end(), is_found) || is_found(entry_for(wanted, 0))) return {};
  return fail(Kind::conflict, drift_text(wanted.key, balancer.endpoint, left->second.back(), seen.text));
}

// As if they had not answered, where users would be sent through doors that may be shut.
void HaproxyShare::leave_out(const Endpoints& behind, const Exposure& exposure, Looks& looks) const {
  for (size_t i = 0; i < looks.size(); ++i) {
    if (!looks[i] || !behind.contains(balancers_[i].endpoint)) continue;
    const bool opens = exposure.lease.count() > 0 || changes_stable(looks[i]->text, exposure);
    if (opens) looks[i] = fail(Kind::unavailable, kBehind);
  }
}

Result<> HaproxyShare::write_everywhere(const Looks& looks, const Exposure& exposure) {
  std::vector<Result<>> took(balancers_.size());
  std::vector<std::jthread> threads;
  bool needs_quorum = exposure.share > 0;
  for (size_t i = 0; i < balancers_.size(); ++i) {
    if (!looks[i]) {
      took[i] = fail(looks[i].error());
      continue;
    }
    needs_quorum = needs_quorum || changes_stable(looks[i]->text, exposure);
    const DialEntry entry = entry_for(exposure, looks[i]->clock);
    auto& left = balancers_[i].left[exposure.key];
    std::erase_if(left, [&](const DialEntry& known) { return same_exposure(known, entry); });
    left.push_back(entry);  // before it is sent: the answer may get lost
    threads.emplace_back([&, i, entry] {
      took[i] = write(*looks[i], balancers_[i].endpoint, exposure.key, entry);
      if (took[i]) balancers_[i].left[exposure.key] = {entry};
    });
  }
  threads.clear();
  for (size_t i = 0; i < balancers_.size(); ++i) {
    auto& missed = balancers_[i].missed;
    if (took[i]) {
      missed.erase(exposure.key);
    } else {
      missed.insert_or_assign(exposure.key, exposure);
    }
  }
  return judge(took, needs_quorum);
}

Result<> HaproxyShare::judge(const std::vector<Result<>>& took, bool needs_quorum) {
  size_t good = 0;
  std::optional<base::Error> silent, refused;
  for (size_t i = 0; i < took.size(); ++i) {
    if (took[i]) {
      ++good;
      continue;
    }
    const base::Error& error = took[i].error();
    const bool is_silent = error.kind == Kind::unavailable || error.kind == Kind::timeout;
    (is_silent ? silent : refused) = error;
    notes_.push_back(fmt::format("HAProxy at {} did not take the share: {}", balancers_[i].endpoint, error.message));
  }
  const size_t quorum = quorum_of(setting_);
  const bool enough = needs_quorum ? good >= quorum : !refused && (good > 0 || took.empty());
  if (enough) return {};
  base::Error error = refused ? *refused : *silent;
  error.message += fmt::format(" ({} of {} balancers took the share", good, took.size());
  error.message += needs_quorum ? fmt::format(", {} must)", quorum) : ")";
  return fail(std::move(error));
}

Result<> HaproxyShare::save(const std::string& key, const DialEntry& entry) const {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(setting_.map, ignored)) return {};
  return write_map_entry(setting_.map, key, to_string(entry));
}

Result<> HaproxyShare::set(const Exposure& exposure, Drift drift, const Endpoints& behind, std::stop_token stop) {
  TRY(check(exposure));
  const std::lock_guard lock(mutex_);
  if (stop.stop_requested()) return fail(Kind::cancelled, "stopped before the share was changed");
  // Held from before the comparison, so that no other actor changes what was compared.
  TRY_ASSIGN(const std::shared_ptr<void> right, setting_.enter());
  Looks looks = look_everywhere(exposure.key);
  leave_out(behind, exposure, looks);
  for (size_t i = 0; i < looks.size(); ++i) {
    if (!looks[i] || notice_restart(balancers_[i], looks[i]->process) || drift == Drift::overwrite) continue;
    auto same = compare(balancers_[i], *looks[i], exposure);
    if (same) continue;
    // A lease is tried to be renewed again and again; it is told once.
    if (std::exchange(refused_, same.error().message) != same.error().message) notes_.push_back(refused_);
    return same;
  }
  TRY(write_everywhere(looks, exposure));
  const auto answered = std::find_if(looks.begin(), looks.end(), [](const auto& seen) { return seen.has_value(); });
  if (answered == looks.end()) return {};
  auto saved = save(exposure.key, entry_for(exposure, (*answered)->clock));
  if (saved) return {};
  saved.error().message += "; a reload of HAProxy would not know the share";
  // With all users on the stable side that it had before, an older entry does no harm: its lease has an end.
  const auto before = parse_entry((*answered)->text);
  if (exposure.share > 0 || !before || before->stable != exposure.stable) return saved;
  notes_.push_back(to_string(saved.error()));
  return {};
}

Result<> HaproxyShare::catch_up(Balancer& balancer, const Exposure& exposure) {
  TRY_ASSIGN(const std::shared_ptr<void> right, setting_.enter());
  TRY_ASSIGN(const Look seen, look(balancer.endpoint, exposure.key));
  if (!notice_restart(balancer, seen.process)) TRY(compare(balancer, seen, exposure));
  const DialEntry entry = entry_for(exposure, seen.clock);
  TRY(write(seen, balancer.endpoint, exposure.key, entry));
  balancer.left[exposure.key] = {entry};
  return {};
}

Result<> HaproxyShare::catch_up(const Endpoints& behind) {
  const std::lock_guard lock(mutex_);
  Result<> first;
  for (Balancer& balancer : balancers_) {
    for (auto missed = balancer.missed.begin(); missed != balancer.missed.end();) {
      const bool ends_by_itself = missed->second.lease.count() > 0;
      Result<> done;
      if (!ends_by_itself && behind.contains(balancer.endpoint)) done = fail(Kind::unavailable, kBehind);
      if (!ends_by_itself && done) done = catch_up(balancer, missed->second);
      if (!done && first) {
        first = fail(done.error().kind,
                     fmt::format("HAProxy at {} missed the last change of the share of {}, and may still send "
                                 "users where they were before: {}",
                                 balancer.endpoint, missed->first, done.error().message));
      }
      missed = ends_by_itself || !done ? std::next(missed) : balancer.missed.erase(missed);
    }
  }
  return first;
}

Result<> HaproxyShare::reassert(Balancer& balancer, Result<Look>& seen, const std::string& key) {
  const auto left = balancer.left.find(key);
  if (left == balancer.left.end() || shows(seen->text, left->second.back())) return {};
  const DialEntry entry = left->second.back();
  TRY_ASSIGN(const std::shared_ptr<void> right, setting_.enter());
  TRY(write(*seen, balancer.endpoint, key, entry));
  notes_.push_back(fmt::format("HAProxy at {} came up with {} for {}, and was given {} again", balancer.endpoint,
                               or_nothing(seen->text), key, to_string(entry)));
  balancer.left[key] = {entry};
  seen->text = to_string(entry);
  return {};
}

Result<std::vector<ExposureView>> HaproxyShare::read(const std::string& key) {
  const std::lock_guard lock(mutex_);
  Looks looks = look_everywhere(key);
  std::vector<ExposureView> views;
  bool any = looks.empty();
  for (size_t i = 0; i < looks.size(); ++i) {
    const HaproxyProcess before = balancers_[i].process;
    if (looks[i] && notice_restart(balancers_[i], looks[i]->process)) {
      if (const auto done = reassert(balancers_[i], looks[i], key); !done) {
        looks[i] = fail(done.error());
        balancers_[i].process = before;  // so that it is tried again, and not taken for a person's doing
      }
    }
    ExposureView& view = views.emplace_back();
    view.endpoint = balancers_[i].endpoint;
    if (!looks[i]) {
      view.error = looks[i].error();
      continue;
    }
    any = true;
    view.text = looks[i]->text;
    view.clock = base::WallTime{base::Millis{looks[i]->clock}};
    view.started = base::WallTime{std::chrono::seconds{looks[i]->process.started}};
    const auto entry = parse_entry(view.text);
    if (entry) view.found = exposure_of(key, *entry, looks[i]->clock);
    view.leased = view.found && view.found->lease.count() > 0;
  }
  if (!any) return fail(looks.front().error());
  return views;
}

void HaproxyShare::expect(const Exposure& exposure) {
  const std::lock_guard lock(mutex_);
  for (Balancer& balancer : balancers_) balancer.left[exposure.key] = {entry_for(exposure, 0)};
}

std::vector<std::string> HaproxyShare::take_notes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notes_, {});
}

}  // namespace trunkline::deployer

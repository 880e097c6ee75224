#include "flags/agent/store/override_board.h"

#include <fmt/format.h>

#include "base/core/files.h"
#include "base/core/log.h"

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Result;

constexpr int kVersion = 1;

std::filesystem::path file_in(const std::filesystem::path& folder) {
  return folder / "overrides.json";
}

Result<std::vector<Override>> read(const std::filesystem::path& file) {
  TRY_ASSIGN(const std::string text, base::read_file(file));
  TRY_ASSIGN(const base::Json json, base::parse_json(text, file.string()));
  const base::Where where{file.string(), 0, 0};
  const base::Json* version = base::find(json, "version");
  const base::Json* items = base::find(json, "overrides");
  if (version == nullptr || *version != kVersion || items == nullptr || !items->is_array()) {
    return base::fail(Kind::invalid, "expected a file of overrides of version 1", where);
  }
  std::vector<Override> overrides;
  for (const base::Json& item : items->get_array()) {
    auto one = override_from_json(item);
    if (one) {
      overrides.push_back(*std::move(one));
    } else {
      base::log(base::LogLevel::error, "an override on disk cannot be read",
                {{"file", file.string()}, {"error", to_string(one.error())}});
    }
  }
  return overrides;
}

}  // namespace

OverrideBoard::OverrideBoard(std::filesystem::path folder, FlagStore& store, const base::Clock& clock,
                             base::Metrics& metrics)
    : folder_(std::move(folder)), store_(store), clock_(clock), metrics_(metrics) {}

void OverrideBoard::load() {
  if (folder_.empty()) return;
  auto kept = read(file_in(folder_));
  if (!kept) {
    if (kept.error().kind != Kind::not_found) {
      base::log(base::LogLevel::error, "the overrides on disk are lost", {{"error", to_string(kept.error())}});
    }
    return;
  }
  const std::lock_guard lock(mutex_);
  ByKey next;
  for (Override& one : *kept) {
    if (one.until > clock_.wall()) next[one.key] = std::move(one);
  }
  put_in_force(std::move(next));
}

Result<> OverrideBoard::put(Override wanted) {
  const base::Millis left = wanted.until - clock_.wall();
  if (left <= base::Millis{0} || left > kLongest) {
    return base::fail(Kind::usage, fmt::format("an override lasts from 1s to {}", base::format_duration(kLongest)));
  }
  TRY(store_.check(wanted));
  const std::lock_guard lock(mutex_);
  ByKey next = overrides_;
  next[wanted.key] = wanted;
  if (next.size() > kMost) return base::fail(Kind::conflict, fmt::format("{} overrides are in force", kMost));
  TRY(save(next));
  put_in_force(std::move(next));
  base::log(base::LogLevel::warn, "override",
            {{"flag", wanted.key},
             {"variant", wanted.variant},
             {"until", base::to_iso8601(wanted.until)},
             {"by", wanted.by},
             {"reason", wanted.reason}});
  return {};
}

Result<Override> OverrideBoard::remove(const std::string& key) {
  const std::lock_guard lock(mutex_);
  ByKey next = overrides_;
  auto taken = next.extract(key);
  if (taken.empty()) return base::fail(Kind::not_found, fmt::format("no override of \"{}\" is in force", key));
  // Taking back works also where the disk does not; what it loses is that a restart would know.
  save_if_possible(next);
  put_in_force(std::move(next));
  base::log(base::LogLevel::warn, "override ended", {{"flag", key}, {"why", "taken back"}});
  return std::move(taken.mapped());
}

std::vector<Override> OverrideBoard::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<Override> all;
  for (const auto& [key, one] : overrides_) all.push_back(one);
  return all;
}

void OverrideBoard::tick() {
  const std::lock_guard lock(mutex_);
  ByKey next = overrides_;
  std::erase_if(next, [now = clock_.wall()](const auto& item) {
    const bool over = item.second.until <= now;
    if (over) base::log(base::LogLevel::warn, "override ended", {{"flag", item.first}, {"why", "its time is over"}});
    return over;
  });
  if (next.size() == overrides_.size()) return;
  // What stays on disk is over when it is read.
  save_if_possible(next);
  put_in_force(std::move(next));
}

Result<> OverrideBoard::save(const ByKey& overrides) const {
  if (folder_.empty()) return {};
  base::JsonArray items;
  for (const auto& [key, one] : overrides) items.push_back(to_json(one));
  TRY(base::make_folders(folder_));
  const base::JsonObject json{{"version", kVersion}, {"overrides", std::move(items)}};
  return base::write_file_atomically(file_in(folder_), base::to_text(json) + "\n", 0600);
}

void OverrideBoard::save_if_possible(const ByKey& overrides) const {
  const auto saved = save(overrides);
  if (!saved) base::log(base::LogLevel::warn, "cannot keep the overrides", {{"error", to_string(saved.error())}});
}

void OverrideBoard::put_in_force(ByKey overrides) {
  const auto gauge = [&](const Override& one) {
    return metrics_.gauge("flag_override_active", "1 while the override is in force.",
                          {{"flag", one.key}, {"variant", one.variant}});
  };
  for (const auto& [key, one] : overrides_) gauge(one).set(0);
  overrides_ = std::move(overrides);
  std::vector<Override> all;
  for (const auto& [key, one] : overrides_) {
    gauge(one).set(1);
    all.push_back(one);
  }
  store_.set_overrides(std::move(all));
}

}  // namespace trunkline::flags

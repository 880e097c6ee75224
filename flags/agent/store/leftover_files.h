#pragma once

#include <chrono>
#include <filesystem>

namespace trunkline::flags {

// Removes from a cache folder the temporary files that an agent left behind when it was killed while it wrote: those of
// flagset-*.json and overrides.json that are older than a minute at `now`, so that nothing is taken from an agent that
// is at work there. What cannot be removed stays.
void remove_leftover_files(const std::filesystem::path& folder, std::filesystem::file_time_type now);

}  // namespace trunkline::flags

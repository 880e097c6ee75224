#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

// What the kernel says of processes. They come and go while one looks: nothing where one is gone.
namespace trunkline::deployer {

std::vector<pid_t> all_processes();

std::filesystem::path proc_folder(pid_t pid);

// A whole file of /proc, which has no size to go by; "" where it cannot be read.
std::string read_proc(const std::filesystem::path& file);

// Field `index`, counted from 0, of /proc/PID/stat; from 3 on, behind the name and the state.
std::optional<int64_t> stat_field(pid_t pid, size_t index);

// 0 where there is none.
pid_t parent_of(pid_t pid);

// The process and its descendants, in no order.
std::vector<pid_t> family_of(pid_t pid);

}  // namespace trunkline::deployer

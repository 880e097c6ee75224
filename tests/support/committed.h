#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>

#include "base/core/files.h"

namespace trunkline::base {

// The file of the source tree has just this text. TRUNKLINE_REWRITE=1 writes what is made now in its place, to be
// looked at and committed.
inline void expect_committed(const std::filesystem::path& file, const std::string& text) {
  if (read_file(file).value_or("") == text) return;
  if (std::getenv("TRUNKLINE_REWRITE") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  ADD_FAILURE() << file << " is not what is made now (TRUNKLINE_REWRITE=1 writes it anew):\n" << text;
}

}  // namespace trunkline::base

#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/core/files.h"
#include "base/core/process.h"

namespace trunkline::base {

// A program whose output is a terminal; its input is empty. It is killed when the object goes.
class PseudoTerminal {
 public:
  // Throws std::runtime_error where that cannot be.
  PseudoTerminal(const ProcessSpec& spec, unsigned short columns, unsigned short lines);
  ~PseudoTerminal();
  PseudoTerminal(const PseudoTerminal&) = delete;

  void resize(unsigned short columns, unsigned short lines) const;
  void signal(int signal) const;  // to it alone
  std::string output() const;     // all that it wrote so far
  // How it ended, with everything that it wrote read; code -1 if it does not end within `limit`.
  ExitStatus wait(Millis limit);

 private:
  void read_all(const std::stop_token& stop);

  Descriptor ours_;
  std::optional<Child> child_;
  mutable std::mutex mutex_;
  std::string output_;
  std::jthread reader_;
};

}  // namespace trunkline::base

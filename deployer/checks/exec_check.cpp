#include "deployer/checks/exec_check.h"

#include <fmt/format.h>

#include "base/core/process.h"
#include "base/core/text.h"
#include "deployer/checks/http_check.h"

namespace trunkline::deployer {

Measurement ask_program(const ExecQuery& query, const std::filesystem::path& folder) {
  const auto output =
      base::run_process({.argv = query.command, .inherit = false, .folder = folder}, query.timeout, size_t{64} * 1024);
  if (!output) return Measurement::error(output.error().message);
  if (output->timed_out) {
    return Measurement::error(fmt::format("it took longer than {}", base::format_duration(query.timeout)));
  }
  if (!output->status.ok()) {
    const std::string_view said = base::trim(output->err);
    return Measurement::error(fmt::format("it ended with {}: {}", to_string(output->status), said.substr(0, 200)));
  }
  const std::string_view printed = base::trim(output->out);
  if (printed.empty()) return Measurement::missing("it printed nothing");
  return number_in(base::Json(printed));
}

}  // namespace trunkline::deployer

#include "deployer/checks/synthetic_check.h"

#include <fmt/format.h>

#include "base/core/process.h"
#include "base/core/text.h"

namespace trunkline::deployer {
namespace {

constexpr size_t kMaxOutput = size_t{64} * 1024;
constexpr size_t kLastWords = 200;

Measurement failed(std::string why) {
  Measurement measurement = Measurement::of(1);
  measurement.detail = std::move(why);
  return measurement;
}

}  // namespace

Measurement run_synthetic(const SyntheticQuery& query, const std::filesystem::path& folder, const Instance& instance) {
  const base::ProcessSpec spec{
      .argv = query.command,
      .environment = {{"TRUNKLINE_INSTANCE", instance.id}, {"TRUNKLINE_ADDRESS", instance.address()}},
      .inherit = false,
      .folder = folder};
  const auto output = base::run_process(spec, query.timeout, kMaxOutput);
  if (!output) return Measurement::error(output.error().message);
  if (output->timed_out) {
    return failed(fmt::format("{}: it took longer than {}", instance.id, base::format_duration(query.timeout)));
  }
  if (output->status.ok()) return Measurement::of(0);
  const std::string_view said = base::trim(base::trim(output->err).empty() ? output->out : output->err);
  return failed(fmt::format("{}: it ended with {}: {}", instance.id, to_string(output->status),
                            said.substr(said.size() - std::min(said.size(), kLastWords))));
}

}  // namespace trunkline::deployer

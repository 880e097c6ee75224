#include "deployer/ctl/show_findings.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/cli/terminal.h"

namespace trunkline::deployer {
namespace {

std::string_view to_string(Finding::Level level) {
  return level == Finding::Level::ok ? "ok" : level == Finding::Level::warn ? "warn" : "fail";
}

base::Json json_of(const Finding& finding) {
  base::JsonObject json{{"level", to_string(finding.level)}, {"text", finding.text}};
  if (!finding.mend.empty()) json["mend"] = finding.mend;
  if (!finding.where.file.empty()) json["file"] = finding.where.file;
  if (finding.where.line > 0) json["line"] = finding.where.line;
  return json;
}

void show(const Finding& finding) {
  const bool colour = base::cli::use_colour(1);
  const auto paint = finding.level == Finding::Level::ok     ? base::cli::Colour::green
                     : finding.level == Finding::Level::warn ? base::cli::Colour::yellow
                                                             : base::cli::Colour::red;
  const std::string where = to_string(finding.where);
  base::cli::print(fmt::format("{}  {}{}{}\n",
                               base::cli::paint(fmt::format("{:4}", to_string(finding.level)), paint, colour), where,
                               where.empty() ? "" : ": ", finding.text));
  if (!finding.mend.empty()) base::cli::print(fmt::format("      {}\n", finding.mend));
}

}  // namespace

int show_findings(const Findings& findings, bool json) {
  for (const Finding& finding : findings) {
    if (json) {
      base::cli::print_json(json_of(finding));
    } else {
      show(finding);
    }
  }
  const bool failed = std::any_of(findings.begin(), findings.end(),
                                  [](const Finding& finding) { return finding.level == Finding::Level::fail; });
  return failed ? 1 : 0;
}

}  // namespace trunkline::deployer

#include "pipelines/ctl/commands.h"

int main(int argc, char** argv) {
  using namespace trunkline;
  base::cli::Tool tool("pipelines", "Checks GitHub Actions workflows and names versions of the trunk.");
  pipelines::add_lint(tool);
  pipelines::add_version(tool);
  return tool.run(argc, argv);
}

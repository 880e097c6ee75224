#include "pipelines/ctl/commands.h"

int main(int argc, char** argv) {
  using namespace trunkline;
  base::cli::Tool tool("pipelines", "Checks GitHub Actions workflows.");
  pipelines::add_lint(tool);
  return tool.run(argc, argv);
}

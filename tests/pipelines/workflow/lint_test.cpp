#include "pipelines/workflow/lint.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "base/core/files.h"

namespace trunkline::pipelines {
namespace {

namespace fs = std::filesystem;

const fs::path kHere = TRUNKLINE_SOURCE_DIR "/tests/pipelines/workflow";

std::vector<fs::path> workflows_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".yml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> found_in(std::string_view text) {
  std::vector<std::string> lines;
  for (const Finding& finding : lint(text, "w.yml")) {
    lines.push_back(fmt::format("{}:{} {}: {}", finding.where.line, finding.where.column, to_string(finding.rule),
                                finding.message));
  }
  return lines;
}

// The cases say what they seed in their first lines: "# expect LINE:COLUMN RULE: MESSAGE".
std::vector<std::string> expected_in(std::string_view text) {
  constexpr std::string_view kMark = "# expect ";
  std::vector<std::string> lines;
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.starts_with(kMark)) lines.emplace_back(line.substr(kMark.size()));
  }
  return lines;
}

TEST(Lint, FindsWhatEachCaseSeedsAndNothingElse) {
  std::set<std::string> rules;
  for (const fs::path& file : workflows_in(kHere / "lint_cases")) {
    SCOPED_TRACE(file.filename());
    const std::string text = base::read_file(file).value();
    const std::vector<std::string> found = found_in(text);
    EXPECT_FALSE(found.empty());
    EXPECT_EQ(found, expected_in(text));
    for (const std::string& line : found) {
      rules.insert(line.substr(line.find(' ') + 1, line.find(": ") - line.find(' ') - 1));
    }
  }
  EXPECT_THAT(rules,
              testing::UnorderedElementsAre("yaml-syntax", "duplicate-key", "unknown-key", "structure", "unknown-need",
                                            "circular-needs", "expression-syntax", "unknown-context"));
}

TEST(Lint, HasNothingToSayAboutGoodWorkflows) {
  const auto files = workflows_in(kHere / "clean");
  EXPECT_FALSE(files.empty());
  for (const fs::path& file : files) {
    SCOPED_TRACE(file.filename());
    EXPECT_THAT(found_in(base::read_file(file).value()), testing::IsEmpty());
  }
}

TEST(Lint, HasNothingToSayAboutOurOwnWorkflows) {
  const auto files = workflows_in(TRUNKLINE_SOURCE_DIR "/.github/workflows");
  EXPECT_FALSE(files.empty());
  for (const fs::path& file : files) {
    SCOPED_TRACE(file.filename());
    EXPECT_THAT(found_in(base::read_file(file).value()), testing::IsEmpty());
  }
}

TEST(Lint, FindsPlacesInFilesWithWindowsLineEnds) {
  EXPECT_THAT(found_in("on: push\r\nenv:\r\n  A: |\r\n    x\r\n    ${{ a b }}\r\n  B: x\r\n    ${{ a b }}\r\njobs: {a: "
                       "{runs-on: b}}\r\n"),
              testing::ElementsAre("5:11 expression-syntax: expected an operator or the end, got \"b\"",
                                   "7:11 expression-syntax: expected an operator or the end, got \"b\""));
}

TEST(Lint, CountsColumnsInBytes) {
  EXPECT_THAT(found_in("on: push\nenv: {A: \"\\u20ac \\U0001F600 é ${{ a b }}\"}\njobs: {a: {runs-on: b}}\n"),
              testing::ElementsAre("2:38 expression-syntax: expected an operator or the end, got \"b\""));
}

TEST(Lint, TakesFilesOfOneMebibyteAtMost) {
  EXPECT_THAT(found_in("on: push\n#" + std::string(1024 * 1024, 'x')),
              testing::ElementsAre(testing::HasSubstr("1:1 yaml-syntax: 1048586 bytes of YAML are more than")));
}

TEST(Lint, WalksLongChainsOfNeeds) {
  std::string text = "on: push\njobs:\n";
  for (int i = 0; i < 20'000; ++i) text += fmt::format("  j{}: {{runs-on: x, needs: j{}}}\n", i, i + 1);
  text += "  j20000: {runs-on: x, needs: j0}\n";
  EXPECT_THAT(found_in(text), testing::ElementsAre(testing::AllOf(testing::StartsWith("3:27 circular-needs: "),
                                                                  testing::HasSubstr("-> j19 -> ... -> j0"))));
}

TEST(Lint, NamesTheRuleLast) {
  EXPECT_EQ(to_string(lint("on: push\njobs: {}\n", "ci.yml").front()),
            "ci.yml:2:1: error: jobs: expected a mapping with at least one job [structure]");
}

}  // namespace
}  // namespace trunkline::pipelines

#include <gtest/gtest.h>

#include "base/core/process.h"

// What flagctl prints for a shell is run by that shell.
namespace trunkline::flags {
namespace {

// flagctl is found by its name, as a user has it.
base::ProcessOutput run(std::vector<std::string> argv) {
  const std::string path = std::string(TRUNKLINE_BIN_DIR) + ":" + std::getenv("PATH");
  return base::run_process({.argv = std::move(argv), .environment = {{"PATH", path}}}, std::chrono::seconds{60})
      .value();
}

std::string out_of(const std::vector<std::string>& argv) {
  const auto output = run(argv);
  EXPECT_TRUE(output.status.ok()) << output.err;
  EXPECT_EQ(output.err, "");
  return output.out;
}

TEST(FlagctlCompletion, WorksInBash) {
  const auto complete = [](const std::string& words) {
    return out_of({"bash", "-euc",
                   "source <(flagctl completion bash); COMP_WORDS=(" + words +
                       "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _flagctl; echo \"${COMPREPLY[@]}\""});
  };
  EXPECT_EQ(complete("flagctl tog"), "toggle\n");
  EXPECT_EQ(complete("flagctl eval key --exp"), "--explain\n");
  EXPECT_EQ(complete("flagctl eval key --type ''"), "boolean string integer float object\n");
  EXPECT_EQ(complete("flagctl eval key --flags ''"), "\n") << "files are readline's";
}

TEST(FlagctlCompletion, WorksInZsh) {
  // The functions of zsh's completion tell what they are given.
  const auto complete = [](const std::string& words) {
    return out_of({"zsh", "-fc",
                   "compdef() { }; _describe() { print -l -- ${(P)2} }; _arguments() { print -l -- \"$@\" }; "
                   "source <(flagctl completion zsh); words=(" +
                       words + "); CURRENT=$#words; _flagctl"});
  };
  EXPECT_NE(complete("flagctl ''").find("\ntoggle:make the other variant of a boolean flag its default\n"),
            std::string::npos);
  const std::string eval = complete("flagctl eval ''");
  EXPECT_NE(eval.find("\n--explain[show the way through the rule]\n"), std::string::npos) << eval;
  EXPECT_NE(eval.find(":value:(boolean string integer float object)\n"), std::string::npos) << eval;
}

TEST(FlagctlCompletion, WorksInFish) {
  const auto complete = [](const std::string& line) {
    return out_of({"fish", "--no-config", "-c", "flagctl completion fish | source; complete -C '" + line + "'"});
  };
  EXPECT_EQ(complete("flagctl tog"), "toggle\tmake the other variant of a boolean flag its default\n");
  EXPECT_EQ(complete("flagctl eval --exp"), "--explain\tshow the way through the rule\n");
}

TEST(FlagctlCompletion, RefusesOtherShells) {
  for (const char* shell : {"powershell", ""}) {
    const auto output = run({TRUNKLINE_BIN_DIR "/flagctl", "completion", shell});
    EXPECT_EQ(output.status.code, 2);
    EXPECT_EQ(output.err, "flagctl: error: expected flagctl completion bash, zsh or fish\n");
  }
}

}  // namespace
}  // namespace trunkline::flags

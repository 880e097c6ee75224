#include "tests/tidy/programs.h"

#include <cctype>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "base/core/files.h"
#include "base/core/process.h"
#include "base/core/text.h"

namespace trunkline::tidy {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kRoot = TRUNKLINE_SOURCE_DIR;
// They are ours, and built.
const std::set<std::string> kOurs = {"deployer", "flagctl", "flag-agent", "shortener", "pipelines"};

std::vector<Program> programs() {
  std::vector<std::string> problems;
  auto read = parse_programs(base::read_file(kRoot + "/cmake/programs.txt").value_or(""), problems);
  EXPECT_THAT(problems, IsEmpty());
  return read;
}

std::string scripts() {
  std::string text;
  for (const char* path : {"/dev", "/.ci/run", "/examples/demo/run.sh"})
    text += base::read_file(kRoot + path).value() + "\n";
  return text;
}

// All texts of the repository that start programs.
std::string all_texts() {
  std::string text = scripts() + base::read_file(kRoot + "/CMakePresets.json").value();
  for (const char* folder : {"/cmake", "/tests", "/base", "/deployer", "/flags"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot + folder)) {
      const std::string kind = entry.path().extension();
      if (entry.path().filename() == "programs.txt" || entry.path().parent_path().filename() == "tidy") continue;
      if (kind == ".cpp" || kind == ".h" || kind == ".js" || kind == ".cmake" || kind == ".md" || kind == ".cases")
        text += base::read_file(entry.path()).value_or("");
    }
  }
  return text;
}

bool has_word(const std::string& text, const std::string& word) {
  const auto is_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '+';
  };
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !is_part(text[at - 1]);
    const bool ends = at + word.size() == text.size() || !is_part(text[at + word.size()]);
    if (begins && ends) return true;
  }
  return false;
}

// The program in the folder of links that is the PATH of every test; "" if it is not there.
std::string linked(const std::string& program) {
  const fs::path file = fs::path(TRUNKLINE_PROGRAMS_DIR) / program;
  return fs::exists(file) ? file.string() : "";
}

// A file and what it is a link to, each below / and below /usr: Debian 12 owns /bin/sh, Debian 13 /usr/bin/sh.
std::vector<std::string> names_of(fs::path file) {
  std::vector<std::string> names;
  for (int links = 0; links < 8; ++links) {
    const std::string name = file.string().starts_with("/usr/") ? file.string().substr(4) : file.string();
    names.insert(names.end(), {name, "/usr" + name});
    if (!fs::is_symlink(file)) break;
    file = (file.parent_path() / fs::read_symlink(file)).lexically_normal();
  }
  return names;
}

// The packages that own each of the files. What came from elsewhere than a package has none.
std::map<std::string, std::set<std::string>> owners(const std::vector<std::string>& files) {
  std::vector<std::string> argv = {"dpkg-query", "-S"};
  argv.insert(argv.end(), files.begin(), files.end());
  std::map<std::string, std::set<std::string>> owners;
  // It ends with 1 where a file is of no package.
  const auto asked = base::run_process({.argv = argv}, std::chrono::seconds{25});
  const std::string answer = asked ? asked->out : "";
  for (const auto line : base::split(answer, '\n')) {
    const size_t space = line.rfind(": ");
    if (line.starts_with("diversion ") || space == std::string_view::npos) continue;
    owners[std::string(line.substr(space + 2))].emplace(line.substr(0, line.find_first_of(":,")));
  }
  return owners;
}

TEST(Programs, OfTheTestsAreAllInstalled) {
  for (const Program& program : programs()) {
    if (!program.purposes.contains("test") && !program.purposes.contains("build")) continue;
    EXPECT_NE(linked(program.name), "") << program.name << " is missing: ./dev setup test (package " << program.package
                                        << ")";
  }
}

TEST(Programs, ComeFromThePackageThatTheListNames) {
  if (!fs::exists("/var/lib/dpkg/status")) return;
  std::map<std::string, std::vector<std::string>> names;
  std::vector<std::string> files;
  for (const Program& program : programs()) {
    if (const std::string link = linked(program.name); !link.empty())
      names[program.name] = names_of(fs::read_symlink(link));
    files.insert(files.end(), names[program.name].begin(), names[program.name].end());
  }
  const auto owned = owners(files);
  size_t checked = 0;
  for (const Program& program : programs()) {
    std::set<std::string> packages;
    for (const std::string& name : names[program.name])
      if (owned.contains(name)) packages.insert(owned.at(name).begin(), owned.at(name).end());
    // The nodejs of other archives than Debian's brings its own npm.
    if (packages.empty() || (program.name == "npm" && packages.contains("nodejs"))) continue;
    ++checked;
    EXPECT_TRUE(packages.contains(program.package))
        << program.name << " is of " << testing::PrintToString(packages) << ", and the list says " << program.package;
  }
  EXPECT_GT(checked, 20u);
}

// Compilers and what they start are named by CMake.
TEST(Programs, BeyondTheBuildAreAllStartedSomewhere) {
  const std::string text = all_texts();
  for (const Program& program : programs()) {
    if (program.purposes.contains("build")) continue;
    EXPECT_TRUE(has_word(text, program.name)) << program.name << " is started nowhere: take it out";
  }
}

TEST(Programs, OfTheScriptsAreAllInTheList) {
  std::set<std::string> known = kOurs;
  for (const Program& program : programs()) known.insert(program.name);
  for (const std::string& command : commands_in_script(scripts()))
    EXPECT_TRUE(known.contains(command) || command == "sudo") << command << " is missing in cmake/programs.txt";
}

TEST(Programs, ReadsTheListAndNamesBrokenLines) {
  std::vector<std::string> problems;
  EXPECT_THAT(parse_programs("# x\n\njq  jq demo test\npatch patch\njq jq demo\n", problems),
              ElementsAre(Program{"jq", "jq", {"demo", "test"}}));
  EXPECT_THAT(problems, ElementsAre("line 4: expected PROGRAM PACKAGE PURPOSE...", "line 5: jq stands there twice"));
}

TEST(Programs, FindsTheCommandsOfAScript) {
  const auto found = [](std::string_view script) { return commands_in_script(script); };
  EXPECT_THAT(found("a; b && c || d | e &\nf\n"), ElementsAre("a", "b", "c", "d", "e", "f"));
  EXPECT_THAT(found("x=$(a \"$(b c)\") y=1 d e"), ElementsAre("a", "b", "d"));
  EXPECT_THAT(found("if ! a b; then c; else d; fi; while e; do f; done"), ElementsAre("a", "c", "d", "e", "f"));
  EXPECT_THAT(found("f() { a; }\nf b # c\n\"$d\" e; ./g; /h/i"), ElementsAre("a"));
  EXPECT_THAT(found("case $a in b | c) d ;; e) f ;; *) g ;; esac; h"), ElementsAre("d", "f", "g", "h"));
  EXPECT_THAT(found("cat <<'EOF' | a\nb c\nEOF\nd"), ElementsAre("cat", "d")) << "behind a here-document the line ends";
  EXPECT_THAT(found("a >b 2>&1 <c; env D=1 e; b | xargs -P \"$(f)\" -n 4 g"),
              ElementsAre("a", "b", "e", "env", "f", "g", "xargs"));
  EXPECT_THAT(found("local x=(a b) y; z=(a \"$(b)\"); d 'e; f' \"g; h\""), ElementsAre("b", "d"));
  EXPECT_THAT(found("for ((i = 0; i < 2; i++)); do a; done; echo \"$((1 + 2))\"; b <(c)"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(found("a \\\n  b\nmapfile -t x < <(c)"), ElementsAre("a", "c"));
}

}  // namespace
}  // namespace trunkline::tidy

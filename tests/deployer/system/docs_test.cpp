#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

#include "base/core/text.h"
#include "deployer/dial/haproxy_socket.h"
#include "tests/deployer/system/page.h"
#include "tests/deployer/system/rig.h"
#include "tests/deployer/system/tool_help.h"

// The commands of docs/deployer.md work as they stand there, in the hands of somebody who begins with nothing.
namespace trunkline::deployer {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// A line of output without what is another one in each run: times, digests, people, measurements.
std::string lasting_part(std::string line) {
  static const std::vector<std::pair<std::regex, std::string>> rules = {
      {std::regex(" +"), " "},
      {std::regex(R"(^ | $)"), ""},
      {std::regex(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"), "TIME"},
      {std::regex(R"(sha256:[0-9a-f.]+)"), "DIGEST"},
      {std::regex(R"([\w-]+@[\w.-]+)"), "PERSON"},
      {std::regex(R"(`run [^`]*`)"), "`run`"},
      {std::regex(R"((anew)(: process|; \d+ servers) .*)"), "$1"},
      {std::regex(R"((taken back|rolled back) deployer errors: .*)"), "$1 deployer errors"},
      {std::regex(R"(\d+ MB)"), "N MB"},
      {std::regex(R"(at \S+ requests/s of which \S+ %)"), "at N requests/s of which N %"},
      {std::regex(R"(x\S+ or more)"), "xN or more"},
  };
  for (const auto& [pattern, text] : rules) line = std::regex_replace(line, pattern, text);
  return line;
}

// All of the lines stand in the text, in their order; others may stand between them.
void expect_in_order(const std::string& text, const std::vector<std::string>& lines) {
  std::vector<std::string> there;
  for (const std::string_view line : base::split(text, '\n')) there.push_back(lasting_part(std::string(line)));
  auto from = there.begin();
  for (const std::string& line : lines) {
    if (base::trim(line).starts_with("...")) continue;
    const auto found = std::find(from, there.end(), lasting_part(line));
    if (found == there.end()) {
      ADD_FAILURE() << "the page says: " << line << "\nwhich is not there, or earlier, in:\n" << text;
    } else {
      from = found + 1;
    }
  }
}

// Two shops behind a HAProxy of their own, in a folder in which the page's paths are.
class PageRig : public Rig {
 public:
  PageRig() : Rig({"-W"}, 2, "shop"), twins_{reserve_port(), reserve_port()} {
    fs::create_directory(path("tools"));
    std::ofstream(path("tools/systemctl")) << "#!/bin/sh\necho \"$@\" > systemctl.called\n";
    fs::permissions(path("tools/systemctl"), fs::perms::owner_all);
  }

  // The page's text with the paths and ports of this rig.
  std::string here(std::string text) const {
    text = replace_all(text, "/etc/haproxy/", path("").string());
    text = replace_all(text, "/run/haproxy/admin.sock", path("haproxy.sock").string());
    for (int i = 0; i < instances(); ++i) {
      text = replace_all(text, fmt::format("127.0.0.1:{}", 9001 + i), address(i));
      text = replace_all(text, fmt::format("127.0.0.1:{}", 9011 + i), fmt::format("127.0.0.1:{}", twins_[i]));
    }
    return text;
  }
  std::vector<std::string> here(std::vector<std::string> lines) const {
    for (std::string& line : lines) line = here(line);
    return lines;
  }

  // A line of a shell in that folder.
  Ran run(const std::string& line) const { return run_command(shell(line)); }
  std::unique_ptr<Background> run_beside(const std::string& line) const {
    static int count = 0;
    return std::make_unique<Background>(shell("exec " + line), path(fmt::format("beside-{}.out", ++count)));
  }

  void write_lines(const std::string& name, const std::vector<std::string>& lines) const {
    std::ofstream out(path(name));
    for (const std::string& line : lines) out << line << "\n";
  }
  // build/: the shortener with its links.
  void build(const std::string& arguments = "") const {
    fs::create_directories(path("build/bin"));
    fs::copy_file(kShortener, path("build/bin/shortener"), fs::copy_options::skip_existing);
    write_lines("build/bin/serve", {"#!/bin/sh", fmt::format("exec bin/shortener serve \"$@\" --store sqlite:{} {}",
                                                             path("links.db").string(), arguments)});
    fs::permissions(path("build/bin/serve"), fs::perms::owner_all);
  }

 private:
  std::vector<std::string> shell(const std::string& line) const {
    return {"env",
            "-C",
            path(""),
            "TRUNKLINE_STATE=" + path("state").string(),
            "PATH=" + path("tools").string() + ":" TRUNKLINE_BIN_DIR ":" + std::getenv("PATH"),
            "bash",
            "-c",
            "set -euo pipefail; " + line};
  }

  std::vector<int> twins_;
};

struct DeployerPage : testing::Test {
  // Throws where it ends otherwise: what follows is built on it.
  Ran run(const std::string& line, int code = 0) {
    note(line);
    const Ran ran = rig.run(line);
    if (ran.code != code) throw std::runtime_error(fmt::format("{}: exit {}\n{}{}", line, ran.code, ran.out, ran.err));
    return ran;
  }
  bool prints(const std::string& line, const std::string& part) {
    return run(line).out.find(part) != std::string::npos;
  }
  std::unique_ptr<Background> run_until_it_bakes(const std::string& line) {
    note(line);
    auto beside = rig.run_beside(line);
    EXPECT_TRUE(rig.wait_for_step("bake")) << line << "\n" << beside->output();
    return beside;
  }
  void note(const std::string& line) {
    std::istringstream words(line);
    std::string word;
    if (words >> word && word == "deployer" && words >> word) ran_commands.insert(word);
  }

  std::string taken(const std::string& begin) { return rig.here(page.take(begin).line); }
  // Runs the page's next command that begins so; it prints what the page shows.
  std::string follow(const std::string& begin, int code = 0) {
    const PageCommand& command = page.take(begin);
    const Ran ran = run(rig.here(command.line), code);
    expect_in_order(ran.out, rig.here(command.sample));
    return ran.out + ran.err;
  }

  // What is shown of haproxy.cfg, with what every haproxy.cfg has.
  void start_the_haproxy_that_is_there() {
    auto lines = rig.here(page.take_file("What your HAProxy needs"));
    const std::string rest = R"(defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 10s
  default-server inter 200ms fall 2 rise 1
frontend www
  default_backend shop
  bind )" + rig.front();
    lines.insert(std::find(lines.begin(), lines.end(), "backend shop"), rest);
    rig.write_lines("haproxy.cfg", lines);
    rig.start_haproxy();
  }

  void set_haproxy_up_for_shares() {
    const std::string init =
        replace_all(taken("deployer init"), "init", "init --map " + rig.path("trunkline.map").string());
    run(init);
    follow("patch");
    follow("install");
    follow("haproxy -c");
    EXPECT_EQ(base::read_file(rig.path("systemctl.called")).value_or(""), "reload haproxy\n");
    rig.reload_haproxy();
    const std::string looked_over = follow("deployer doctor");
    EXPECT_THAT(looked_over, Not(HasSubstr("warn"))) << looked_over;
    run(init);
    EXPECT_EQ(base::read_file(rig.path("shares.patch")), "") << "a second run prints nothing";

    std::vector<std::string> added = rig.here(page.take_file("What your HAProxy needs for shares"));
    std::erase_if(added, [](const std::string& line) { return base::trim(line).starts_with("#"); });
    for (std::string& line : added) line = without_comment(line);
    expect_in_order(base::read_file(rig.path("haproxy.cfg")).value(), added);
  }

  void release_a_first_version() {
    rig.write_lines("shop.yaml", rig.here(page.take_file("The rollout file")));
    rig.write_lines("shop.conf", {"before"});
    rig.build();
    run("deployer doctor shop.yaml --haproxy haproxy.cfg");
    run("deployer pack build/ --version 1.8.1 --commit 5d20f6a -o dist/shop-1.8.1.tar.zst");
    run("deployer run shop.yaml --artifact file:dist/shop-1.8.1.tar.zst");
    EXPECT_THAT(run("haproxy -c -f haproxy.cfg 2>&1").out, Not(HasSubstr("trunkline.state"))) << "it was written";
    rig.start_load();
  }

  void release_as_the_page_says() {
    rig.write_lines("shop.conf", {"now"});
    follow("deployer pack");
    // HAProxy has to have counted users for a while.
    EXPECT_TRUE(eventually([&] { return prints("deployer plan shop.yaml", "errors that rise"); }));
    follow("deployer plan");
    follow("deployer plan");
    const auto release = run_until_it_bakes(taken("deployer run"));
    run("deployer abort");
    EXPECT_EQ(release->wait().code, 3) << release->output();

    hanging = run_until_it_bakes("deployer retry");
    hanging->signal(SIGSTOP);
    EXPECT_THAT(run("deployer lock").out, HasSubstr(" holds shop with `"));
    run("deployer lock --take");
  }

  // Until all users are on the new side, with a HAProxy that is reloaded meanwhile.
  void go_on_with_it() {
    const auto resumed = run_until_it_bakes("deployer resume");
    // The one before it was in that bake, too.
    EXPECT_TRUE(eventually([&] { return prints("deployer changes", "taken up again"); }));
    EXPECT_TRUE(rig.wait_for_step("bake")) << resumed->output();
    rig.reload_haproxy();
    EXPECT_TRUE(eventually([&] { return prints("deployer changes", "started anew"); }));
    run("deployer pause");
    EXPECT_THAT(run("deployer status").out, HasSubstr("forward (paused)"));
    run("deployer resume");
    run("deployer promote --full");
    EXPECT_EQ(resumed->wait().code, 0) << resumed->output();
    EXPECT_THAT(follow("deployer watch"), HasSubstr("completed"));
  }

  void take_a_bad_version_back() {
    // The first look at it is after a tenth of the bake.
    run("sed -i 's/bake: 10m/bake: 10s/' shop.yaml");
    rig.build("--allow-faults --fault status=500,rate=0.9");
    run("deployer pack build/ --version 1.8.3 --commit 41c9e03 -o dist/shop-1.8.3.tar.zst");
    run("deployer run shop.yaml --artifact file:dist/shop-1.8.3.tar.zst", 3);
    EXPECT_THAT(run("deployer explain").out, HasSubstr("rolled_back\nwhy:      errors: "));
  }

  void look_at_what_runs() {
    ask_haproxy(rig.path("haproxy.sock"), "set server shop-twin/web2 state maint").value();
    follow("deployer verify", 1);
    follow("deployer changes");
    ask_haproxy(rig.path("haproxy.sock"), "set server shop-twin/web2 state ready").value();
  }

  void go_back_and_forth() {
    for (const char* undo : {"deployer undo", "deployer undo --to 1.8.2"}) {
      const auto undone = run_until_it_bakes(undo);
      run("deployer promote --full");
      EXPECT_EQ(undone->wait().code, 0) << undone->output();
    }
    EXPECT_THAT(run("deployer history").out, HasSubstr("1.8.1  1.8.2  canary"));
  }

  void end_the_one_that_hangs() {
    hanging->signal(SIGCONT);
    EXPECT_EQ(hanging->wait().code, 75) << hanging->output();
  }

  void lose_the_state_folder() {
    fs::remove_all(rig.path("state"));
    const std::string adopt = taken("deployer adopt");
    EXPECT_THAT(run(adopt, 2).err, HasSubstr("nobody can be asked here: look, then say --yes"));
    EXPECT_THAT(run(adopt + " --yes").out, HasSubstr("shop is adopted with 1.8.2"));
  }

  PageRig rig;
  Page page = deployer_page();
  std::set<std::string> ran_commands;
  std::unique_ptr<Background> hanging;
};

TEST_F(DeployerPage, HoldsCommandsThatWork) {
  start_the_haproxy_that_is_there();
  set_haproxy_up_for_shares();
  release_a_first_version();
  release_as_the_page_says();
  go_on_with_it();
  take_a_bad_version_back();
  look_at_what_runs();
  go_back_and_forth();
  end_the_one_that_hangs();
  lose_the_state_folder();
  follow("deployer schema");
  follow("sed");
  run("deployer verify shop.yaml");
  run("deployer down");
  run(replace_all(taken("deployer simulate shop.yaml"), "10000", "20"));
  follow("deployer simulate");

  // The pictures of the strategies are no commands, and the notes of `watch` are those of its own test.
  const std::vector<std::string> left = page.left();
  EXPECT_EQ(std::set<std::string>(left.begin(), left.end()), (std::set<std::string>{"Watching it", "Which strategy"}));
  EXPECT_EQ(ran_commands, ToolHelp().commands) << "every command of the tool was run";
}

}  // namespace
}  // namespace trunkline::deployer

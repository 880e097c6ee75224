#pragma once

#include <filesystem>
#include <list>
#include <string>
#include <vector>

namespace trunkline::deployer {

// A command line of a page, and the lines that the page says it prints.
struct PageCommand {
  std::string line;
  std::vector<std::string> sample;
  bool taken = false;
};

// A user's page: its indented blocks are commands, commands with what they print ("$ deployer ..."), or files.
class Page {
 public:
  explicit Page(const std::filesystem::path& file);

  // The next command that begins so. Throws where the page has none, or no more of them.
  const PageCommand& take(const std::string& begin);
  // The file that the section shows.
  std::vector<std::string> take_file(const std::string& section);
  // Commands, and sections of files, that nobody took.
  std::vector<std::string> left() const;
  // All that is said in code, be it a command or a word of a sentence.
  const std::vector<std::string>& code() const { return code_; }

 private:
  struct File {
    std::string section;
    std::vector<std::string> lines;
    bool taken = false;
  };
  void add_block(const std::string& section, std::vector<std::string> lines);
  void add_prose(const std::string& prose);

  std::list<PageCommand> commands_;
  std::list<File> files_;
  std::vector<std::string> code_;
};

Page deployer_page();  // docs/deployer.md

// A command without what is said of it behind a #.
std::string without_comment(const std::string& line);

}  // namespace trunkline::deployer

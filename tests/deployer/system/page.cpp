#include "tests/deployer/system/page.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/core/files.h"
#include "base/core/text.h"

namespace trunkline::deployer {

Page::Page(const std::filesystem::path& file) {
  const std::string text = base::read_file(file).value();
  std::string section, prose;
  std::vector<std::string> block;
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.starts_with("    ")) {
      block.emplace_back(line.substr(4));
      continue;
    }
    add_block(section, std::exchange(block, {}));
    if (line.starts_with("## ")) section = line.substr(3);
    prose.append(line) += ' ';
  }
  add_block(section, std::move(block));
  add_prose(prose);
}

void Page::add_block(const std::string& section, std::vector<std::string> lines) {
  if (lines.empty()) return;
  if (lines.front().starts_with("$ ")) {
    code_.push_back(lines.front().substr(2));
    commands_.push_back({code_.back(), {lines.begin() + 1, lines.end()}});
  } else if (std::any_of(lines.begin(), lines.end(), [](const auto& line) { return line.starts_with("deployer "); })) {
    for (const std::string& line : lines) commands_.push_back({line, {}});
    code_.insert(code_.end(), lines.begin(), lines.end());
  } else {
    files_.push_back({section, std::move(lines)});
  }
}

void Page::add_prose(const std::string& prose) {
  const auto parts = base::split(prose, '`');
  for (size_t i = 1; i < parts.size(); i += 2) code_.emplace_back(parts[i]);
}

const PageCommand& Page::take(const std::string& begin) {
  for (PageCommand& command : commands_) {
    if (command.taken || !command.line.starts_with(begin)) continue;
    command.taken = true;
    return command;
  }
  throw std::runtime_error("the page has no `" + begin + " ...` that was not followed yet");
}

std::vector<std::string> Page::take_file(const std::string& section) {
  for (File& file : files_) {
    if (file.taken || file.section != section) continue;
    file.taken = true;
    return file.lines;
  }
  throw std::runtime_error("the page shows no file in the section \"" + section + "\"");
}

std::vector<std::string> Page::left() const {
  std::vector<std::string> left;
  for (const PageCommand& command : commands_) {
    if (!command.taken) left.push_back(command.line);
  }
  for (const File& file : files_) {
    if (!file.taken) left.push_back(file.section);
  }
  return left;
}

Page deployer_page() {
  return Page(TRUNKLINE_SOURCE_DIR "/docs/deployer.md");
}

std::string without_comment(const std::string& line) {
  return std::string(base::trim(line.substr(0, (" " + line).find(" #"))));
}

}  // namespace trunkline::deployer

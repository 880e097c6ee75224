#include "base/cli/completion.h"

#include <fmt/format.h>

namespace trunkline::base::cli {
namespace {

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const bool here = text.substr(at).starts_with(from);
    out += here ? to : text.substr(at, 1);
    at += here ? from.size() : 1;
  }
  return out;
}

// In single quotes for every shell.
std::string quoted(std::string_view text) {
  return "'" + replaced(text, "'", "'\\''") + "'";
}

std::string names_of(const CompletionCommand& command) {
  std::string names;
  for (const CompletionOption& option : command.options) {
    for (const std::string& name : option.names) names += (names.empty() ? "" : " ") + name;
  }
  return names;
}

// ---- bash

std::string bash_values(const CompletionCommand& command) {
  std::string cases;
  std::vector<std::string> files;
  for (const CompletionOption& option : command.options) {
    if (!option.takes_value) continue;
    if (option.words.empty()) {
      files.insert(files.end(), option.names.begin(), option.names.end());
    } else {
      cases += fmt::format("        {}) COMPREPLY=($(compgen -W {} -- \"$current\")) && return ;;\n",
                           fmt::join(option.names, "|"), quoted(fmt::format("{}", fmt::join(option.words, " "))));
    }
  }
  // No words: readline completes by files then.
  if (!files.empty()) cases += fmt::format("        {}) COMPREPLY=() && return ;;\n", fmt::join(files, "|"));
  return cases;
}

std::string bash_command(const CompletionCommand& command, const std::string& words) {
  return fmt::format("    {})\n      case $previous in\n{}      esac\n      words={} ;;\n",
                     command.name.empty() ? "''" : command.name, bash_values(command), quoted(words));
}

std::string bash(const CompletionTree& tree) {
  std::string commands, first = names_of(tree.root);
  for (const CompletionCommand& command : tree.commands) {
    commands += bash_command(command, names_of(command));
    first += " " + command.name;
  }
  return fmt::format(R"(# {0} completion bash: for ~/.bashrc, as source <({0} completion bash)
_{1}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} command='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      -*) ;;
      *) command=${{COMP_WORDS[i]}} && break ;;
    esac
  done
  case $command in
{2}{3}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _{1} {0}
)",
                     tree.tool, replaced(tree.tool, "-", "_"), bash_command({"", "", tree.root.options}, first),
                     commands);
}

// ---- zsh

// In _arguments brackets and colons have meanings.
std::string zsh_text(std::string_view text) {
  return replaced(replaced(replaced(text, "[", "\\["), "]", "\\]"), ":", "\\:");
}

std::string zsh_arguments(const CompletionCommand& command) {
  std::string arguments;
  for (const CompletionOption& option : command.options) {
    for (const std::string& name : option.names) {
      std::string spec = fmt::format("{}[{}]", name, zsh_text(option.help));
      if (option.takes_value) {
        spec += option.words.empty() ? ":value:_files" : fmt::format(":value:({})", fmt::join(option.words, " "));
      }
      arguments += " " + quoted(spec);
    }
  }
  return "_arguments" + arguments + " '*:file:_files'";
}

std::string zsh(const CompletionTree& tree) {
  std::string names, cases;
  for (const CompletionCommand& command : tree.commands) {
    names += "      " + quoted(command.name + ":" + command.help) + "\n";
    cases += fmt::format("    {}) {} ;;\n", command.name, zsh_arguments(command));
  }
  const std::string name = replaced(tree.tool, "-", "_");
  if (tree.commands.empty()) {
    return fmt::format("#compdef {0}\n_{1}() {{\n  {2}\n}}\ncompdef _{1} {0}\n", tree.tool, name,
                       zsh_arguments(tree.root));
  }
  return fmt::format(R"(#compdef {0}
# {0} completion zsh: for ~/.zshrc behind compinit, as source <({0} completion zsh)
_{1}() {{
  if (( CURRENT == 2 )); then
    local -a commands=(
{2}    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{3}  esac
}}
compdef _{1} {0}
)",
                     tree.tool, name, names, cases);
}

// ---- fish

std::string fish_options(const CompletionTree& tree, const CompletionCommand& command, const std::string& condition) {
  std::string lines;
  for (const CompletionOption& option : command.options) {
    std::string line = fmt::format("complete -c {}{}", tree.tool, condition);
    for (const std::string& name : option.names) {
      line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    if (option.takes_value) line += " -r";
    if (!option.words.empty()) line += " -f -a " + quoted(fmt::format("{}", fmt::join(option.words, " ")));
    lines += line + " -d " + quoted(option.help) + "\n";
  }
  return lines;
}

std::string fish(const CompletionTree& tree) {
  std::string lines = fmt::format("# {0} completion fish > ~/.config/fish/completions/{0}.fish\n", tree.tool);
  if (tree.commands.empty()) return lines + fish_options(tree, tree.root, "");
  lines += fish_options(tree, tree.root, " -n __fish_use_subcommand");
  for (const CompletionCommand& command : tree.commands) {
    lines += fmt::format("complete -c {} -n __fish_use_subcommand -f -a {} -d {}\n", tree.tool, command.name,
                         quoted(command.help));
    lines += fish_options(tree, command, fmt::format(" -n '__fish_seen_subcommand_from {}'", command.name));
  }
  return lines;
}

}  // namespace

std::optional<std::string> completion_script(const CompletionTree& tree, std::string_view shell) {
  if (shell == "bash") return bash(tree);
  if (shell == "zsh") return zsh(tree);
  if (shell == "fish") return fish(tree);
  return std::nullopt;
}

}  // namespace trunkline::base::cli

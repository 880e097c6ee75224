#include "base/cli/tool.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <iostream>
#include <map>

#include "base/cli/completion.h"
#include "base/core/text.h"

namespace trunkline::base::cli {

struct Command::State {
  CLI::App* app = nullptr;
  CLI::Option* last = nullptr;
  std::map<const CLI::Option*, std::vector<std::string>> words;  // of the options that take no others
  std::function<Result<int>()> action;
};

namespace {

std::string read_length(const std::string& text, Millis& target) {
  const auto length = parse_duration(text);
  if (!length) return length.error().message;
  target = *length;
  return "";
}

std::vector<std::string_view> names_of(const CLI::App& app) {
  std::vector<std::string_view> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); })) {
    names.emplace_back(sub->get_name());
  }
  return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// CLI11's message for a word that nobody takes, with the nearest word that somebody does.
std::string explain_extras(const CLI::App& app, const std::vector<std::string>& extras) {
  const std::string& word = extras.front();
  if (word.starts_with("-")) {
    const std::vector<std::string> options = options_of(app);
    const std::string name = word.substr(0, word.find('='));
    return fmt::format("unknown option {}{}", name, did_you_mean(name, {options.begin(), options.end()}));
  }
  const auto names = names_of(app);
  if (!names.empty()) return fmt::format("unknown command \"{}\"{}", word, did_you_mean(word, names));
  return fmt::format("unexpected argument \"{}\"", word);
}

CompletionCommand describe(const Command::State& command) {
  CompletionCommand described{command.app->get_name(), command.app->get_description(), {}};
  for (const CLI::Option* option : command.app->get_options()) {
    if (option->get_positional()) continue;
    CompletionOption each{{}, option->get_description(), option->get_items_expected_max() > 0, {}};
    for (const std::string& name : option->get_snames()) each.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) each.names.push_back("--" + name);
    if (const auto words = command.words.find(option); words != command.words.end()) each.words = words->second;
    described.options.push_back(std::move(each));
  }
  return described;
}

const CLI::App& chosen(const CLI::App& app) {
  const auto used = app.get_subcommands();
  return used.empty() ? app : *used.front();
}

}  // namespace

Command& Command::option(const std::string& names, std::string& target, const std::string& value,
                         const std::string& help) {
  state_->last = state_->app->add_option(names, target, help)->type_name(value);
  if (!target.empty()) state_->last->default_str(target);
  return *this;
}

Command& Command::option(const std::string& names, std::optional<std::string>& target, const std::string& value,
                         const std::string& help) {
  state_->last = state_->app->add_option(names, target, help)->type_name(value);
  return *this;
}

Command& Command::option(const std::string& names, std::vector<std::string>& target, const std::string& value,
                         const std::string& help) {
  // One value an occurrence, so that a following positional is not swallowed.
  state_->last = state_->app->add_option(names, target, help)->type_name(value)->allow_extra_args(false);
  state_->last->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return *this;
}

Command& Command::option(const std::string& names, int64_t& target, const std::string& value, const std::string& help) {
  state_->last = state_->app->add_option(names, target, help)->type_name(value)->default_str(std::to_string(target));
  return *this;
}

Command& Command::option(const std::string& names, Millis& target, const std::string& value, const std::string& help) {
  const auto read = [&target](const CLI::results_t& results) {
    const std::string problem = read_length(results.back(), target);
    if (!problem.empty()) throw CLI::ValidationError(problem);
    return true;
  };
  state_->last = state_->app->add_option(names, read, help)->type_name(value)->default_str(format_duration(target));
  return *this;
}

Command& Command::flag(const std::string& names, bool& target, const std::string& help) {
  state_->last = state_->app->add_flag(names, target, help);
  return *this;
}

Command& Command::positional(const std::string& name, std::string& target, const std::string& help) {
  state_->last = state_->app->add_option(name, target, help)->required()->type_name("");
  return *this;
}

Command& Command::positional(const std::string& name, std::optional<std::string>& target, const std::string& help) {
  state_->last = state_->app->add_option(name, target, help)->type_name("");
  return *this;
}

Command& Command::positional(const std::string& name, std::vector<std::string>& target, const std::string& help) {
  state_->last = state_->app->add_option(name, target, help)->type_name("");
  return *this;
}

Command& Command::required() {
  state_->last->required();
  return *this;
}

Command& Command::many() {
  state_->last->allow_extra_args();
  return *this;
}

Command& Command::bare(const std::string& value) {
  CLI::Option& option = *state_->last;
  option.expected(0, 1)->default_str(value)->type_name("[" + option.get_type_name() + "]");
  return *this;
}

Command& Command::environment(const std::string& name) {
  state_->last->envname(name);
  return *this;
}

Command& Command::one_of(std::vector<std::string> words) {
  state_->words[state_->last] = words;
  state_->last->check([words = std::move(words)](const std::string& text) -> std::string {
    if (std::find(words.begin(), words.end(), text) != words.end()) return "";
    return fmt::format("expected one of {}, got \"{}\"", fmt::join(words, ", "), text);
  });
  return *this;
}

Command& Command::hidden() {
  state_->app->group("");
  return *this;
}

Command& Command::footer(const std::string& text) {
  state_->app->footer(text);
  return *this;
}

Command& Command::action(std::function<Result<int>()> act) {
  state_->action = std::move(act);
  return *this;
}

struct Tool::Impl {
  CLI::App app;
  std::string name;
  std::vector<std::shared_ptr<Command::State>> commands;

  Command add(CLI::App* sub) {
    commands.push_back(std::make_shared<Command::State>());
    commands.back()->app = sub;
    return Command(commands.back());
  }
  CompletionTree tree() {
    CompletionTree tree{name, {}, {}};
    Command::State root;
    root.app = &app;
    tree.root = describe(root);
    for (const auto& command : commands) {
      if (command->app->get_group().empty()) continue;
      if (command->app == &app) {
        tree.root = describe(*command);
      } else {
        tree.commands.push_back(describe(*command));
      }
    }
    return tree;
  }
  // `TOOL completion SHELL`. Asked for before anything is parsed, for a tool may have options that must be given.
  Result<int> complete(const std::vector<std::string>& shells) {
    const auto script = shells.size() == 1 ? completion_script(tree(), shells[0]) : std::nullopt;
    if (!script) return fail(Kind::usage, fmt::format("expected {} completion bash, zsh or fish", name));
    std::cout << *script;
    return 0;
  }
  const Command::State* find(const CLI::App* sub) const {
    for (const auto& command : commands) {
      if (command->app == sub && command->action) return command.get();
    }
    return nullptr;
  }
};

Tool::Tool(const std::string& name, const std::string& summary) : impl_(std::make_unique<Impl>()) {
  impl_->name = name;
  impl_->app.name(name);
  impl_->app.description(summary);
  impl_->app.set_version_flag("--version", name + " " + TRUNKLINE_RELEASE);
  impl_->app.allow_extras();
  // Once a command is named, the words behind it are its own, also those that name another command.
  impl_->app.require_subcommand(0, 1);
  impl_->app.get_formatter()->column_width(38);
  impl_->app.footer(fmt::format("{} completion bash|zsh|fish prints what your shell completes it by.", name));
}

Tool::~Tool() = default;

Command Tool::root() {
  return impl_->add(&impl_->app);
}

Command Tool::command(const std::string& name, const std::string& summary) {
  CLI::App* sub = impl_->app.add_subcommand(name, summary);
  sub->allow_extras();
  return impl_->add(sub);
}

int Tool::run(int argc, const char* const* argv) {
  const auto usage = [this](const std::string& message) {
    print_error(impl_->name, Error{Kind::usage, message + fmt::format(" (see {} --help)", impl_->name), {}});
    return exit_code(Kind::usage);
  };
  if (argc > 1 && std::string_view(argv[1]) == "completion") {
    const auto completed = impl_->complete({argv + 2, argv + argc});
    if (!completed) print_error(impl_->name, completed.error());
    return completed ? *completed : exit_code(completed.error().kind);
  }
  try {
    impl_->app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << impl_->app.help();
    return 0;
  } catch (const CLI::CallForVersion& version) {
    std::cout << version.what() << "\n";
    return 0;
  } catch (const CLI::ParseError& error) {
    // An unknown option often makes the words behind it look wrong too: name the option.
    const CLI::App& app = chosen(impl_->app);
    const auto extras = app.remaining();
    return usage(extras.empty() ? error.what() : explain_extras(app, extras));
  }
  const CLI::App& app = chosen(impl_->app);
  const auto extras = app.remaining();
  if (!extras.empty()) return usage(explain_extras(app, extras));
  const Command::State* command = impl_->find(&app);
  if (command == nullptr) return usage("a command is needed");
  const Result<int> result = command->action();
  if (result) return *result;
  print_error(impl_->name, result.error());
  return exit_code(result.error().kind);
}

void print_error(std::string_view tool, const Error& error) {
  const std::string line = fmt::format("{}: error: {}\n", tool, to_string(error));
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace trunkline::base::cli

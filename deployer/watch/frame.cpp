#include "deployer/watch/frame.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

#include "base/core/text.h"

namespace trunkline::deployer {
using base::cli::Colour;

namespace {

constexpr size_t kLeastBar = 6, kMostBar = 30;
constexpr size_t kBarWords = 45;  // columns that the words beside a bar are given before it grows
constexpr size_t kLeastPlot = 8, kMostPlot = 48;
constexpr size_t kWords = 52;  // columns that a metric's words are given before its plot grows

// Lines that belong together.
struct Section {
  std::vector<Line> lines;
  size_t least = 0;  // lines that are shown before any section gets more
  size_t keep = 0;   // the line that stays in sight
};

std::string seconds(base::Millis length) {
  return base::format_duration(std::chrono::round<std::chrono::seconds>(length));
}

Section head(const WatchView& view) {
  Section section;
  section.lines.push_back({{view.service + "  ", Colour::bold},
                           {view.phase, view.phase_colour},
                           {fmt::format("  {}  {} -> {}  {} in {}", seconds(view.age), view.from, view.to,
                                        view.strategy, view.environment)}});
  section.lines.push_back({{view.actor, Colour::dim}});
  if (!view.reason.empty())
    section.lines.push_back({{view.reason.substr(0, view.reason.find('\n')), view.phase_colour}});
  section.least = section.lines.size();
  return section;
}

Section steps(const WatchView& view) {
  Section section{{}, 3, 0};
  for (const WatchView::StepRow& row : view.steps) {
    const bool current = row.mark == WatchView::Mark::current;
    if (current || row.mark == WatchView::Mark::done) section.keep = section.lines.size();
    const char* mark = current ? "▶ " : row.mark == WatchView::Mark::done ? "✓ " : "  ";
    const Colour colour = current ? Colour::bold : row.mark == WatchView::Mark::done ? Colour::green : Colour::plain;
    section.lines.push_back({{mark, colour}, {row.text, current ? Colour::bold : Colour::dim}});
  }
  return section;
}

Line bake_line(const WatchView::BakeRow& bake, size_t name, size_t columns) {
  const base::Millis counted = bake.length - bake.left;
  const double part =
      bake.length.count() == 0 ? 1 : static_cast<double>(counted.count()) / static_cast<double>(bake.length.count());
  std::string text =
      fmt::format("  {} of {}, {} left", seconds(counted), base::format_duration(bake.length), seconds(bake.left));
  if (bake.min_samples > 0) text += fmt::format(", {} of {} requests", bake.samples, bake.min_samples);
  if (bake.min_samples == 0 && bake.samples > 0) text += fmt::format(", {} requests", bake.samples);
  return {{padded("bake", name), Colour::bold}, {bar(part, columns), Colour::green}, {text}};
}

Section progress(const WatchView& view, size_t width) {
  Section section;
  size_t name = 0;
  for (const auto& share : view.shares) name = std::max(name, width_of("share of " + share.name) + 2);
  const size_t taken = name + kBarWords;
  const size_t columns = std::clamp(width > taken ? width - taken : 0, kLeastBar, kMostBar);
  if (view.bake) section.lines.push_back(bake_line(*view.bake, name, columns));
  if (view.word_within) {
    section.lines.push_back({{padded("word", name), Colour::bold},
                             {fmt::format("a person's word is waited for, {} left: deployer promote {}",
                                          seconds(*view.word_within), view.service),
                              Colour::yellow}});
  }
  for (const WatchView::ShareRow& share : view.shares) {
    section.lines.push_back({{padded("share of " + share.name, name), Colour::bold},
                             {bar(share.of_users, columns)},
                             {fmt::format("  {:.4g} %", share.of_users * 100)}});
  }
  section.least = section.lines.size();
  return section;
}

// Its words beside the plot, in two lines.
std::array<Line, 2> words_of(const WatchView::MetricRow& row) {
  std::array<Line, 2> words;
  words[0] = {{"  " + (row.last.empty() ? "not measured yet" : row.last) + "  "}};
  if (row.verdict) words[0].push_back({std::string(to_string(*row.verdict)), colour_of(*row.verdict)});
  if (row.dry_run) words[0].push_back({" (dry run)", Colour::dim});
  words[1] = {{fmt::format("  {}  ", row.limit_text), Colour::dim},
              {fmt::format("{} failures, {} allowed", row.failures, row.failure_limit),
               row.failures > row.failure_limit ? Colour::red
               : row.failures > 0               ? Colour::yellow
                                                : Colour::dim}};
  return words;
}

Section metrics(const WatchView& view, size_t width) {
  Section section;
  size_t name = 0;
  for (const auto& row : view.metrics) name = std::max(name, width_of(row.name));
  const size_t taken = name + 2 + kWords;
  const size_t columns = std::clamp(width > taken ? width - taken : 0, kLeastPlot, kMostPlot);
  for (const WatchView::MetricRow& row : view.metrics) {
    const auto plotted = plot(row.points, row.limit, columns);
    const auto words = words_of(row);
    for (size_t i = 0; i < plotted.size(); ++i) {
      Line line = {{padded(i == 0 ? row.name : "", name + 2), Colour::bold}};
      line.insert(line.end(), plotted[i].begin(), plotted[i].end());
      line.insert(line.end(), words[i].begin(), words[i].end());
      section.lines.push_back(std::move(line));
    }
  }
  section.least = section.lines.size();
  return section;
}

Section notes(const WatchView& view) {
  Section section;
  size_t age = 0;
  for (const WatchView::NoteRow& note : view.notes) age = std::max(age, width_of(seconds(note.age)));
  for (const WatchView::NoteRow& note : view.notes) {
    section.lines.push_back({{"at " + padded(seconds(note.age), age + 2), Colour::dim}, {note.text, Colour::yellow}});
  }
  section.least = std::min<size_t>(section.lines.size(), 1);
  section.keep = section.lines.empty() ? 0 : section.lines.size() - 1;
  return section;
}

Section instances(const WatchView& view) {
  Section section;
  std::vector<std::vector<std::string>> rows = {{"INSTANCE", "ADDRESS", "REVISION", "STATE", "TRAFFIC", "RESTARTS"}};
  for (const Status::Row& row : view.instances) {
    rows.push_back({row.id, row.address, row.view.revision ? row.view.revision->version : "-",
                    std::string(to_string(row.view.status)), row.traffic.empty() ? "-" : row.traffic,
                    std::to_string(row.view.restarts)});
  }
  const std::string table = base::cli::format_table(rows);
  for (const std::string_view line : base::split(base::trim(table), '\n')) {
    section.lines.push_back({{std::string(line), section.lines.empty() ? Colour::bold : Colour::plain}});
  }
  if (view.instances.empty()) section.lines.clear();
  if (!view.warning.empty()) section.lines.push_back({{"warning: " + view.warning, Colour::yellow}});
  section.least = std::min<size_t>(section.lines.size(), 2);
  return section;
}

Section told(const WatchView& view) {
  Section section{{}, 2, 0};
  for (const std::string& text : view.told) section.lines.push_back({{text, Colour::dim}});
  section.keep = section.lines.empty() ? 0 : section.lines.size() - 1;
  return section;
}

// So many of its lines, around the one that stays in sight.
std::vector<Line> window(const Section& section, size_t count) {
  const size_t most = section.lines.size() - count;
  const size_t from = std::min(section.keep > count / 2 ? section.keep - count / 2 : 0, most);
  const auto begin = section.lines.begin() + static_cast<long>(from);
  return {begin, begin + static_cast<long>(count)};
}

// How many lines each section gets; `by_importance` names them, the most important one first.
std::vector<size_t> share_out(const std::vector<Section>& sections, const std::vector<size_t>& by_importance,
                              size_t height) {
  std::vector<size_t> given(sections.size(), 0);
  for (const bool all : {false, true}) {
    for (const size_t i : by_importance) {
      const size_t wanted = all ? sections[i].lines.size() : std::min(sections[i].least, sections[i].lines.size());
      const size_t more = std::min(height, wanted - std::min(wanted, given[i]));
      given[i] += more;
      height -= more;
    }
  }
  return given;
}

// The empty lines between those that have any.
size_t gaps_between(const std::vector<Section>& sections) {
  const auto filled =
      std::count_if(sections.begin(), sections.end(), [](const Section& section) { return !section.lines.empty(); });
  return static_cast<size_t>(filled) - 1;
}

// With the gaps, and no more of what was told, the last one, than must be.
size_t height_with_gaps(const std::vector<Section>& sections) {
  size_t height = gaps_between(sections) + sections.back().least;
  for (size_t i = 0; i + 1 < sections.size(); ++i) height += sections[i].lines.size();
  return height;
}

}  // namespace

std::vector<std::string> render(const WatchView& view, size_t width, size_t height, bool colour) {
  const std::vector<Section> sections = {
      head(view), progress(view, width), metrics(view, width), steps(view), notes(view), instances(view), told(view)};
  const std::vector<size_t> by_importance = {0, 1, 3, 4, 2, 5, 6};
  const bool airy = height_with_gaps(sections) <= height;
  const std::vector<size_t> given = share_out(sections, by_importance, airy ? height - gaps_between(sections) : height);
  std::vector<std::string> lines;
  for (size_t i = 0; i < sections.size(); ++i) {
    if (airy && i > 0 && given[i] > 0) lines.emplace_back();
    for (const Line& line : window(sections[i], given[i])) lines.push_back(shown(line, width, colour));
  }
  return lines;
}

}  // namespace trunkline::deployer

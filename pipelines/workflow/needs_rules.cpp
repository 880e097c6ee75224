#include <fmt/format.h>
#include <unordered_map>

#include "pipelines/workflow/rules.h"
#include "pipelines/workflow/words.h"

namespace trunkline::pipelines {
namespace {

struct Edge {
  size_t job;
  base::Position place;  // of the word in needs
};
using Graph = std::vector<std::vector<Edge>>;

Graph connect(const Workflow& workflow, Findings& findings) {
  std::unordered_map<std::string, size_t> jobs;
  std::vector<std::string_view> names;
  for (size_t i = 0; i < workflow.jobs.size(); ++i) {
    jobs.emplace(lower_case(workflow.jobs[i].id.text), i);
    names.push_back(workflow.jobs[i].id.text);
  }
  Graph graph(workflow.jobs.size());
  for (size_t i = 0; i < workflow.jobs.size(); ++i) {
    for (const Word& need : workflow.jobs[i].needs) {
      const auto found = jobs.find(lower_case(need.text));
      if (found != jobs.end()) {
        graph[i].push_back({found->second, need.place});
      } else {
        findings.error(Rule::unknown_need, need.place,
                       fmt::format("there is no job \"{}\"{}", need.text, base::did_you_mean(need.text, names)));
      }
    }
  }
  return graph;
}

// A depth-first walk with a stack of its own, since a file may hold a chain of any length.
class Circles {
 public:
  Circles(const Workflow& workflow, const Graph& graph, Findings& findings)
      : workflow_(workflow), graph_(graph), findings_(findings), visits_(graph.size()) {}

  void find() {
    for (size_t job = 0; job < graph_.size(); ++job) {
      if (visits_[job].state == State::fresh) walk(job);
    }
  }

 private:
  enum class State { fresh, open, done };
  struct Visit {
    State state = State::fresh;
    size_t depth = 0;  // in the path, while open
    size_t next = 0;   // the edge to follow next
    bool reported = false;
  };

  void walk(size_t start) {
    enter(start);
    while (!path_.empty()) {
      Visit& visit = visits_[path_.back()];
      if (visit.next == graph_[path_.back()].size()) {
        visit.state = State::done;
        path_.pop_back();
        continue;
      }
      const size_t need = graph_[path_.back()][visit.next++].job;
      if (visits_[need].state == State::fresh)
        enter(need);
      else if (visits_[need].state == State::open)
        report(need);
    }
  }

  void enter(size_t job) {
    visits_[job].state = State::open;
    visits_[job].depth = path_.size();
    path_.push_back(job);
  }

  // The path from `job` to its end needs `job` again. One circle for each job that closes one is enough to act on.
  void report(size_t job) {
    if (std::exchange(visits_[job].reported, true)) return;
    constexpr size_t kMostNames = 20;
    std::string names;
    for (size_t i = visits_[job].depth; i < path_.size(); ++i) {
      if (i == visits_[job].depth + kMostNames) {
        names += "... -> ";
        break;
      }
      names += workflow_.jobs[path_[i]].id.text + " -> ";
    }
    findings_.error(Rule::circular_needs, graph_[job][visits_[job].next - 1].place,
                    fmt::format("jobs need each other in a circle: {}{}", names, workflow_.jobs[job].id.text));
  }

  const Workflow& workflow_;
  const Graph& graph_;
  Findings& findings_;
  std::vector<Visit> visits_;
  std::vector<size_t> path_;
};

}  // namespace

void check_needs(const Workflow& workflow, Findings& findings) {
  const Graph graph = connect(workflow, findings);
  Circles(workflow, graph, findings).find();
}

}  // namespace trunkline::pipelines

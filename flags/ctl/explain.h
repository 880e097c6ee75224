#pragma once

#include <string>

#include "flags/evaluation/evaluation.h"

// How an evaluation came about, for people. Private to ctl/.
namespace trunkline::flags {

// A sentence on what decided, and the steps of the rule, each below the one that asked for it.
std::string explanation(const FlagSet& set, std::string_view key, const Evaluation& answer, const Trace& trace);

// [{"depth","rule","value"}], in the order in which the steps were begun.
base::Json explanation_json(const Trace& trace);

}  // namespace trunkline::flags

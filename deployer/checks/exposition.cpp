#include "deployer/checks/exposition.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/core/text.h"

namespace trunkline::deployer {
namespace {

constexpr size_t kMaxSamples = 200'000;
constexpr size_t kMaxLabel = 4096;  // bytes; std::regex takes stack for each of them

std::optional<double> parse_value(std::string_view text) {
  if (text == "NaN" || text == "Nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "+Inf" || text == "Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "..." with \\, \" and \n escaped; the text behind it stays in `rest`.
std::optional<std::string> take_quoted(std::string_view& rest) {
  if (!rest.starts_with('"')) return std::nullopt;
  std::string value;
  for (size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      if (value.size() > kMaxLabel) return std::nullopt;
      return value;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) {
      ++i;
      value += rest[i] == 'n' ? '\n' : rest[i];
    } else {
      value += rest[i];
    }
  }
  return std::nullopt;
}

// {a="b",c="d",}
bool take_labels(std::string_view& rest, Sample& sample) {
  rest.remove_prefix(1);
  for (;;) {
    rest = base::trim(rest);
    if (rest.starts_with('}')) {
      rest.remove_prefix(1);
      return true;
    }
    const size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string label(base::trim(rest.substr(0, equals)));
    rest = base::trim(rest.substr(equals + 1));
    auto value = take_quoted(rest);
    if (!value) return false;
    sample.labels[label] = std::move(*value);
    rest = base::trim(rest);
    if (rest.starts_with(',')) rest.remove_prefix(1);
  }
}

std::optional<Sample> parse_sample(std::string_view line) {
  Sample sample;
  const size_t end = line.find_first_of("{ \t");
  if (end == 0 || end == std::string_view::npos) return std::nullopt;
  sample.name = std::string(line.substr(0, end));
  std::string_view rest = base::trim(line.substr(end));
  if (rest.starts_with('{') && !take_labels(rest, sample)) return std::nullopt;
  rest = base::trim(rest);
  const auto value = parse_value(rest.substr(0, rest.find_first_of(" \t")));  // a timestamp may stand behind it
  if (!value) return std::nullopt;
  sample.value = *value;
  return sample;
}

}  // namespace

base::Result<std::vector<Sample>> parse_exposition(std::string_view text) {
  std::vector<Sample> samples;
  int number = 0;
  for (const std::string_view raw : base::split(text, '\n')) {
    ++number;
    const std::string_view line = base::trim(raw);
    if (line.empty() || line.starts_with('#')) continue;
    auto sample = parse_sample(line);
    if (!sample || samples.size() == kMaxSamples) {
      return base::fail(base::Kind::invalid, sample ? "too many samples" : "not the Prometheus text format",
                        {"/metrics", number, 0});
    }
    samples.push_back(std::move(*sample));
  }
  return samples;
}

}  // namespace trunkline::deployer

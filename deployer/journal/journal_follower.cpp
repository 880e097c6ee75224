#include "deployer/journal/journal_follower.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "deployer/support/same_file.h"

namespace trunkline::deployer {
using base::fail;
using base::Result;

namespace {

Result<std::string> read_from(const base::Descriptor& in, size_t offset, const std::filesystem::path& file) {
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = pread(in.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset + text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(base::system_error("read " + file.string(), errno));
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<size_t>(got));
  }
}

// The last line that is whole, with its newline.
std::string last_line(std::string_view text) {
  const size_t before = text.size() < 2 ? std::string_view::npos : text.rfind('\n', text.size() - 2);
  return std::string(before == std::string_view::npos ? text : text.substr(before + 1));
}

}  // namespace

Result<JournalFollower::News> JournalFollower::read_anew(const std::string& text) {
  TRY_ASSIGN(JournalContent content, parse_journal(text, file_));
  read_ = content.whole_bytes;
  last_ = last_line(std::string_view(text).substr(0, read_));
  return News{std::move(content.header), std::move(content.events)};
}

Result<JournalFollower::News> JournalFollower::poll() {
  base::Descriptor now{open(file_.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!now) return fail(base::system_error("open " + file_.string(), errno));
  const bool same = is_same_file(in_, now);
  in_ = std::move(now);
  // The last record is read once more: where another stands in its place, the end was cut off meanwhile.
  const size_t from = same ? read_ - last_.size() : 0;
  TRY_ASSIGN(std::string text, read_from(in_, from, file_));
  if (same && !text.starts_with(last_)) {
    TRY_ASSIGN(text, read_from(in_, 0, file_));
    return read_anew(text);
  }
  if (!same) return read_anew(text);
  News news;
  std::string_view rest = std::string_view(text).substr(last_.size());
  for (size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const std::string_view line = rest.substr(0, end + 1);
    auto recorded = parse_record(line);
    rest.remove_prefix(line.size());
    if (!recorded && rest.empty()) break;  // torn; whoever goes on cuts it off
    if (!recorded)
      return fail(base::Kind::invalid, "the journal is damaged: " + recorded.error().message, {file_, 0, 0});
    read_ += line.size();
    last_ = line;
    news.events.push_back(*std::move(recorded));
  }
  return news;
}

}  // namespace trunkline::deployer

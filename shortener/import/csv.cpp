#include "shortener/import/csv.h"

#include <fmt/format.h>

namespace trunkline::shortener {
namespace {

constexpr size_t kBuffer = 256 * 1024;
constexpr size_t kMaxField = 64 * 1024;
constexpr int kEnd = -1;

}  // namespace

CsvReader::CsvReader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  peek();
  if (buffer_.starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
}

int CsvReader::peek() {
  if (position_ == buffer_.size()) {
    buffer_.resize(kBuffer);
    in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    buffer_.resize(static_cast<size_t>(in_.gcount()));
    position_ = 0;
    if (buffer_.empty()) return kEnd;
  }
  return static_cast<unsigned char>(buffer_[position_]);
}

int CsvReader::take() {
  const int c = peek();
  if (c == kEnd) return c;
  ++position_;
  ++column_;
  if (c == '\n') {
    ++line_;
    column_ = 1;
  }
  return c;
}

tl::unexpected<base::Error> CsvReader::refuse(const base::Where& where, std::string message) const {
  return base::fail(base::Kind::invalid, std::move(message), {name_, where.line, where.column});
}

base::Result<> CsvReader::add(CsvField& field, int c) {
  if (field.text.size() == kMaxField) {
    return refuse(field.where, fmt::format("a field of more than {} bytes", kMaxField));
  }
  field.text += static_cast<char>(c);
  return {};
}

base::Result<> CsvReader::read_quoted(CsvField& field) {
  take();
  for (;;) {
    const int c = take();
    if (c == kEnd) return refuse(field.where, "expected a closing quote before the end of the file");
    if (c != '"') {
      TRY(add(field, c));
    } else if (peek() == '"') {
      TRY(add(field, take()));
    } else {
      break;
    }
  }
  const int c = peek();
  if (c == ',' || c == '\n' || c == '\r' || c == kEnd) return {};
  return refuse(here(), "expected a comma or the end of the line after the closing quote");
}

base::Result<> CsvReader::read_field(CsvField& field) {
  field.text.clear();
  field.where = here();
  if (peek() == '"') return read_quoted(field);
  for (;;) {
    const int c = peek();
    if (c == ',' || c == '\n' || c == '\r' || c == kEnd) return {};
    if (c == '"') return refuse(here(), "a quote inside a field: expected the whole field in quotes");
    TRY(add(field, take()));
  }
}

base::Result<bool> CsvReader::next(std::vector<CsvField>& row) {
  auto more = next_row(row);
  // A broken disk is not the end of the file, nor is what came before it a row.
  if (in_.bad()) return base::fail(base::Kind::io, "cannot be read to its end", {name_, line_, column_});
  return more;
}

base::Result<bool> CsvReader::next_row(std::vector<CsvField>& row) {
  while (peek() == '\n' || peek() == '\r') take();
  if (peek() == kEnd) return false;
  for (size_t count = 1;; ++count) {
    if (row.size() < count) row.emplace_back();
    TRY(read_field(row[count - 1]));
    const base::Where where = here();
    const int c = take();
    if (c == ',') continue;
    if (c == '\r' && peek() != '\n') return refuse(where, "expected a line feed after the carriage return");
    if (c == '\r') take();
    row.resize(count);
    return true;
  }
}

}  // namespace trunkline::shortener

#include "deployer/watch/tail.h"

#include "deployer/record/service_lock.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Millis;
using base::Result;

namespace {

constexpr Millis kLastWord{10'000};  // how long who is at work is waited for, when all is done

}  // namespace

Tail::Tail(const ServiceFolder& folder, const Telling& telling)
    : folder_(folder), journal_(folder.journal()), notes_follower_(folder), telling_(telling) {
  telling_.out = [this, out = telling.out](std::string_view text) {
    if (!muted_) out(text);
  };
}

// A note stands behind the records of the time before it. Where it was seen by the look before, or nobody wrote when
// this one began, those records are read by now; else it waits for the next look.
Result<> Tail::look() {
  const bool nobody_writes = !ServiceLock::is_held(folder_);
  auto news = journal_.poll();
  if (!news && news.error().kind == Kind::not_found) {
    return fail(Kind::not_found, folder_.service() + " was never released");
  }
  if (!news) return fail(news.error());
  if (news->anew && story_ && story_->at_rest() && news->anew->id != story_->begun().plan.id) {
    end();  // another one began behind it
    return {};
  }
  if (news->anew) TRY(begin(*news->anew));
  const Millis seen = waiting_.empty() ? Millis::min() : waiting_.back().time;
  for (Note& note : notes_follower_.poll()) {
    if (note.release == story_->begun().plan.id) waiting_.push_back(std::move(note));
  }
  for (const Recorded& recorded : news->events) take(recorded);
  heard_ = 0;
  tell_notes(nobody_writes ? Millis::max() : seen);
  if (!story_->at_rest()) {
    rests_since_.reset();
  } else if (nobody_writes || rested_long()) {
    end();
  }
  return {};
}

// What was told of a journal that is read anew is not told again.
Result<> Tail::begin(const Header& header) {
  const bool same = story_ && story_->begun().plan.id == header.id;
  TRY_ASSIGN(Begun begun, begun_of({header, {}, 0}));
  story_.emplace(std::move(begun), telling_);
  heard_ = same ? taken_ : 0;
  taken_ = 0;
  if (same) return {};
  waiting_.clear();
  notes_.clear();
  return {};
}

void Tail::take(const Recorded& recorded) {
  tell_notes(recorded.at - Millis{1});
  muted_ = taken_ < heard_;
  story_->take(recorded);
  muted_ = false;
  ++taken_;
}

void Tail::tell_notes(Millis until) {
  for (; !waiting_.empty() && waiting_.front().time <= until; waiting_.pop_front()) {
    story_->take(waiting_.front());
    if (notes_.size() == kLastNotes) notes_.erase(notes_.begin());
    notes_.push_back(waiting_.front());
  }
}

void Tail::end() {
  tell_notes(Millis::max());
  story_->end();
  over_ = true;
}

bool Tail::rested_long() {
  const auto now = base::system_clock().steady();
  if (!rests_since_) rests_since_ = now;
  return now - *rests_since_ >= kLastWord;
}

}  // namespace trunkline::deployer
